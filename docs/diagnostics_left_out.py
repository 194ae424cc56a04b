"""Diagnostics of the specifications that nothing in the model leads to, and why."""

from __future__ import annotations

from typing import Final

_MALFORMED: Final = "a malformed request, which no client of these products sends"
_LIMITS: Final = "limits of contact lists, containers and subscriptions are not modelled"
_LOAD: Final = "load is not modelled"
_FORWARDING: Final = "people's forwarding rules are in no export"
_PROVISIONAL: Final = "informational, on provisional answers"

#: Why, by ms-diagnostics id.
LEFT_OUT: Final[dict[int, str]] = {
    0: "an error that nobody classified: the model knows why it fails",
    1: "nobody gives it where the cause is known; see 2",
    1011: "the previous hop is a product before Lync Server 2010, or none of this family",
    1012: "nothing documented tells when it is given in place of 1002",
    1033: "every server of the model says why it fails",
    1037: "what a client itself answers carries no diagnostic here",
    2000: "prompted subscribers are managed by requests of a client, not by people",
    2001: _MALFORMED,
    2002: _MALFORMED,
    2003: "a client that publishes what it may only read",
    2004: "who blocks whom is between two people, and in no export",
    2005: "somebody whom their own pool does not know is not signed in, and asks for nothing",
    **dict.fromkeys(range(2006, 2013), _LIMITS),
    2013: "a client that announces an extension and does not use it",
    2015: "a request of a client that its own software prevents",
    2016: "clients renew subscriptions by themselves",
    2057: "a client that announces an extension and does not use it",
    4001: _MALFORMED,
    4002: "a caller who is known by number alone comes from the telephone network, not from a client",
    4007: "a request for a resource that no client asks for",
    4008: _MALFORMED,
    4010: f"{_MALFORMED}: each names its device",
    4011: f"{_MALFORMED}: each names its device",
    4012: f"{_MALFORMED}: each names its device",
    4013: _MALFORMED,
    4055: _MALFORMED,
    7025: "media is not modelled",
    13000: _FORWARDING,
    13001: _FORWARDING,
    13002: _FORWARDING,
    13003: _MALFORMED,
    **dict.fromkeys(range(13004, 13008), _PROVISIONAL),
    13008: "says that another diagnostic was taken away",
    13010: _LOAD,
    13011: _LOAD,
    17000: _LOAD,
    17001: _MALFORMED,
    **dict.fromkeys(range(20000, 20012), "group chat under load, or an id without a described situation"),
    21000: "media is not modelled",
}
