from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from coexistence.inputs.exports import FileAccount, Imported
from coexistence.model.clients import ClientGeneration
from coexistence.model.population import NOWHERE, UNTOLD, Population
from coexistence.model.vocabulary import PoolId, Unknown, UserKind

Read = Callable[[Mapping[str, str | bytes]], Imported]
Account = Callable[[str | bytes], FileAccount]

_HOME_POOLS = ("pool13.contoso.com", "se19.contoso.com", "sba.contoso.com")


def _population(read: Imported) -> Population:
    population = read.deployment.population
    assert not isinstance(population, Unknown)
    return population


def test_without_users_the_population_is_unknown(imported: Read) -> None:
    assert imported({}).deployment.population == Unknown("Get-CsUser")


def test_pools_that_can_be_home_come_first_in_the_order_of_the_topology(imported: Read) -> None:
    text = "SipAddress,RegistrarPool\na@contoso.com,old.contoso.com\nb@contoso.com,se19.contoso.com\n"
    population = _population(imported({"users.csv": text}))

    assert population.pools == (*_HOME_POOLS, "old.contoso.com")
    assert population.home.tolist() == [3, 1]
    assert np.array_equal(population.came_from, population.home)


def test_a_pool_may_carry_a_role_capitals_and_a_dot(imported: Read) -> None:
    text = "SipAddress,RegistrarPool\na@contoso.com,Registrar:SE19.Contoso.com.\n"

    assert _population(imported({"users.csv": text})).home.tolist() == [1]


def test_accounts_are_people_disabled_or_online(imported: Read) -> None:
    text = (
        "SipAddress,RegistrarPool,Enabled,HostingProvider\n"
        "person@contoso.com,se19.contoso.com,True,SRV:\n"
        "off@contoso.com,se19.contoso.com,FALSE,SRV:\n"
        "cloud@contoso.com,,True,sipfed.online.lync.com\n"
        "homeless@contoso.com,,True,SRV:\n"
        "empty@contoso.com,se19.contoso.com,,\n"
    )
    population = _population(imported({"users.csv": text}))

    assert population.kind.tolist() == [
        UserKind.PERSON,
        UserKind.DISABLED,
        UserKind.CLOUD,
        UserKind.PERSON,
        UserKind.PERSON,
    ]
    assert population.home.tolist() == [1, 1, NOWHERE, NOWHERE, 1]


def test_the_domain_is_that_of_the_address_whatever_its_case(imported: Read) -> None:
    """The topology's SIP domains come first; a domain that it does not know may stand in an address too."""
    users = "\n".join(
        [
            "SipAddress,RegistrarPool,Enabled",
            "sip:ann@other.example,pool13.contoso.com,True",
            "sip:bob@Contoso.COM,pool13.contoso.com,True",
            "sip:cid@OTHER.example,pool13.contoso.com,True",
        ]
    )
    population = _population(imported({"users.csv": users}))

    assert population.domains[0] == "contoso.com"
    assert [population.domains[code] for code in population.domain] == [
        "other.example",
        "contoso.com",
        "other.example",
    ]


def test_what_the_export_does_not_say_is_untold(imported: Read) -> None:
    text = (
        "SipAddress,RegistrarPool,EnterpriseVoiceEnabled\n"
        "a@contoso.com,se19.contoso.com,True\nb@contoso.com,se19.contoso.com,False\n"
        "c@contoso.com,se19.contoso.com,\n"
    )
    population = _population(imported({"users.csv": text}))

    assert population.voice.tolist() == [1, 0, UNTOLD]
    assert set(population.client.tolist()) == {ClientGeneration.UNKNOWN}
    assert set(population.xmpp.tolist()) == set(population.upgraded.tolist()) == {UNTOLD}
    assert population.meetings == Unknown("meetings export")


def test_a_number_for_a_pool_is_looked_up_in_home_server(imported: Read, account_of: Account) -> None:
    where = '"CN=Lc Services,CN=Microsoft,CN=1:4,CN=Pools,CN=RTC Service,DC=contoso,DC=com"'
    text = f"SipAddress,RegistrarPool,HomeServer\na@contoso.com,487279971,{where}\nb@contoso.com,487279971,\n"
    population = _population(imported({"users.csv": text}))

    assert population.home.tolist() == [1, NOWHERE]
    assert any(
        note.startswith("line 3: neither RegistrarPool nor HomeServer names a pool")
        for note in account_of(text).notes
    )


def test_home_server_is_enough_without_the_other_column(imported: Read) -> None:
    text = 'SipAddress,HomeServer\na@contoso.com,"CN=Lc Services,CN=Microsoft,CN=1:1,CN=Pools"\n'

    assert _population(imported({"users.csv": text})).home.tolist() == [0]


