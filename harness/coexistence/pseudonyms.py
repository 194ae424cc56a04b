"""Real names replaced at the door: keyed, the same every time, in the same form.

Law of this room: behind it nobody has a real name. A pseudonym hangs on the key and the name alone, so two
exports of one deployment agree, and two names of one domain still share it. It says nothing to whoever does
not have the key; who has it can only try names out.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import dataclasses
import hmac
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from coexistence.deployment import Deployment
from coexistence.errors import InputError
from coexistence.exports import Imported
from coexistence.exports.accounts import FileAccount
from coexistence.planning.wishes import OwnPlan
from coexistence.population import Addresses, Assignment, Population
from coexistence.vocabulary import Origin

__all__ = ["KINDS", "PseudonymousAddresses", "Pseudonyms", "read_key"]

#: Below that a key could be guessed.
_SHORTEST_KEY: Final = 32
_LONGEST_KEY: Final = 4096
_HOW: Final = (
    "Make one with: "
    "python -c \"import secrets,sys; open(sys.argv[1],'xb').write(secrets.token_bytes(32))\" FILE"
)
#: Names that the product or the Internet gives a meaning to; the export script keeps the same ones.
KEPT: Final = frozenset(
    {
        "sip", "sipinternal", "sipexternal", "lyncdiscover", "lyncdiscoverinternal", "meet", "dialin",
        "admin", "autodiscover", "ucupdates-r2", "_sip", "_sipinternal", "_sipinternaltls",
        "_sipfederationtls", "_xmpp-server", "_ntp", "_tls", "_tcp", "_udp", "www",
    }
)  # fmt: skip
#: Words of our own sentences and of file names that tell nobody's name where they stand alone.
_PLAIN: Final = frozenset(
    {
        "a", "an", "the", "and", "or", "of", "on", "in", "at", "to", "is", "it", "as", "by", "be", "no",
        "not", "one", "two", "with", "without", "from", "for", "edge", "pool", "pools", "server", "servers",
        "user", "users", "web", "people", "front", "end", "file", "files", "line", "row", "rows", "column",
        "site", "sites", "domain", "domains", "topology", "services", "service", "replication", "meetings",
        "meeting", "clients", "client", "names", "name", "csv", "xml", "json", "txt", "zip", "table",
        "policies", "policy", "voice", "default", "global", "pilot", "production", "legacy", "new", "old",
        "main", "test", "dial",
    }
)  # fmt: skip
_ADDRESS: Final = re.compile(r"[^\s:;,\"'<>=/()]+@[\w.-]+")
_DOTTED: Final = re.compile(r"(?<![\w.@-])[\w*-]+(?:\.[\w-]+)+")
_RUN: Final = re.compile(r"[^\W_]+|_")
#: A name of somebody's own has hardly more words.
_MOST_WORDS: Final = 8

#: What stands in which field of what an import makes; what is not here holds no name.
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Deployment": {"name": "host", "sip_domains": "host"},
    "Site": {"id": "site", "name": "name", "parent": "site", "federation_route": "host"},
    "Pool": dict.fromkeys(
        ("id", "fqdn", "servers", "media_edge", "next_hop", "backup", "office_web_apps", "external_web_fqdn"),
        "host",
    )
    | {"site": "site"}
    | dict.fromkeys(("back_end", "file_store", "archiving_store", "monitoring_store"), "store"),
    "EdgeNames": dict.fromkeys(("access", "web_conferencing", "av"), "host"),
    "Server": {"id": "host", "fqdn": "host", "pool": "host", "roots": "name"},
    "Replica": {"server": "host"},
    "Cms": dict.fromkeys(("hosts", "masters", "scp"), "host"),
    "ConferenceDirectory": {"owner": "host"},
    "Application": {
        "id": "identity",
        "owner": "host",
        "uri": "address",
        "regions": "name",
        "runs_on": "host",
        "gateway": "host",
    },
    "DialPlan": {"scope": "scope", "region": "name"},
    "Gateway": {"fqdn": "host", "mediation": "host"},
    "VoiceRoute": {"name": "name", "usages": "name", "trunks": "host"},
    "DnsRecord": {"name": "host", "target": "host"},
    "Certificate": {"pool": "host", "names": "host", "issuer": "name"},
    "Partner": {
        "domain": "host",
        "access": "host",
        "roots": "name",
        "issuer": "name",
        "certificate_names": "host",
    },
    "Policy": {"scope": "scope", "settings": "settings"},
    "ClientVersionRule": {"scope": "scope"},
    "ClientVersionSettings": {"scope": "scope"},
    "SimpleUrl": {"domain": "host", "url": "url", "scope": "scope"},
    "Contradiction": {"message": "text"},
    "Origin": {"source": "text"},
}


def read_key(path: Path) -> bytes:
    """Return the key in a file.

    Raises :class:`~coexistence.errors.InputError` for a file that is not there (a key is not made in passing:
    whoever loses it loses the way back), or that is too short.
    """
    shown = f"--coexistence-pseudonymise {path.name}"
    try:
        with path.open("rb") as file:
            key = file.read(_LONGEST_KEY + 1)
    except FileNotFoundError:
        raise InputError(f"{shown}: there is no such key file. {_HOW}") from None
    except OSError as error:
        raise InputError(f"{shown}: the key file cannot be read ({error.strerror}). {_HOW}") from None
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise InputError(
            f"{shown}: a key has from {_SHORTEST_KEY} to {_LONGEST_KEY} bytes, and not {len(key)}. {_HOW}"
        )
    return key


@dataclass(frozen=True, slots=True)
class PseudonymousAddresses:
    """Addresses under their pseudonyms, made when somebody is shown."""

    real: Addresses = field(repr=False)
    pseudonyms: Pseudonyms

    def __len__(self) -> int:
        return len(self.real)

    def __getitem__(self, row: int) -> str:
        return self.pseudonyms.address(self.real[row])


@dataclass
class Pseudonyms:
    """Pseudonyms under one key.

    >>> made = Pseudonyms(b"k" * 32)
    >>> made.host("fe1.contoso.com") == made.host("FE1.Contoso.COM").replace("COM", "com")
    True
    >>> made.host("fe2.contoso.com").partition(".")[2] == made.host("contoso.com")
    True
    """

    key: bytes = field(repr=False)
    #: What was replaced so far, in lower case.
    _made: dict[str, str] = field(default_factory=dict, repr=False)
    #: And what each pseudonym stands for.
    _real: dict[str, str] = field(default_factory=dict, repr=False)
    _hosts: dict[str, str] = field(default_factory=dict, repr=False)
    #: Domains whose hosts are recognised in sentences.
    _domains: set[str] = field(default_factory=set, repr=False)

    def word(self, kind: str, text: str) -> str:
        """Return the pseudonym of one word: 17 letters and digits."""
        digest = hmac.digest(self.key, f"{kind}:{text.lower()}".encode("utf-8", "replace"), "sha256")
        return f"x{digest[:8].hex()}"

    def _kept(self, kind: str, text: str) -> str:
        """Return the pseudonym of one word, and remember it for sentences."""
        lower = text.lower()
        made = self.word(kind, text)
        self._made.setdefault(lower, made)
        self._real[made] = lower if kind == "label" else text
        return made

    def host(self, text: str) -> str:
        """Return a host name or domain under its pseudonym, part for part; an IP address as another one."""
        if (found := self._hosts.get(text)) is None:
            found = self._hosts[text] = self._host(text)
        return found

    def _host(self, text: str) -> str:
        if not text or ("." in text and _is_address(text)):
            return self._ip(text) if text else text
        labels = text.split(".")
        if len(labels) > 1:
            self._domains.update((text.lower(), text.partition(".")[2].lower()))
        last = len(labels) - 1 if len(labels) > 1 else -1
        return ".".join(
            label if at == last or label in ("", "*") or label.lower() in KEPT else self._kept("label", label)
            for at, label in enumerate(labels)
        )

    def _ip(self, text: str) -> str:
        digest = hmac.digest(self.key, f"ip:{text}".encode(), "sha256")
        made = f"10.{digest[0]}.{digest[1]}.{digest[2]}"
        self._made[text], self._real[made] = made, text
        return made

    def address(self, text: str) -> str:
        """Return a SIP address under its pseudonym, with or without its scheme."""
        prefix, colon, rest = text.rpartition(":")
        local, at, domain = rest.rpartition("@")
        if not at:
            return prefix + colon + self.number(rest)
        # People are too many to be remembered; addresses are known by their form.
        return f"{prefix}{colon}{self.word('person', local)}@{self.host(domain)}"

    def number(self, text: str) -> str:
        """Return a number with other digits in the same places; a text without digits as a name."""
        if not any(letter.isdigit() for letter in text):
            return self.name(text)
        digest = hmac.digest(self.key, f"number:{text}".encode("utf-8", "replace"), "sha256")
        digits = iter(digest * (len(text) // len(digest) + 1))
        made = "".join(str(next(digits) % 10) if letter.isdigit() else letter for letter in text)
        self._made[text.lower()], self._real[made] = made, text
        return made

    def name(self, text: str) -> str:
        """Return what somebody called something under its pseudonym."""
        return self._kept("name", text) if text else text

    def site(self, text: str) -> str:
        """Return the id of a site; a mere number tells nobody's name."""
        return text if text.isdecimal() else self.name(text)

    def scope(self, text: str) -> str:
        """Return a scope: ``global``, ``site:1``, ``service:pool``, ``tag:Name``."""
        head, colon, rest = text.partition(":")
        made: Mapping[str, Callable[[str], str]] = {"site": self.site, "service": self.host, "tag": self.name}
        return f"{head}:{made.get(head.lower(), self.name)(rest)}" if colon else head

    def identity(self, text: str) -> str:
        """Return what an object is called: an address, or a name."""
        return self.address(text) if "@" in text else self.name(text)

    def url(self, text: str) -> str:
        """Return a URL with the pseudonym of its host, and of a path of its own."""
        scheme, slashes, rest = text.partition("://")
        if not slashes:
            return self.host(text)
        host, slash, path = rest.partition("/")
        name, colon, port = host.partition(":")
        parts = [part if part.lower() in KEPT or not part else self.name(part) for part in path.split("/")]
        return f"{scheme}://{self.host(name)}{colon}{port}{slash}{'/'.join(parts)}"

    def store(self, text: str) -> str:
        """Return where something is stored: a host, and an instance or a share on it."""
        bare = text.lstrip("\\")
        host, slash, rest = bare.partition("\\")
        parts = [part and self.name(part) for part in rest.split("\\")]
        return text[: len(text) - len(bare)] + self.host(host) + slash + "\\".join(parts)

    def settings(self, text: str) -> str:
        """Return the value of a policy's setting; only lists of usages are names."""
        return text

    def text(self, text: str) -> str:
        """Return a sentence in which everything that is known to be a name stands as its pseudonym."""
        text = _ADDRESS.sub(lambda found: self.address(found[0]), text)
        text = _DOTTED.sub(self._dotted, text)
        runs = list(_RUN.finditer(text))
        made, at, begin = [], 0, 0
        while begin < len(runs):
            for end in range(min(len(runs), begin + _MOST_WORDS * 2) - 1, begin - 1, -1):
                found = text[runs[begin].start() : runs[end].end()].lower()
                if found in self._made and found not in _PLAIN:
                    made += [text[at : runs[begin].start()], self._made[found]]
                    at, begin = runs[end].end(), end
                    break
            begin += 1
        return "".join(made) + text[at:]

    def _dotted(self, found: re.Match[str]) -> str:
        name = found[0].lower()
        is_ours = any(name == each or name.endswith(f".{each}") for each in _tails(name) & self._domains)
        return self.host(found[0]) if is_ours else found[0]

    def revealed(self, text: str) -> str:
        """Return a sentence with the real names, in lower case where they are hosts: for comparing only."""
        return _RUN.sub(lambda found: self._real.get(found[0], found[0]), text)

    # ---------------------------------------------------------------- what is replaced as a whole

    def imported(self, imported: Imported) -> Imported:
        """Return an import under pseudonyms: the deployment, and what is said about the files."""
        deployment = imported.deployment
        # Contradictions and places speak of everything else, so that has to be known before.
        made = self._mapped(replace(deployment, contradictions=()))
        assert isinstance(made, Deployment)
        made = self._placed(replace(made, contradictions=self._mapped(deployment.contradictions)))
        return Imported(deployment=made, files=tuple(self._account(each) for each in imported.files))

    def _account(self, account: FileAccount) -> FileAccount:
        return replace(
            account, file=self.text(account.file), notes=tuple(self.text(note) for note in account.notes)
        )

    def _mapped(self, value: Any) -> Any:
        """Return a value with everything in it replaced but the places it comes from."""
        if isinstance(value, Population):
            return self._population(value)
        if isinstance(value, tuple):
            return tuple(self._mapped(each) for each in value)
        if isinstance(value, Origin) or not dataclasses.is_dataclass(value) or isinstance(value, type):
            return value
        kinds = KINDS.get(type(value).__name__, {})
        changes = {}
        for each in dataclasses.fields(value):
            before = getattr(value, each.name)
            if kind := kinds.get(each.name):
                after = self._settings(before) if kind == "settings" else _each(before, getattr(self, kind))
            else:
                after = self._mapped(before)
            if after is not before:
                changes[each.name] = after
        return replace(value, **changes) if changes else value

    def _settings(self, settings: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, ",".join(map(self.name, value.split(",")))) if name == "PstnUsages" else (name, value)
            for name, value in settings
        )

    def _placed(self, value: Any) -> Any:
        """Return a value whose places name files as the accounts do."""
        if isinstance(value, Origin):
            return replace(value, source=self.text(value.source))
        if isinstance(value, tuple):
            return tuple(self._placed(each) for each in value)
        if not dataclasses.is_dataclass(value) or isinstance(value, (type, Population)):
            return value
        changes = {}
        for each in dataclasses.fields(value):
            before = getattr(value, each.name)
            after = self._placed(before)
            if (after is not before and after != before) or isinstance(before, Origin):
                changes[each.name] = after
        return replace(value, **changes) if changes else value

    def _population(self, population: Population) -> Population:
        return population.changed(
            pools=tuple(map(self.host, population.pools)),
            domains=tuple(map(self.host, population.domains)),
            assigned={
                kind: Assignment(tuple(map(self.name, each.tags)), each.code)
                for kind, each in population.assigned.items()
            },
            addresses=PseudonymousAddresses(population.addresses, self),
        )

    def own_plan(self, own: OwnPlan) -> OwnPlan:
        """Return a plan file whose names are replaced in the same way; call it when the twins are known."""
        return replace(
            own,
            file=self.text(own.file),
            pools=tuple(
                replace(
                    each,
                    legacy=self.host(each.legacy),
                    fqdn=self.host(each.fqdn),
                    servers=tuple(map(self.host, each.servers)),
                    site=self._site_named(each.site),
                )
                for each in own.pools
            ),
            waves=tuple(
                replace(
                    each,
                    name=self.text(each.name),
                    pool=self.host(each.pool),
                    site=self._site_named(each.site),
                    list_file=self.text(each.list_file),
                    addresses=tuple(map(self.address, each.addresses)),
                    counts=tuple((self.host(pool), number) for pool, number in each.counts),
                )
                for each in own.waves
            ),
            added=tuple(
                replace(
                    each,
                    title=self.text(each.title),
                    verify=self.text(each.verify),
                    tool=self.text(each.tool),
                    undo=self.text(each.undo),
                )
                for each in own.added
            ),
            statements=tuple(
                replace(
                    each,
                    text=self.text(each.text),
                    author=self.name(each.author),
                    pool=self.host(each.pool),
                    moved_from=self.host(each.moved_from),
                    from_pool=self.host(each.from_pool),
                    to_pool=self.host(each.to_pool),
                )
                for each in own.statements
            ),
            lines={self._path(path): line for path, line in own.lines.items()},
        )

    def _path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Return a place in a plan file; the keys of counts are pools."""
        return (*path[:3], *map(self.host, path[3:])) if "counts" in path else path

    def _site_named(self, text: str) -> str:
        return self.site(text.strip()) if text.strip() else text


def _each(value: Any, made: Callable[[str], str]) -> Any:
    """Apply to a text, or to every text in a collection; what is no text stays."""
    if type(value) is str:
        return made(value)
    if isinstance(value, tuple):
        return tuple(_each(each, made) for each in value)
    if isinstance(value, frozenset):
        return frozenset(_each(each, made) for each in value)
    return value


def _tails(name: str) -> set[str]:
    labels = name.split(".")
    return {".".join(labels[at:]) for at in range(len(labels))}


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
