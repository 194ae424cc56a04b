from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, read_exports

Write = Callable[[Mapping[str, str | bytes]], Path]
Read = Callable[[Mapping[str, str | bytes]], Imported]


def _kinds(read: Imported) -> dict[str, str]:
    return {each.file: each.kind for each in read.files}


def test_files_are_recognised_by_content_whatever_they_are_called(exported: Write, published: str) -> None:
    folder = exported(
        {
            "a.txt": published,
            "users.csv": "ReplicaFqdn,UpToDate\n",
            "b": "ComputerName,Name,Status\n",
            "topology.csv": "SipAddress,RegistrarPool\n",
            "c.dat": "ComponentName,Version,ComputerName\n",
        }
    )

    assert _kinds(read_exports(folder)) == {
        "a.txt": "Get-CsTopology -AsXml",
        "b": "Get-CsWindowsService",
        "c.dat": "Get-CsServerPatchVersion",
        "topology.csv": "Get-CsUser",
        "users.csv": "Get-CsManagementStoreReplicationStatus",
    }


def test_one_topology_file_is_enough(exported: Write, published: str) -> None:
    folder = exported({"topology.xml": published, "users.csv": "SipAddress,RegistrarPool\n"})

    assert [each.file for each in read_exports(folder / "topology.xml").files] == ["topology.xml"]


def test_what_is_not_understood_is_accounted_for_and_left_alone(exported: Write, published: str) -> None:
    folder = exported(
        {
            "topology.xml": published,
            "README.txt": "Hello\n",
            "other.csv": "a,b\n1,2\n",
            "page.html": "<!DOCTYPE html><html></html>",
            "settings.xml": "<settings />",
            "backup.zip": b"PK\3\4\0\0\0",
            "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0",
            "nothing.csv": "",
        }
    )
    (folder / "more").mkdir()
    (folder / "more" / "topology.xml").write_text("<broken")
    read = read_exports(folder)
    others = [each for each in read.files if each.file != "topology.xml"]

    assert len(others) == 8
    assert {each.kind for each in others} == {"not yet understood"}
    assert all(len(each.notes) == 1 and each.used == 0 for each in others)
    notes = {each.file: each.notes[0] for each in others}
    assert "zip file" in notes["backup.zip"]
    assert "folder" in notes["more"]
    assert "empty" in notes["nothing.csv"]


def test_a_link_is_not_followed_and_said_to_be_one(exported: Write, published: str, tmp_path: Path) -> None:
    folder = exported({"topology.xml": published})
    secret = tmp_path / "secret.csv"
    secret.write_text("SipAddress,RegistrarPool\nann@contoso.com,se19.contoso.com\n")
    try:
        (folder / "more").symlink_to(tmp_path)
        (folder / "users.csv").symlink_to(secret)
    except OSError:  # pragma: no cover  # Windows allows links to administrators only
        pytest.skip("links cannot be made here")

    with pytest.raises(InputError, match=r"^users\.csv: this is a link, and called like an export"):
        read_exports(folder)

    (folder / "users.csv").unlink()
    more = next(each for each in read_exports(folder).files if each.file == "more")
    assert more.notes == ("this is a link, which is not followed; put the files themselves into the folder",)


def test_a_folder_called_like_a_file_is_an_error(exported: Write, published: str) -> None:
    folder = exported({"topology.xml": published})
    (folder / "users.csv").mkdir()

    with pytest.raises(InputError, match=r"^users\.csv: this is a folder, and called like an export"):
        read_exports(folder)


def test_accounts_come_sorted_by_name(exported: Write, published: str) -> None:
    folder = exported({"z.txt": "z", "topology.xml": published, "A.txt": "a", "b.txt": "b"})

    assert [each.file for each in read_exports(folder).files] == ["A.txt", "b.txt", "topology.xml", "z.txt"]


def test_a_draft_beside_the_published_topology_is_not_used(
    exported: Write, published: str, draft: str
) -> None:
    read = read_exports(exported({"a.tbxml": draft, "b.xml": published}))

    assert read.deployment.name == "contoso"
    assert "read but not used: b.xml is the published topology" in read.files[0].notes


def test_the_same_topology_twice_is_used_once(exported: Write, published: str) -> None:
    read = read_exports(exported({"a.xml": published, "b.xml": "\n" + published}))

    assert read.files[1].notes == ("read but not used: the same topology as in a.xml",)


def test_two_different_topologies_are_an_error_that_names_both(exported: Write, published: str) -> None:
    folder = exported({"a.xml": published, "b.xml": published.replace("LyncShare", "Other")})

    with pytest.raises(InputError, match=r"^b\.xml: there is another topology than in a\.xml\."):
        read_exports(folder)


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file or folder"):
        read_exports(tmp_path / "nowhere")


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape("no topology in it: it is empty. A deployment needs one")):
        read_exports(tmp_path)


def test_a_folder_without_a_topology_says_what_was_there(exported: Write) -> None:
    folder = exported({"people.csv": "SipAddress,RegistrarPool\n", "x.txt": "x"})

    with pytest.raises(InputError, match=r"no topology among 2 files \(people\.csv is Get-CsUser\)"):
        read_exports(folder)


def test_what_is_there_instead_of_a_topology_is_told_in_a_sentence_of_some_length(exported: Write) -> None:
    users = {f"{'x' * 90}{number}.csv": "SipAddress,RegistrarPool\n" for number in range(30)}

    with pytest.raises(InputError, match=r"among 30 files \(x{40} is Get-CsUser; x+ is .* 28 more\)"):
        read_exports(exported(users))


def test_files_that_are_none_do_not_make_a_topology(exported: Write) -> None:
    with pytest.raises(InputError, match=r"no topology among 2 files \(a\.txt: the content is none of those"):
        read_exports(exported({"a.txt": "x", "b.txt": "y"}))


def test_a_folder_that_holds_everything_is_not_searched(exported: Write) -> None:
    folder = exported({f"{number}.txt": "" for number in range(1001)})

    with pytest.raises(InputError, match="more than 1000 files"):
        read_exports(folder)


def test_a_file_written_long_before_the_topology_says_so(imported: Read, tmp_path: Path) -> None:
    users = "SipAddress,RegistrarPool\na@contoso.com,se19.contoso.com\n"
    folder = tmp_path / "exports"
    assert not any("written" in note for each in imported({"users.csv": users}).files for note in each.notes)
    old = (folder / "topology.xml").stat().st_mtime - 30 * 3600
    os.utime(folder / "users.csv", (old, old))

    account = next(each for each in read_exports(folder).files if each.file == "users.csv")

    assert account.written is not None
    assert account.notes[-1].startswith("written 30 hours before topology.xml")
