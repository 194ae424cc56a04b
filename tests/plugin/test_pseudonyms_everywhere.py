"""Under pseudonyms no output of any kind holds a name of the exports: each of theirs has a mark here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkout import SAMPLES

from coexistence.inputs.exports import read_exports

if TYPE_CHECKING:
    from plugin_runs import Ran, Warm

SAMPLE = SAMPLES / "pilot"
#: In every name, in either case; no word of ours and no pseudonym holds it.
MARK = "zq"
OURS = ("--coexistence", "--coexistence-from=zq-exports", "--coexistence-pseudonymise=secret.key")
WRITTEN = (
    "--coexistence-json=report.json",
    "--coexistence-bill=letters.csv",
    "--junitxml=junit.xml",
    "--log-file=run.log",
    "--log-file-level=DEBUG",
    "--durations=5",
    "-p",
    "no:randomly",
)
LOUD = ("-vv", "-rA", "--tb=long", "--showlocals")
_NAMED = (
    "Large Meetings",
    "No Guests",
    "Region 1",
    "Long Distance",
    "LocalRoute",
    "internal CA",
    "public CA",
)
_PLAN = """
[[waves]]
name = "first of {pool}"
pool = "{pool}"
count = 3

[[waves]]
name = "those of zqryan.white1"
list = "zq people.txt"

[[waves]]
name = "rest"
everybody = true

[[steps.add]]
title = "Tell zqjasmine.stewart0 and zqjasmine.stewart0@zqbooth.zqcorp"
after = "P4.3"
verify = "zqryan.white1 nods at zqpool01"
tool = "phone of {pool}"
undo = "none"

[[statements]]
text = "zqryan.white1 said that {pool} is fine."
author = "Zq Myer"
date = 2026-01-01

