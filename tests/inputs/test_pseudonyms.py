"""Pseudonyms: keyed, the same every time, and no verdict hangs on a name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from checkout import SAMPLES
from helpers import built, one_pool
from hypothesis import given, settings
from hypothesis import strategies as st

from coexistence.checking.registry import Registry
from coexistence.checking.waivers import Waiver, Waivers
from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, read_exports
from coexistence.inputs.exports.export_script import export_script
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.family.strategies import deployments
from coexistence.inputs.pseudonyms import Pseudonyms, command, read_key
from coexistence.inputs.pseudonyms.allowlist import ENDS, KEPT, KEYS, PLAIN, TERMS
from coexistence.inputs.pseudonyms.fields import KINDS
from coexistence.migration import OwnPlan
from coexistence.migration.custom_plan import OwnPool, OwnWave, Statement
from coexistence.model import deployment
from coexistence.model.conditions.external_systems import Surroundings
from coexistence.model.conditions.machines_and_databases import Backing
from coexistence.model.conditions.messaging import Particulars
from coexistence.model.conditions.reverse_proxy import Publishing
from coexistence.model.deployment import Deployment
from coexistence.model.population import Population
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

KEY = bytes(range(32))
REGISTRY = Registry()
load_builtin(REGISTRY)


def imported(made: Deployment) -> Imported:
    with tempfile.TemporaryDirectory() as folder:
        write_exports(made, Path(folder))
        return read_exports(Path(folder))


def judged(made: Deployment) -> Counter[tuple[object, ...]]:
    """Every finding without the names in it, and every open question."""
    trial = Trial(made, is_twin=True)
    found: Counter[tuple[object, ...]] = Counter()
    for place in trial.places:
        for check in REGISTRY:
            if not check.applies_at(place):
                continue
            result = trial.ask(check, place)
            assert result.crash is None
            found[check.name, place.label, len(result.undecided)] += 1
            for broken in result.broken:
                found[check.name, place.label, broken.finding.kind, broken.severity, broken.people] += 1
    for place, bill in trial.bills.items():
        found[place.label, tuple(sorted(bill.amounts.items()))] += 1
    return found


@settings(max_examples=4)
@given(made=deployments(max_sites=2))
def test_a_twin_under_pseudonyms_is_judged_as_under_its_own_names(made: Deployment) -> None:
    real = imported(made)

    assert judged(Pseudonyms(KEY).imported(real).deployment) == judged(real.deployment)


@settings(max_examples=8)
@given(made=deployments(max_sites=2))
def test_nothing_of_the_original_is_left(made: Deployment) -> None:
    real = imported(made)
    hidden = Pseudonyms(KEY).imported(real)

    said = repr(hidden).lower()
    names = {pool.fqdn.lower() for pool in real.deployment.pools}
    names |= {server.fqdn.lower() for server in real.deployment.servers}
    names |= {domain.lower() for domain in real.deployment.sip_domains}
    names |= {site.name.lower() for site in real.deployment.sites}
    names |= {gateway.fqdn.lower() for gateway in real.deployment.gateways}
    assert not [
        name for name in names if name and re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", said)
    ]
    people, others = real.deployment.population, hidden.deployment.population
    assert isinstance(people, Population)
    assert isinstance(others, Population)
    for row in range(min(50, len(people))):
        local, _, domain = people.addresses[row].partition("@")
        assert local not in others.addresses[row]
        assert others.addresses[row].endswith("@" + Pseudonyms(KEY).host(domain))


#: Parts of one another, words of ours, of the product and of file names, digits, and letters of many kinds.
NASTY = st.sampled_from(
    [
        "pool", "pool1", "po", "ool", "site", "site1", "the", "line", "users", "csv", "sip", "lyncdiscover",
        "admin", "meet", "global", "tag", "default", "edge", "edge-edge", "1", "12", "487279971", "a", "x",
        "com", "xn--bcher-kva", "b\u00fccher", "B\u00dcCHER", "\u0130stanbul", "stra\u00dfe", "\u65e5\u672c",
        "name", "null", "true", "user-server", "contoso", "contoso-pool", "local",
    ]
)  # fmt: skip


@st.composite
def nasty_files(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """Exports of a small deployment under other names, and which name stands for what."""
    domain, pool, edge, site, tag, person = (draw(NASTY) for _ in range(6))
    edge = edge if edge != pool else f"{edge}2"
    names = {
        "domain": f"{domain}.{draw(st.sampled_from(['com', 'contoso', 'co.uk', 'local']))}",
        "pool": pool,
        "edge": edge,
        "site": site,
        "tag": draw(st.sampled_from([tag, f"{tag} {site}", f"{tag};{site}"])),
        "person": person,
    }
    made = built(one_pool(people=4))
    old_domain = made.sip_domains[0]
    with tempfile.TemporaryDirectory() as folder:
        write_exports(made, Path(folder))
        files = {path.name: path.read_bytes().decode("utf-8-sig") for path in Path(folder).iterdir()}
    for file, text in files.items():
        changed = re.sub(r"(?<![\w-])[\w.]+?(\d+)@", rf"{person}\1@", text).replace(
            old_domain, names["domain"]
        )
        for role, label in (("pool", "se01"), ("edge", "edge01")):
            changed = re.sub(rf"(?<![\w]){label}", names[role], changed)
        changed = changed.replace(made.sites[0].name, site).replace("Large Meetings", names["tag"])
        files[file] = changed
    return files, names


def read_files(files: dict[str, str]) -> Imported:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text.encode("utf-8-sig"))
        return read_exports(Path(folder))


def _labels(deployment: Deployment) -> list[str]:
    """Every label of every host, in the order of the inventory."""
    hosts = [host for pool in deployment.pools for host in (pool.fqdn, *pool.servers)]
    return [label for host in (*hosts, *deployment.sip_domains) for label in host.lower().split(".")]


@settings(max_examples=30)
@given(nasty=nasty_files())
def test_names_that_look_like_others_are_told_apart_and_hidden(
    nasty: tuple[dict[str, str], dict[str, str]],
) -> None:
    files, names = nasty
    real = read_files(files)
    hidden = Pseudonyms(KEY).imported(real)

    before, after = _labels(real.deployment), _labels(hidden.deployment)
    assert len(before) == len(after)
    pairs = set(zip(before, after, strict=True))
    # One pseudonym for one name, and one name for one pseudonym.
    assert len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)
    for one, other in pairs:
        assert one != other or one in KEPT | ENDS or len(one) == 2, one
    people, others = real.deployment.population, hidden.deployment.population
    assert isinstance(people, Population)
    assert isinstance(others, Population)
    for row in range(len(people)):
        assert people.addresses[row].partition("@")[0] not in others.addresses[row].split("@")
    assert [site.name for site in hidden.deployment.sites] == [
        Pseudonyms(KEY).site(site.name) for site in real.deployment.sites
    ]
    said = " ".join(note for account in hidden.files for note in (account.file, *account.notes)) + repr(
        hidden.deployment.contradictions
    )
    harmless = KEPT | ENDS | PLAIN | KEYS | TERMS | {"a", "x"}
    for name in (*names.values(), *names["domain"].split(".")):
        if name.lower() not in harmless and not name.isdecimal() and len(name) > 2:
            assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.IGNORECASE), name


@settings(max_examples=4)
@given(nasty=nasty_files())
def test_no_verdict_hangs_on_a_strange_name(nasty: tuple[dict[str, str], dict[str, str]]) -> None:
    real = read_files(nasty[0])

    assert judged(Pseudonyms(KEY).imported(real).deployment) == judged(real.deployment)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("address", "sip:ken.myer@contoso.com:5061;transport=tls"),
        ("address", "sip:ken@contoso.com;gruu;opaque=app:conf:focus:id:KENMYER"),
        ("address", "tel:+14255550100;phone-context=contoso.com"),
        ("address", "sip:HQ-Reception-12"),
        ("address", "ken.myer@contoso.com, ann@contoso.com"),
        ("number", "Ken 12"),
        ("number", "+1 425 555 0100 ext. 1234"),
        ("host", "kenserver"),
        ("host", "fe1.contoso"),
        ("host", "10.contoso.KEN.com"),
        ("host", "com.moc.osotnoc.ken"),
        ("scope", "site:Ken's"),
        ("scope", "tag:Ken:Contoso"),
        ("scope", "registrar:ken"),
        ("url", "https://ken:secret@meet.contoso.com:443/contoso/KEN?u=ken#ken"),
        ("store", r"\\\\contoso.com\ken$\Contoso"),
        ("store", r"sql.contoso.com\ken"),
        ("term", "Contoso Allow"),
        ("service", "Ken's Front-End"),
        ("identity", "CN=Ken,OU=Contoso,DC=contoso"),
        ("group", "Contoso Admins of Ken"),
    ],
)
def test_no_part_of_a_name_survives(kind: str, text: str) -> None:
    hidden = getattr(Pseudonyms(KEY), kind)(text)

    assert not re.search("ken|contoso|osotnoc|reception|5550100|1234|myer|secret", hidden, re.IGNORECASE)


def test_every_text_that_an_import_can_hold_is_looked_at() -> None:
    """A new field with a name in it has to get its line in KINDS."""
    harmless = {
        "roles", "mcus", "applications", "build", "product_version", "tls", "kind", "state", "display_name",
        "use", "user_agent", "compare", "version", "action", "default_action", "component", "side", "settings",  # noqa: E501  # a table
        "name", "plays", "message",
    }  # fmt: skip
    empty_in_imports = {"untold", "copies", "agents", "console", "xmpp_route", "stores", "enable_fails"}
    empty_in_imports |= {"not_replicators", "not_restarted", "shares_denied", "discovery_candidates"}
    for made in vars(deployment).values():
        if not isinstance(made, type) or not dataclasses.is_dataclass(made):
            continue
        if not made.__module__.startswith(deployment.__name__) or made.__name__ == "Block":
            continue
        if made.__name__ == "Inventory":
            continue  # an import has a deployment, which has these fields too
        for each in dataclasses.fields(made):
            holds_text = re.search(r"\bstr\b|PoolId|ServerId|SiteId", str(each.type))
            is_known = each.name in KINDS.get(made.__name__, {})
            assert not holds_text or is_known or each.name in harmless | empty_in_imports, (made, each.name)


def test_what_no_file_holds_is_empty_in_an_import() -> None:
    """These parts are left as they are: nothing in them comes from a file."""
    made = read_exports(SAMPLES / "two-sites").deployment

    assert made.administrators == ()
    assert made.blocked == ()
    assert made.particulars == Particulars()
    assert made.publishing == Publishing()
    assert made.surroundings == Surroundings()
    assert made.backing == Backing()


def test_another_key_gives_other_names() -> None:
    one, other = Pseudonyms(KEY), Pseudonyms(b"o" * 32)

    assert one.host("fe1.contoso.com") == Pseudonyms(KEY).host("fe1.contoso.com")
    assert one.host("fe1.contoso.com") != other.host("fe1.contoso.com")


@pytest.mark.parametrize(
    ("kind", "text", "form"),
    [
        ("host", "lyncdiscover.contoso.com", r"lyncdiscover\.x\w{16}\.com"),
        ("host", "*.contoso.com", r"\*\.x\w{16}\.com"),
        ("host", "10.1.2.3", r"10\.\d+\.\d+\.\d+"),
        ("host", "", ""),
        ("address", "sip:ken.myer@contoso.com", r"sip:x\w{16}@x\w{16}\.com"),
        ("address", "tel:+14255550100", r"tel:\+\d{11}"),
        ("number", "+1 (425) 555-0100", r"\+\d \(\d{3}\) \d{3}-\d{4}"),
        ("scope", "global", "global"),
        ("scope", "site:1", "site:1"),
        ("scope", "tag:Executives", r"tag:x\w{16}"),
        ("scope", "service:pool.contoso.com", r"service:x\w{16}\.x\w{16}\.com"),
        ("url", "https://meet.contoso.com/sales", r"https://meet\.x\w{16}\.com/x\w{16}"),
        ("store", r"\\files.contoso.com\Lync", r"\\\\x\w{16}\.x\w{16}\.com\\x\w{16}"),
    ],
)
def test_the_form_is_kept(kind: str, text: str, form: str) -> None:
    assert re.fullmatch(form, getattr(Pseudonyms(KEY), kind)(text))


def test_sentences_lose_the_names_that_are_known_and_nothing_else() -> None:
    names = Pseudonyms(KEY)
    for host in ("atl-cs-001.contoso.com", "pool.contoso.com"):
        names.host(host)
    names.name("North Wing")

    told = names.text(
        "meetings-ATL-CS-001.csv: users.csv names srv9.contoso.com of the North Wing, ask a@b.org; pool"
    )

    assert not re.search(r"atl|contoso|srv9|north|a@b", told, re.IGNORECASE)
    assert told.startswith("meetings-x")
    assert ".csv: users.csv names x" in told
    assert told.endswith("; pool")


def test_a_plan_file_names_real_objects() -> None:
    names = Pseudonyms(KEY)
    names.imported(read_exports(SAMPLES / "two-sites"))
    own = OwnPlan(
        pools=(OwnPool(legacy="Pool1.Contoso.com", fqdn="new.contoso.com"),),
        waves=(
            OwnWave(name="first", addresses=("sip:Ken@contoso.com",), counts=(("pool1.contoso.com", 5),)),
        ),
        statements=(
            Statement(text="t", author="Ann Lee", date=dt.date(2026, 1, 1), pool="pool1.contoso.com"),
        ),
        lines={("waves", "0", "counts", "pool1.contoso.com"): 7},
    )

    hidden = names.own_plan(own)

    assert hidden.pools[0].legacy == names.host("pool1.contoso.com") == hidden.statements[0].pool.lower()
    assert hidden.waves[0].addresses == (names.address("sip:ken@contoso.com"),)
    assert hidden.line_of("waves", 0, "counts", hidden.waves[0].counts[0][0]) == 7
    assert "ann" not in repr(hidden).lower()
    assert "contoso" not in repr(hidden).lower()


def test_a_waiver_names_real_objects_with_stars() -> None:
    names = Pseudonyms(KEY)
    subject = f"pool {names.host('pool1.contoso.com')}"
    waiver = Waiver(
        check="*",
        subject="pool Pool?.contoso.*",
        owner="Ann",
        approver="Bob",
        reason="r",
        expires=dt.date.max,
    )
    waivers = Waivers(waivers=(waiver,), as_of=dt.date(2026, 1, 1))

    assert waivers.find("c", subject, "now") is None
    assert waivers.under(names).find("c", subject, "now") == 0
    assert waivers.under(names).find("c", f"pool {names.host('other.contoso.com')}", "now") is None
    assert "Ann" not in repr(waivers.under(names).waivers[0])


def test_the_script_replaces_names_in_the_same_way() -> None:
    kept = re.search(r"\$script:kept = @\((.*)\)", export_script())

    assert kept is not None
    assert set(re.findall(r"'([^']+)'", kept[1])) == KEPT
    for said in ("Get-Word 'label'", "Get-Word 'person'", "Get-Word 'name'", "HMACSHA256", "0, 8)"):
        assert said in export_script()


def test_the_command_tells_who_has_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key"
    key.write_bytes(KEY)
    names = Pseudonyms(KEY)

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["coexistence-pseudonyms", *map(str, arguments)])
        return command.main()

    assert run(key, "pool01.contoso.com", "sip:ken@contoso.com", "Ken Myer") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{names.host('pool01.contoso.com')}\tpool01.contoso.com",
        f"{names.address('sip:ken@contoso.com')}\tsip:ken@contoso.com",
        f"{names.name('Ken Myer')}\tKen Myer",
    ]
    # From standard input, one on a line; a console without the letters of a name still shows which it is.
    console = io.TextIOWrapper(io.BytesIO(), "cp1252", newline="")
    with monkeypatch.context() as piped:
        piped.setattr(sys, "stdin", io.StringIO("\nžižka\n"))
        piped.setattr(sys, "stdout", console)
        assert run(key) == 0
        console.flush()
    shown = console.buffer.getvalue().decode("cp1252")
    assert shown == f"{names.host('žižka')}\t{names.name('žižka')}\tžižka\n"
    with monkeypatch.context() as piped:
        piped.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), "utf-8"))
        assert run(key) == 4
    assert "standard input: the names cannot be read as utf-8" in capsys.readouterr().err
    assert [run(), run("-v"), run(tmp_path / "none"), run("--help")] == [4, 4, 4, 0]
    assert "no such key file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "no such key file"), (b"short", "from 32 to 4096 bytes, and not 5")]
)
def test_a_key_that_cannot_be_used(content: bytes | None, complaint: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)

    with pytest.raises(InputError, match=complaint) as caught:
        read_key(tmp_path / "key")

    assert "secrets.token_bytes" in str(caught.value)
    assert "\n" not in str(caught.value)