def test_accounts_without_a_home_are_counted_in_one_note(account_of: Account) -> None:
    rows = "".join(f"u{number}@contoso.com,\n" for number in range(300))
    account = account_of("SipAddress,RegistrarPool\n" + rows)

    (note,) = [note for note in account.notes if "it has no home" in note]
    assert note.startswith("line 2: the column RegistrarPool is empty")
    assert note.endswith("(299 more like it)")


def test_the_same_address_is_one_account_whatever_its_case(imported: Read) -> None:
    text = (
        "SipAddress,RegistrarPool,EnterpriseVoiceEnabled\n"
        "sip:ann@contoso.com,se19.contoso.com,\n"
        "bob@contoso.com,se19.contoso.com,True\n"
        "SIP:Ann@contoso.com,pool13.contoso.com,True\n"
        "bob@contoso.com,se19.contoso.com,True\n"
    )
    read = imported({"users.csv": text})
    population = _population(read)
    account = next(each for each in read.files if each.kind == "Get-CsUser")

    assert [population.addresses[row] for row in range(len(population))] == [
        "ann@contoso.com",
        "bob@contoso.com",
    ]
    assert population.home.tolist() == [1, 1]
    assert population.voice.tolist() == [1, 1]
    assert (account.rows, account.used) == (4, 2)
    assert (
        "line 4: the row repeats the address in line 2 with another RegistrarPool; the earlier one is kept"
        in account.notes
    )


def test_several_files_make_one_population(imported: Read) -> None:
    read = imported(
        {
            "b.csv": "Pool,SipAddress\nse19.contoso.com,bob@contoso.com\nse19.contoso.com,ann@contoso.com\n",
            "a.csv": "SipAddress,RegistrarPool\nann@contoso.com,pool13.contoso.com\n",
        }
    )
    population = _population(read)

    assert [population.addresses[row] for row in range(2)] == ["ann@contoso.com", "bob@contoso.com"]
    assert population.home.tolist() == [0, 1]
    assert {each.file: each.used for each in read.files} == {"a.csv": 1, "b.csv": 1, "topology.xml": 35}
    notes = next(each for each in read.files if each.file == "b.csv").notes
    assert any("line 3: the row repeats the address in line 2 of a.csv" in note for note in notes)


def test_a_move_under_way_is_noted(account_of: Account) -> None:
    text = "SipAddress,RegistrarPool,TargetRegistrarPool\na@contoso.com,se19.contoso.com,pool13.contoso.com\n"

    assert any("a move was under way" in note for note in account_of(text).notes)


def test_contacts_of_applications_are_no_users(imported: Read) -> None:
    text = "SipAddress,RegistrarPool,AutoAttendant,Enabled\na@contoso.com,se19.contoso.com,True,True\n"
    rooms = (
        "#TYPE Microsoft.Rtc.Management.ADConnect.Schema.OCSADMeetingRoom\n"
        "SipAddress,RegistrarPool\nroom@contoso.com,se19.contoso.com\n"
    )
    read = imported({"um.csv": text, "rooms.csv": rooms})

    assert read.deployment.population == Unknown("Get-CsUser")
    assert {each.kind for each in read.files if each.file != "topology.xml"} == {
        "Get-CsExUmContact",
        "Get-CsMeetingRoom",
    }


def test_meeting_rooms_are_accounts_that_nobody_signs_in_to(imported: Read) -> None:
    users = (
        "SipAddress,RegistrarPool,MeetingRoom\n"
        "a@contoso.com,se19.contoso.com,\nb@contoso.com,se19.contoso.com,True\n"
    )
    rooms = (
        "#TYPE Microsoft.Rtc.Management.ADConnect.Schema.OCSADMeetingRoom\n"
        "SipAddress,RegistrarPool\nroom@contoso.com,se19.contoso.com\n"
    )
    population = imported({"users.csv": users, "rooms.csv": rooms}).deployment.population

    assert not isinstance(population, Unknown)
    assert population.kind.tolist() == [UserKind.PERSON, UserKind.RESOURCE, UserKind.RESOURCE]


def test_many_rows_keep_their_lines(imported: Read) -> None:
    rows = [f'"sip:u{number}@contoso.com","se19.contoso.com","a\nb"' for number in range(450)]
    rows[449] = '"none","se19.contoso.com","x"'
    read = imported({"users.csv": "\n".join(["SipAddress,RegistrarPool,DisplayName", *rows])})
    account = next(each for each in read.files if each.kind == "Get-CsUser")

    assert any(note.startswith("line 900: the column SipAddress holds no address") for note in account.notes)
    assert _population(read).addresses[448] == "u448@contoso.com"
    assert _population(read).code(PoolId("se19.contoso.com")) == 1