[[statements]]
text = "The firewall is shut."
author = "Zq Myer"
date = 2026-01-01
blocked_port = 5061
from_pool = "{pool}"
"""
_WAIVERS = """
[[waivers]]
check = "*"
subject = "*zqaccess*"
owner = "Zq Owner"
approver = "Zq Approver"
reason = "zqryan.white1 said so of {pool}"
expires = 2030-01-01
"""
_CHECKS = '''
from coexistence import Severity, check

@check(clause="messaging", severity=Severity.ERROR, at="*", source="own", remedy="none")
def crashes_with_everything(deployment, user):
    """It does not hold."""
    raise RuntimeError(f"{deployment!r} {user!r} {vars(type(deployment))!r}")

@check(clause="messaging", severity=Severity.ERROR, at="now", source="own", remedy="none")
def breaks(server):
    """It does not hold."""
    assert server is None, repr(server)
'''
_ADDED = {
    "users.csv": '"sip:zqlost@zqbooth.zqcorp","zqmaybe","zqold.zqelsewhere.com","SRV:","zqtrue","Zq Own","",'
    '"","","","",""\r\n"sip:+zq4930123456@zqbooth.zqcorp;gruu","True","487279971","SRV:","","","","","","","",""\r\n',
    "windowsservices.csv": '"zqghost.zqbooth.zqcorp","RTCSRV","","Running",""\r\n'
    '"zqpool01-1.zqbooth.zqcorp","ZqService","Zq own service","Running",""\r\n'
    '"zqpool01-1.zqbooth.zqcorp","RTCSRV","","Zqunning",""\r\n',
    "rgsworkflows.csv": '"service:ApplicationServer:zqnone.zqbooth.zqcorp/zqguid","Zq","True",'
    '"sip:zqg@zqbooth.zqcorp:5061;zq"\r\n"ZqNo pool","Zq","True","zq-HQ-12"\r\n',
    "conferencing-policies.csv": '"Tag:ZqOdd","zqtrue","zqmany"\r\n"Site:ZqNowhere","True","5"\r\n',
    "certificates.csv": '"zqpool01-1.zqbooth.zqcorp","ZqUse","zqname.zqcorp","CN=ZqCA","2026-02-01"\r\n',
    "clientversionrules.csv": '"Global/9","0","OC","LSS","ZqBlock","True","2","0","",""\r\n',
}


def marked(folder: Path) -> str:
    """Write exports in which every name has the mark, and much is odd; return the name of a pool."""
    made = read_exports(SAMPLE).deployment
    hosts = [
        *(pool.fqdn for pool in made.pools),
        *(server.fqdn for server in made.servers),
        *(gateway.fqdn for gateway in made.gateways),
        *(store.lstrip("\\") for pool in made.pools for store in (pool.back_end, pool.file_store) if store),
    ]
    labels = sorted({re.split(r"[.\\]", host)[0] for host in hosts}, key=len, reverse=True)
    whole = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, labels))})(?!\w)")
    (folder / "zq-exports").mkdir()
    for file in SAMPLE.iterdir():
        text = file.read_bytes().decode("utf-8-sig").replace(made.sip_domains[0], "zqbooth.zqcorp")
        text = whole.sub(r"zq\1", text)
        for site in made.sites:
            text = text.replace(site.name, f"Zq\N{LATIN SMALL LETTER U WITH DIAERESIS}rich {site.name}")
        for name in _NAMED:
            text = text.replace(name, f"Zq{name}")
        text = re.sub(r"([\w.]+)@", r"zq\1@", text)
        text = re.sub(r'"(M\d{7})"', r'"Zq\1"', text)
        for word in ("urn:application:", "response-group", "access-number"):
            text = text.replace(word, f"{word}zq" if word.endswith(":") else f"zq{word[:6]}")
        if file.name == "topology.xml":
            text = text.replace("<Sites>", '<Sites><ZqSite SiteId="zq7"><Name>ZqThere</Name></ZqSite>', 1)
            text = text.replace('RoleName="WebServices"', 'RoleName="ZqRole"', 2)
        called = {"meetings.csv": "meetings-zqFE1.csv", "users.csv": "Users of ZqCorp.csv"}
        target = folder / "zq-exports" / called.get(file.name, file.name)
        target.write_bytes((text + _ADDED.get(file.name, "")).encode("utf-8-sig"))
    pool = "zqpool01.zqbooth.zqcorp"
    (folder / "zq-exports" / "tests of ZqCorp.csv").write_text(
        '"TargetFqdn","Result","Error","Diagnosis","Test"\n'
        f'"{pool}","Failure","404, Not Found","ErrorCode=1003,Source={pool},Reason=zq","Test-CsIM"\n'
        '"zqpool9.zqbooth.zqcorp","Failure","zqerr","","Test-CsZq"\n'
    )
    (folder / "zq-exports" / "Zq notes.csv").write_text('"ZqA","ZqB"\n"zq","zq"\n')
    return pool


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to run in: exports, plan, waivers, checks and key."""
    made = tmp_path_factory.mktemp("run")
    pool = marked(made)
    (made / "pytest.ini").write_text("[pytest]\n")
    (made / "secret.key").write_bytes(bytes(range(64)))
    (made / "zq plan.toml").write_text(_PLAN.format(pool=pool), "utf-8")
    (made / "zq people.txt").write_text("sip:zqryan.white1@zqbooth.zqcorp\nzqnobody@zqbooth.zqcorp\n")
    (made / "zqwaivers.toml").write_text(_WAIVERS.format(pool=pool), "utf-8")
    (made / "own_checks.py").write_text(_CHECKS)
    return made


def asked(start: Warm, folder: Path, *arguments: str) -> Ran:
    return start((*OURS, *arguments), folder, {})


def left(folder: Path, ran: Ran) -> list[str]:
    """Where the mark stands: in what was printed and in every file that a run wrote."""
    texts = [line for line in ran.said.splitlines() if not line.startswith("rootdir:")]
    for path in (*folder.glob("*.json"), *folder.glob("*.csv"), *folder.glob("*.xml"), *folder.glob("*.log")):
        texts += path.read_bytes().decode("utf-8-sig").splitlines()
    for path in folder.glob(".pytest_cache/**/*"):
        texts += path.read_text("utf-8").splitlines() if path.is_file() else []
    return [text for text in texts if MARK in text.lower()]


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_nothing_is_left_in_reports_and_logs(start: Warm, folder: Path, workers: tuple[str, ...]) -> None:
    own = ("--coexistence-plan=zq plan.toml", "--coexistence-waivers=zqwaivers.toml")
    ran = asked(start, folder, *WRITTEN, *LOUD, *own, *workers, "--cache-clear", "-k", "not zqpool01")

    assert ran.status == 1
    assert (folder / "report.json").is_file()
    assert (folder / "junit.xml").is_file()
    assert left(folder, ran) == []


def test_nothing_is_left_when_a_check_crashes_or_breaks(start: Warm, folder: Path) -> None:
    only = ("--coexistence-checks=own_checks.py", "-k", "crashes or breaks", "--full-trace")
    ran = asked(start, folder, *WRITTEN, *LOUD, *only, "--cache-clear")

    assert "RuntimeError" in ran.out
    assert left(folder, ran) == []


