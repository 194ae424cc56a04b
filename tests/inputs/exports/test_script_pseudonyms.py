"""The functions of the export script, run step by step, make the pseudonyms that the reading side makes."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from script_hiding import KEY, PLAIN, hidden

from coexistence.inputs.pseudonyms import Pseudonyms

#: What names are made of, and what stands between them.
_WORDS = st.sampled_from(
    [
        "contoso", "Com", "fe1", "sip", "Meet", "10", "4711", "local", "uk", "x", "Site", "Tag", "Global",
        "Registrar", "service", "ApplicationServer", "CN=Ken", "CN=co1:2", "urn", "application", "RGS",
        "helpdesk", "tel", "+1425", "ext=12", "https", "SRV", "stra\u00dfe", "\u65e5\u672c", "", "*",
    ]
)  # fmt: skip
_BETWEEN = st.sampled_from([".", ":", "@", "/", "://", ";", "-", " ", "\\", ",", "", "?", "#"])
TEXTS = st.one_of(
    st.text(string.ascii_letters + string.digits + ".:@/;-\\,= +()", max_size=24),
    st.lists(st.tuples(_WORDS, _BETWEEN), min_size=1, max_size=6).map(
        lambda parts: "".join(word + between for word, between in parts)
    ),
)
#: Functions whose twins are the reading side's own.
_ALIKE: dict[str, Callable[[Pseudonyms, str], str]] = {
    "Hide-Name": lambda names, text: names.name(text),
    "Hide-Host": lambda names, text: names.host(text),
    "Hide-Number": lambda names, text: names.number(text),
    "Hide-Address": lambda names, text: names.address(text),
    "Hide-Url": lambda names, text: names.url(text),
}


@pytest.mark.parametrize("function", _ALIKE)
@settings(max_examples=60)
@given(text=TEXTS)
@example(text="")
@example(text="sip:Ken.Myer@fe1.Contoso.com:5061;gruu")
@example(text="tel:+14255550100;ext=1234")
@example(text="https://ken:pw@meet.contoso.com:443/meet/ken//x")
@example(text="10.1.2.3")
@example(text="*.contoso.co.uk.")
def test_the_script_hides_as_the_door_does(function: str, text: str) -> None:
    assert hidden(function, text) == _ALIKE[function](Pseudonyms(KEY), text)


NAMES = Pseudonyms(KEY)
POOL = NAMES.host("pool01.contoso.com")


@pytest.mark.parametrize(
    ("function", "text", "expected"),
    [
        ("Hide-Site", "1", "1"),
        ("Hide-Site", "Redmond", NAMES.name("redmond")),
        ("Hide-Service", "Registrar:pool01.contoso.com", f"Registrar:{POOL}"),
        (
            "Hide-Service",
            "service:ApplicationServer:pool01.contoso.com/1b2c",
            f"service:ApplicationServer:{POOL}/{NAMES.name('1b2c')}",
        ),
        ("Hide-Service", "UserDatabase:pool01.contoso.com\\rtc", f"UserDatabase:{POOL}\\{NAMES.name('rtc')}"),
        ("Hide-Service", "pool01.contoso.com", POOL),
        ("Hide-Service", "487279971", "487279971"),
        ("Hide-Service", "", ""),
        ("Hide-ServiceId", "Redmond-WebServices-1", f"{NAMES.name('redmond')}-WebServices-1"),
        ("Hide-ServiceId", "1-WebServices-1", "1-WebServices-1"),
        ("Hide-Provider", "SRV:", "SRV:"),
        ("Hide-Provider", "sipfed.online.lync.com", NAMES.host("sipfed.online.lync.com")),
        ("Hide-Scope", "Global", "Global"),
        ("Hide-Scope", "Site:Redmond", f"Site:{NAMES.name('redmond')}"),
        ("Hide-Scope", "Tag:Executives", f"Tag:{NAMES.name('executives')}"),
        ("Hide-Scope", "Executives", NAMES.name("executives")),
        ("Hide-Scope", "Service:Registrar:pool01.contoso.com", f"Service:Registrar:{POOL}"),
        ("Hide-Scope", "Site:Redmond/2336c611", f"Site:{NAMES.name('redmond')}/{NAMES.name('2336c611')}"),
        ("Hide-Urn", "urn:application:RGS", "urn:application:RGS"),
        ("Hide-Urn", "urn:application:helpdesk", f"urn:application:{NAMES.name('helpdesk')}"),
        ("Get-Leaf", "CN=Help Desk,OU=Phones,DC=contoso,DC=com", f"CN={NAMES.name('help desk')}"),
        ("Get-Leaf", "helpdesk", NAMES.name("helpdesk")),
    ],
)
def test_the_script_hides_what_has_a_form_of_its_own(function: str, text: str, expected: str) -> None:
    assert hidden(function, text) == expected


@pytest.mark.parametrize(
    ("home", "kept"),
    [
        ("CN=Lc Services,CN=Microsoft,CN=co1:2,CN=Pools,CN=RTC Service,DC=litware,DC=com", "CN=co1:2"),
        ("CN=Lc Services,CN=Microsoft,CN=1:12,CN=Pools,DC=litware", "CN=1:12"),
        ("CN=nobody,DC=litware", ""),
        ("", ""),
    ],
)
def test_of_a_home_server_only_the_pool_is_left(home: str, kept: str) -> None:
    assert (PLAIN.call("Get-Cluster", home) or "") == kept
    assert hidden("Get-Cluster", home) == (
        kept if "co1" not in kept else f"CN={Pseudonyms(KEY).name('co1')}:2"
    )


@pytest.mark.parametrize(
    "function", [*_ALIKE, "Hide-Site", "Hide-Service", "Hide-Scope", "Hide-Urn", "Hide-ServiceId"]
)
@settings(max_examples=20)
@given(text=TEXTS)
def test_without_a_key_nothing_is_changed(function: str, text: str) -> None:
    assert (PLAIN.call(function, text) or "") == text


@pytest.mark.parametrize(
    ("element", "name", "value", "same"),
    [
        ("Cluster", "Fqdn", "pool01.contoso.com", False),
        ("Cluster", "RequiresReplication", "true", True),
        ("ClusterId", "SiteId", "1", True),
        ("ClusterId", "SiteId", "Redmond", False),
        ("InternalDomain", "Name", "contoso.com", False),
        ("SqlInstanceId", "Name", "rtc", False),
        ("SqlInstanceId", "Name", "", True),
        ("ServiceId", "RoleName", "WebServices", True),
        ("Port", "Owner", "urn:component:Registrar", True),
        ("Port", "Owner", "urn:application:helpdesk", False),
        ("Port", "ConfiguredFqdn", "sip.contoso.com", False),
        ("Port", "Port", "5061", True),
        ("NetInterface", "IPAddress", "192.168.0.7", False),
        ("Location", "City", "Redmond", False),
        ("Anything", "Unheard", "of contoso", False),
    ],
)
def test_attributes_of_the_topology(element: str, name: str, value: str, same: bool) -> None:
    made = hidden("Hide-Attribute", element, name, value)

    assert (made == value) is same
    assert same or not any(word in made.lower() for word in ("contoso", "redmond", "helpdesk", "192", "rtc"))
