from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from coexistence.inputs.exports import FileAccount, Imported
from coexistence.inputs.exports.formats.csv_tables import heading_of
from coexistence.model.vocabulary import Unknown

if TYPE_CHECKING:
    from coexistence.model.population import Population

Read = Callable[[Mapping[str, str | bytes]], Imported]
Account = Callable[[str | bytes], FileAccount]


def _population(read: Imported) -> Population:
    population = read.deployment.population
    assert not isinstance(population, Unknown)
    return population


_ROWS = (
    ("SipAddress", "RegistrarPool", "Enabled"),
    ("sip:ann@contoso.com", "pool13.contoso.com", "True"),
    ("sip:bob@contoso.com", "se19.contoso.com", "False"),
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("first", ["", "#TYPE Selected.Microsoft.Rtc.Management.ADConnect.Schema.ADUser"])
def test_delimiters_quotes_line_ends_and_type_lines(
    imported: Read, delimiter: str, quote: str, line_end: str, first: str
) -> None:
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in _ROWS]
    text = line_end.join([first, *lines] if first else lines)

    assert _population(imported({"export.csv": text})).home.tolist() == [0, 1]


def test_a_line_that_names_the_separator_is_believed(imported: Read) -> None:
    text = "sep=;\nSipAddress;RegistrarPool\nann@contoso.com;se19.contoso.com\n"

    assert len(_population(imported({"export.csv": text}))) == 1


def test_headers_are_known_in_any_case_order_and_by_other_names(imported: Read) -> None:
    text = 'VOICEENABLED,"pool", SIPAddress ,Shoe Size\nTrue,SE19.contoso.com.,sip:ann@contoso.com,44\n'
    population = _population(imported({"export.csv": text}))

    assert (population.home.tolist(), population.voice.tolist()) == ([1], [1])


def test_blank_lines_and_quoted_line_ends_keep_the_lines_right(account_of: Account) -> None:
    text = (
        "SipAddress,RegistrarPool,DisplayName\n"
        "\n"
        'ann@contoso.com,se19.contoso.com,"two\r\nlines"\n'
        "\n"
        ",se19.contoso.com,x\n"
    )
    account = account_of(text)

    assert (account.rows, account.used) == (2, 1)
    assert "line 6: the column SipAddress holds no address; the row was not used" in account.notes


def test_rows_of_another_width_are_not_used(account_of: Account) -> None:
    text = (
        "SipAddress,RegistrarPool\n"
        "ann@contoso.com,se19.contoso.com,,\n"
        "bob@contoso.com\n"
        "cyd@contoso.com,se19.contoso.com,more\n"
    )
    account = account_of(text)

    assert (account.rows, account.used) == (3, 1)
    assert (
        "line 3: the row has 1 cells where the header has 2; it was not used (1 more like it)"
        in account.notes
    )


@pytest.mark.parametrize(
    "cell", ["System.String[]", "Microsoft.Rtc.Management.Xds.Pool", "System.Collections.Generic.List`1[x]"]
)
def test_the_name_of_a_type_is_a_missing_value(account_of: Account, cell: str) -> None:
    account = account_of(f"SipAddress,RegistrarPool,EnterpriseVoiceEnabled\nann@contoso.com,{cell},{cell}\n")

    assert account.used == 1
    assert not any("neither True nor False" in note for note in account.notes)
    assert any("neither RegistrarPool nor HomeServer names a pool" in note for note in account.notes)


def test_a_header_alone_is_a_table_without_rows(imported: Read) -> None:
    read = imported({"users.csv": '"SipAddress","RegistrarPool"', "r.csv": "ReplicaFqdn,UpToDate\n"})

    assert len(_population(read)) == 0
    assert read.deployment.replicas == ()


@pytest.mark.parametrize("text", ["", "one column\n1\n", "\n\n", "#TYPE x\n", 'a,"b'])
def test_text_without_a_header_of_columns_is_no_table(text: str) -> None:
    heading = heading_of(text, complete=False)

    assert heading is None