def test_nothing_is_left_in_the_runbook(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--coexistence-plan=zq plan.toml", "--coexistence-show-plan")

    assert ran.status == 0
    assert "Runbook" in ran.out or "P4.3" in ran.out
    assert [line for line in ran.said.splitlines() if MARK in line.lower()] == []


def test_nothing_is_left_in_node_ids(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--collect-only", "-q")

    assert "::" in ran.out
    assert [line for line in ran.said.splitlines() if MARK in line.lower()] == []


def _write(name: str, content: str | bytes) -> Callable[[Path], None]:
    def write(exports: Path) -> None:
        (exports / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def _changed(old: str, new: str) -> Callable[[Path], None]:
    def change(exports: Path) -> None:
        text = (exports / "topology.xml").read_text("utf-8-sig")
        assert old in text
        (exports / "topology.xml").write_text(text.replace(old, new, 1), "utf-8")

    return change


def _second_topology(exports: Path) -> None:
    text = (exports / "topology.xml").read_text("utf-8-sig").replace("ZqThere", "ZqElse")
    (exports / "Zq other.xml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (_second_topology, "there is another topology"),
        (_changed('Fqdn="zqpool01', 'Fqdn="$zqvariable'), "PowerShell variable"),
        (_changed("</Topology>", "<zq"), "topology"),
        (_write("zq.json", '{"zq": [zq'), "json"),
        (_write("zq.csv", b"zq\0zq,1\n"), "NUL"),
        (_write("zq.xml", "<html>zq</html>"), "web page"),
        (_write("zq page.xml", '<!DOCTYPE zq [<!ENTITY zq "zq">]><Topology>&zq;</Topology>'), "DOCTYPE"),
        (_write("Zq big.csv", '"SipAddress","RegistrarPool"\n"' + "zq" * 100_000), "line"),
    ],
)
def test_nothing_is_left_in_complaints_about_exports(
    start: Warm, tmp_path: Path, damage: Callable[[Path], None], complaint: str
) -> None:
    marked(tmp_path)
    damage(tmp_path / "zq-exports")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "secret.key").write_bytes(bytes(range(64)))

    ran = asked(start, tmp_path)

    assert ran.status == 4
    assert complaint in ran.said
    assert [line for line in ran.said.splitlines() if MARK in line.lower()] == []


@pytest.mark.parametrize(
    ("option", "text", "complaint"),
    [
        ("plan", '[[waves]]\nname = "zqw"\npool = 5\nzqkey = "zqv"\n', "line 4"),
        ("plan", '[[waves]]\nname = "zqw"\npool = "zqnone.zqbooth.zqcorp"\n', "line 3"),
        ("plan", '[[pools]]\nlegacy = "zqno.zqx.com"\nfqdn = "zqn.zqx.com"\nsite = "ZqSite"\n', "line 2"),
        ("plan", "zq = [", "TOML"),
        (
            "waivers",
            '[[waivers]]\ncheck="zq"\nowner="Zq"\napprover="Zq"\nreason="zq"\nexpires="zq"\n',
            "date",
        ),
    ],
)
def test_nothing_is_left_in_complaints_about_own_files(
    start: Warm, folder: Path, option: str, text: str, complaint: str
) -> None:
    (folder / "zqbad.toml").write_text(text, "utf-8")

    ran = asked(start, folder, f"--coexistence-{option}=zqbad.toml")

    assert ran.status == 4
    assert complaint in ran.said
    assert [line for line in ran.said.splitlines() if MARK in line.lower()] == []


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda path: None, "there is no such key file"),
        (lambda path: path.write_bytes(b""), "from 32 to 4096 bytes, and not 0"),
        (lambda path: path.write_bytes(b"k" * 31), "and not 31"),
        (lambda path: path.write_bytes(b"k" * 5000), "more than that"),
        (lambda path: path.mkdir(), "cannot be read"),
    ],
)
def test_a_key_that_cannot_be_used_is_one_sentence(
    start: Warm, tmp_path: Path, make: Callable[[Path], None], complaint: str
) -> None:
    marked(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    make(tmp_path / "secret.key")

    ran = asked(start, tmp_path)

    assert ran.status == 4
    assert complaint in ran.said
    assert len([line for line in ran.said.splitlines() if line.startswith("ERROR")]) == 1
