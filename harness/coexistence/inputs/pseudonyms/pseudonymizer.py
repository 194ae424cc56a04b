"""Pseudonyms of single words: hosts, addresses, numbers, names, and sentences that speak of them.

Law of this room: a pseudonym hangs on the key, the kind of word and the word alone, so two exports of one
deployment agree, and two names of one domain still share it. The export script makes the same ones.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from coexistence.inputs.planfile.statement_keys import OUTSIDE
from coexistence.inputs.pseudonyms.allowlist import ENDS, GROUPS, KEPT, KEYS, PLAIN, TERMS
from coexistence.model.deployment import is_address
from coexistence.model.population import Addresses
from coexistence.model.windows_services import find

__all__ = ["Names"]

_MADE: Final = re.compile(r"x[0-9a-f]{16}")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_FILE: Final = re.compile(r"[^\s'\"/\\]+\.(?:csv|xml|tbxml|json|txt|toml|zip|clixml)(?![\w.])", re.IGNORECASE)
#: What an address before its @ may look like inside a sentence.
_TOKEN: Final = re.compile(r"[^\s,;:\"'()<>=@]+")
#: Longer ones are nobody's line or count.
_FEW_DIGITS: Final = 4
_ADDRESS: Final = re.compile(r"[^\s:;,\"'<>=/()]+@[\w.-]+")
_DOTTED: Final = re.compile(r"(?<![\w.@-])[\w*-]+(?:\.[\w-]+)+")
_RUN: Final = re.compile(r"[^\W_]+|_")
#: A name of somebody's own has hardly more words.
_MOST_WORDS: Final = 8
_VERSION: Final = re.compile(r"[0-9.]*")
_COUNTRY: Final = re.compile(r"[a-z]{2}")
_PORT: Final = re.compile(r":[0-9]*$")
_SCHEME: Final = re.compile(r"(?:sips?|tel|im|mailto|xmpp):", re.IGNORECASE)
_BEHIND_DOMAIN: Final = re.compile(r"[;:?>\s]")
#: What people write numbers with; anything else among digits is a name.
_NUMBER: Final = re.compile(r"[0-9\s+()./,*#-]*[0-9](?:;?\s*(?:ext|x)[.=]?\s*[0-9]+)?", re.IGNORECASE)


@dataclass
class Names:
    """Names under one key.

    >>> made = Names(b"k" * 32)
    >>> made.host("fe1.contoso.com") == made.host("FE1.Contoso.COM.")
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
    #: Whoever was imported, to be looked up in sentences.
    _people: list[Addresses] = field(default_factory=list, repr=False)
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
        if not text or is_address(text):
            return self._ip(text) if text else text
        name = text.lower().rstrip(".")
        labels = name.split(".")
        if len(labels) > 1:
            self._domains.update((name, name.partition(".")[2]))
        last = labels.pop() if len(labels) > 1 and _is_end(labels[-1]) else None
        made = [each if each in ("", "*") or each in KEPT else self._kept("label", each) for each in labels]
        return ".".join(made if last is None else [*made, last])

    def _ip(self, text: str) -> str:
        digest = hmac.digest(self.key, f"ip:{text}".encode(), "sha256")
        made = f"10.{digest[0]}.{digest[1]}.{digest[2]}"
        self._made[text], self._real[made] = made, text
        return made

    def address(self, text: str) -> str:
        """Return a SIP address or a number under its pseudonym, with or without its scheme.

        What follows the domain (a port, parameters) is left out.
        """
        found = _SCHEME.match(text)
        scheme = found[0].lower() if found else ""
        local, at, domain = text[len(scheme) :].partition("@")
        if not at:
            return scheme + self.number(local)
        # People are too many to be remembered; addresses are known by their form.
        return f"{scheme}{self.word('person', local)}@{self.host(_BEHIND_DOMAIN.split(domain)[0])}"

    def number(self, text: str) -> str:
        """Return a number with other digits in the same places; what is no number as a name."""
        if not _NUMBER.fullmatch(text):
            return self.name(text)
        digest = hmac.digest(self.key, f"number:{text}".encode("utf-8", "replace"), "sha256")
        digits = iter(digest * (len(text) // len(digest) + 1))
        made = "".join(str(next(digits) % 10) if letter in "0123456789" else letter for letter in text)
        self._made[text.lower()], self._real[made] = made, text
        return made

    def name(self, text: str) -> str:
        """Return what somebody called something under its pseudonym."""
        return self._kept("name", text) if text else text

    def site(self, text: str) -> str:
        """Return the id or the name of a site; a mere number tells nobody's name."""
        bare = text.strip()
        return bare if bare.isdecimal() else self.name(bare)

    def place(self, text: str) -> str:
        """Return a host name, or the word for everybody beyond the outer firewall."""
        return text if text == OUTSIDE else self.host(text)

    def group(self, text: str) -> str:
        """Return a group of Active Directory; those of the product and of Windows have their own names."""
        return text if text in GROUPS else self.name(text)

    def scope(self, text: str) -> str:
        """Return a scope: ``global``, ``site:1``, ``service:pool``, ``tag:Name``."""
        head, colon, rest = text.partition(":")
        made: Mapping[str, Callable[[str], str]] = {"site": self.site, "service": self.host, "tag": self.name}
        return f"{head}:{made.get(head.lower(), self.name)(rest)}" if colon else head

    def identity(self, text: str) -> str:
        """Return what an object is called: an address, or a name."""
        return self.address(text) if "@" in text else self.name(text)

    def term(self, text: str) -> str:
        """Return a term of the product, or a version, as it is; anything else as a name."""
        return text if text.lower() in TERMS or _VERSION.fullmatch(text) else self.name(text)

    def service(self, text: str) -> str:
        """Return a Windows service of the product as it is, by its name or display name; others as names."""
        return text if find(text) or find("", text) else self.name(text)

    def url(self, text: str) -> str:
        """Return a URL with the pseudonym of its host, and of a path of its own."""
        scheme, slashes, rest = text.partition("://")
        if not slashes:
            return self.host(text)
        authority, slash, path = rest.partition("/")
        # Who signs in there is left out.
        name = authority.rpartition("@")[2]
        port = found[0] if (found := _PORT.search(name)) else ""
        parts = [part if part.lower() in KEPT or not part else self.name(part) for part in path.split("/")]
        return f"{scheme}://{self.host(name.removesuffix(port))}{port}{slash}{'/'.join(parts)}"

    def store(self, text: str) -> str:
        """Return where something is stored: a host, and an instance or a share on it."""
        bare = text.lstrip("\\")
        host, slash, rest = bare.partition("\\")
        parts = [part and self.name(part) for part in rest.split("\\")]
        return text[: len(text) - len(bare)] + self.host(host) + slash + "\\".join(parts)

    def text(self, text: str) -> str:
        """Return a sentence in which everything that is known to be a name stands as its pseudonym."""
        text = _ADDRESS.sub(lambda found: self.address(found[0]), text)
        text = _DOTTED.sub(self._dotted, text)
        runs = list(_RUN.finditer(text))
        made, at, begin = [], 0, 0
        while begin < len(runs):
            for end in range(min(len(runs), begin + _MOST_WORDS * 2) - 1, begin - 1, -1):
                found = text[runs[begin].start() : runs[end].end()].lower()
                if found in self._made and found not in PLAIN:
                    made += [text[at : runs[begin].start()], self._made[found]]
                    at, begin = runs[end].end(), end
                    break
            begin += 1
        return "".join(made) + text[at:]

    def familiar(self, text: str) -> str:
        """Return a text in which nothing is left but words of our own and what stands for something.

        For names of files, and for whatever is quoted before anybody knows which names there are.
        """

        def shown(found: re.Match[str]) -> str:
            word = found[0].lower()
            if word in PLAIN or word in KEYS or word in KEPT or word in ENDS or _MADE.fullmatch(word):
                return found[0]
            if found[0] == "_" or (word.isdecimal() and len(word) <= _FEW_DIGITS):
                return found[0]
            return self._made.get(word) or self.word("label", word)

        return _RUN.sub(shown, text)

    def complaint(self, text: str, files: Iterable[str] = ()) -> str:
        """Return a complaint about input, in which whatever it quotes and names of files are unfamiliar.

        ``files`` are names of files that it may speak of; others are known by their ending.
        """
        for file in sorted(files, key=len, reverse=True):
            whole = rf"(?<![\w.-]){re.escape(file)}(?![\w-])"
            text = re.sub(whole, lambda found: self.familiar(found[0]), text)
        text = _QUOTED.sub(lambda found: self.familiar(found[0]), text)
        return self.text(_FILE.sub(lambda found: self.familiar(found[0]), text))

    def learn(self, texts: Iterable[str]) -> None:
        """Look up who of the people imported so far is spoken of in texts that somebody wrote."""
        tokens = {
            found[0].rstrip(".!?").lower()
            for text in texts
            for found in _TOKEN.finditer(text.replace("@", " @"))
        }
        for addresses in self._people if tokens else ():
            for row in range(len(addresses)):
                local = addresses[row].partition("@")[0].lower()
                if local in tokens:
                    self._made.setdefault(local, self.word("person", local))

    def _dotted(self, found: re.Match[str]) -> str:
        name = found[0].lower()
        is_ours = any(name == each or name.endswith(f".{each}") for each in _tails(name) & self._domains)
        return self.host(found[0]) if is_ours else found[0]

    def revealed(self, text: str) -> str:
        """Return a sentence with the real names, in lower case where they are hosts: for comparing only."""
        return _RUN.sub(lambda found: self._real.get(found[0], found[0]), text)

    def remembered(self) -> tuple[Mapping[str, str], Mapping[str, str], frozenset[str]]:
        """Return what was replaced so far, as plain values: real names among them."""
        return dict(self._made), dict(self._real), frozenset(self._domains)

    def recall(self, made: Mapping[str, str], real: Mapping[str, str], domains: frozenset[str]) -> None:
        """Go on from what others with the same key remembered."""
        self._made.update(made)
        self._real.update(real)
        self._domains.update(domains)


def _tails(name: str) -> set[str]:
    labels = name.split(".")
    return {".".join(labels[at:]) for at in range(len(labels))}


def _is_end(label: str) -> bool:
    return label in ENDS or _COUNTRY.fullmatch(label) is not None
