"""What is lost with a service: the same questions, asked with it and without it.

Law of this room: no mechanism of its own. Two states that differ in one service are observed by everybody
else's observations, and what works in the first and not in the second is the loss. Nothing is asked before
somebody wants to know: it costs as much as looking at two whole states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coexistence.model.population import head_count
from coexistence.model.vocabulary import Disposition, Modality, ServerId, ServiceState, Unknown
from coexistence.observation.facts.outcomes import Outcome, Undecided
from coexistence.observation.listings import subjects
from coexistence.observation.observer import Observer
from coexistence.simulation.state import State, frozen

__all__ = ["Loss", "losses", "with_service"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One thing that works with a service and does not work without it."""

    #: What somebody wanted: ``message``, ``call``, ``join``, ``sign in``, ``administer`` ...
    what: str
    #: Kind of the subject, as checks name it: ``conversation``, ``meeting``, ``site`` ...
    kind: str
    #: Who or what cannot any more.
    subject: str
    #: How many people that is.
    people: int
    #: What happens instead.
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.what}: {self.subject} ({self.people} people)"


#: What is asked of each kind of subject; None: they have no use for it.
_QUESTIONS: Final[Mapping[str, Mapping[str, Callable[[Any], Outcome | None]]]] = {
    "conversation": {
        "message": lambda each: each.message(),
        "presence": lambda each: each.presence(),
        "call": lambda each: each.call(),
        "share": lambda each: each.share(),
    },
    "client": {"sign in": lambda each: each.sign_in(), "sign in again": lambda each: each.sign_in_again()},
    "user": {
        "reach from outside": lambda each: each.from_outside(),
        "relay media": lambda each: each.relay_media(),
        "confer from outside": lambda each: each.confer_from_outside(),
        "read contacts": lambda each: each.read_contacts(),
        "change contacts": lambda each: each.keep_changes(),
        "find in address book": lambda each: each.find_in_address_book(),
        "call out": lambda each: each.call_out() if each.has_voice is True else None,
        "chat": lambda each: each.chat() if each.has_chat is True else None,
        "reach xmpp": lambda each: each.reach_xmpp() if each.has_xmpp is True else None,
    },
    "organizer": {"schedule": lambda each: each.schedule()},
    "meeting": {
        "join": lambda each: each.join(),
        "join with video": lambda each: each.join(Modality.VIDEO),
        "join with sharing": lambda each: each.join(Modality.SHARING),
        "join with slides": lambda each: each.join(Modality.CONTENT),
        "join by link": lambda each: each.join_by_link(),
        "dial in": lambda each: each.dial_in(),
    },
    "application": {"answer": lambda each: each.answer()},
    "partner": {
        "send to partner": lambda each: each.send(),
        "hear from partner": lambda each: each.receive(),
    },
    "site": {"administer": lambda each: each.administer(), "admit calls": lambda each: each.admission()},
    "pool": {"administer": lambda each: each.administer(), "fail over": lambda each: each.fail_over()},
    "replica": {"follow changes": lambda each: each.follow()},
}


def with_service(state: State, servers: Iterable[ServerId], service: str, becomes: ServiceState) -> State:
    """Return a state in which a service (by its key) of some servers is in another condition.

    Servers whose list does not have it, and those that nobody collected, stay as they are.
    """
    made = dict(state.services)
    for server in servers:
        readings = made.get(server)
        if readings is not None and not isinstance(readings, Unknown) and service in readings:
            made[server] = frozen(dict(readings) | {service: becomes})
    return state.changed(services=frozen(made))


def losses(observer: Observer, servers: Iterable[ServerId], service: str) -> tuple[Loss, ...]:
    """What works while a service (by its key) runs on some servers, and does not while it is stopped.

    It makes no difference whether it runs now. This looks at two whole states, so it costs as much as every
    other observation taken together.
    """
    chosen = tuple(servers)
    with_it, without = (
        Observer(with_service(observer.state, chosen, service, becomes), observer.rules)
        for becomes in (ServiceState.RUNNING, ServiceState.STOPPED)
    )
    try:
        return tuple(_lost(with_it, without))
    finally:
        with_it.forget()
        without.forget()


def _lost(with_it: Observer, without: Observer) -> Iterator[Loss]:
    for kind, questions in _QUESTIONS.items():
        try:
            both = subjects(with_it, kind), subjects(without, kind)
        except Undecided:
            continue
        for before, after in _paired(*both):
            for what, ask in questions.items():
                answer = _answer(ask, after)
                # Whatever works without it is no loss: the other state need not be asked.
                if answer is None or answer.disposition in (Disposition.DONE, Disposition.UNDECIDED):
                    continue
                worked = _answer(ask, before)
                if worked is not None and worked.disposition is Disposition.DONE:
                    yield Loss(
                        what=what,
                        kind=kind,
                        subject=after.label,
                        people=sum(head_count(each) for each in after.hit().values()),
                        outcome=answer,
                    )


def _paired(befores: Sequence[Any], afters: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Put the same subjects of two observers together.

    Services divide nothing but replicas; those are put together by a server that they have in common.
    """
    if len(befores) == len(afters):
        yield from zip(befores, afters, strict=True)
        return
    for after in afters:
        yield next((before, after) for before in befores if after.servers[0] in before.servers)


def _answer(ask: Callable[[Any], Outcome | None], subject: Any) -> Outcome | None:
    """Ask; None where it is no question, or nobody told what it is about."""
    try:
        return ask(subject)
    except Undecided:
        return None
