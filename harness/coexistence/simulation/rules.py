"""What the product does, as tables with their sources; and what we assume where no source speaks.

Law of this room: a rule is a fact about the product, never a promise to people. Each names its source;
what is an assumption of ours is listed in :data:`ASSUMPTIONS`, has a default, and can be switched.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from coexistence.errors import InputError
from coexistence.vocabulary import ClientGeneration, Confidence, Maybe, Unknown, Version

__all__ = ["ASSUMPTIONS", "DESKTOP", "Assumption", "Rules", "meeting_survives"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something nobody documents and no export can hold, and what we take it to be."""

    id: str
    statement: str
    default: str
    #: Other values it may be switched to.
    options: tuple[str, ...]
    confidence: Confidence
    source: str


def _assumption(
    identity: str, statement: str, default: str, options: tuple[str, ...], confidence: Confidence, source: str
) -> Assumption:
    return Assumption(
        id=identity,
        statement=statement,
        default=default,
        options=options,
        confidence=confidence,
        source=source,
    )


ASSUMPTIONS: Final[Mapping[str, Assumption]] = {
    each.id: each
    for each in (
        _assumption(
            "ports-open",
            "Nothing between two pools blocks port 5061, nor 445 and 4443 from the CMS pool to its replicas.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export holds firewall rules; the flows are in 'Ports and protocols for internal servers'.",
        ),
        _assumption(
            "names-resolve",
            "Names and certificates of pools that were there before lead to these pools, where no export of "
            "them was given.",
            "yes",
            ("yes", "undecided"),
            Confidence.ASSUMED,
            "DNS and certificates are in none of the files that are read so far.",
        ),
        _assumption(
            "newest-tools",
            "Administrators work with the tools of the newest generation in the topology.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Administering servers after migration' demands it; no export shows which tools are in use.",
        ),
        _assumption(
            "meetings-follow-organizer",
            "A meeting moves with its organizer, back to an older pool too, and keeps its identifier.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Move remaining users' says so for the way forward; the way back is documented nowhere.",
        ),
        _assumption(
            "upgraded-meeting-fails-on",
            "A meeting scheduled with an upgraded client fails on a host of an older generation than the one "
            "it was scheduled on.",
            "older-generation",
            ("older-generation", "nothing"),
            Confidence.DOCUMENTED,
            "'Migration process': after shifting back, new meetings scheduled with upgraded clients do not "
            "work. The pairs of generations are our reading.",
        ),
        _assumption(
            "rollback-home",
            "People found on a new pool came from the legacy pool that this pool takes over from.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "No export tells where somebody was homed before a move.",
        ),
        _assumption(
            "plan-as-written",
            "The new pools are installed as planned: their services run, and replication is waited for.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "Nobody can export what is not there yet; each step of the guide ends with its verification.",
        ),
        _assumption(
            "needs-told",
            "People about whom no file says that they use XMPP or Persistent Chat do not.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "No export that is read so far tells.",
        ),
        _assumption(
            "one-meeting-each",
            "Everybody who is moved schedules so many new meetings before the next step.",
            "1",
            ("0", "1", "2", "5"),
            Confidence.ASSUMED,
            "A stated rate; the real one is in nobody's export.",
        ),
        _assumption(
            "pilot-one-in-twenty",
            "One person in twenty of each pool, at least two and at most fifty, move first.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "'User migration' asks for test users, then pilot users; it gives no number.",
        ),
    )
}

#: Clients that a rollout replaces. Phones and mobile clients are left as they are.
DESKTOP: Final = frozenset(
    {
        ClientGeneration.LYNC_2010,
        ClientGeneration.LYNC_2013,
        ClientGeneration.SFB_2015,
        ClientGeneration.SFB_2016,
        ClientGeneration.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The assumptions of one run: defaults, with what somebody switched."""

    switched: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.switched.items():
            known = ASSUMPTIONS.get(name)
            if known is None:
                raise InputError(f"There is no assumption {name!r}. Known: {', '.join(ASSUMPTIONS)}.")
            if value not in known.options:
                raise InputError(
                    f"Assumption {name!r} cannot be {value!r}. Possible: {', '.join(known.options)}."
                )

    def value(self, name: str) -> str:
        """Return what an assumption is taken to be in this run."""
        return self.switched.get(name, ASSUMPTIONS[name].default)


def meeting_survives(
    scheduled_on: Maybe[Version], by_upgraded: Maybe[bool], host: Iterable[Version], rules: Rules
) -> Maybe[bool]:
    """Tell whether a host of generation ``host`` can serve a meeting.

    It cannot when an upgraded client scheduled the meeting on a newer generation than the host's
    (source: "Migration process"; its only condition is the upgraded client). ``host`` are the versions
    that the evidence leaves; where they disagree, or the scheduling client is unknown and matters, the
    answer is unknown.
    """
    if rules.value("upgraded-meeting-fails-on") == "nothing" or by_upgraded is False:
        return True
    if isinstance(scheduled_on, Unknown):
        return scheduled_on
    older = {version < scheduled_on for version in host}
    if older == {False}:
        return True
    if isinstance(by_upgraded, Unknown):
        return by_upgraded
    return False if older == {True} else Unknown("Get-CsServerPatchVersion")
