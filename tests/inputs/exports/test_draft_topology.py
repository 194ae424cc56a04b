from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import read_exports
from coexistence.model.vocabulary import Edition, PoolRole, SiteKind, Unknown, Version

Write = Callable[[Mapping[str, str | bytes]], Path]


def test_guids_lead_to_clusters_and_instances_in_any_case(exported: Write, draft: str) -> None:
    deployment = read_exports(exported({"draft.tbxml": draft})).deployment
    front_end, edge = deployment.pools

    assert (front_end.role, front_end.edition) == (PoolRole.FRONT_END, Edition.STANDARD)
    assert front_end.versions == (Version.S15,)
    assert front_end.back_end == "se15.fabrikam.com\\rtc"
    assert front_end.media_edge == edge.id
    assert edge.next_hop == front_end.id
    assert edge.servers == ("edge1.fabrikam.com", "edge2.fabrikam.com")


def test_the_machine_without_a_name_is_called_like_its_cluster(exported: Write, draft: str) -> None:
    deployment = read_exports(exported({"draft.tbxml": draft})).deployment

    assert deployment.servers[0].fqdn == "SE15.fabrikam.com"


def test_a_draft_knows_simple_urls_but_no_central_management(exported: Write, draft: str) -> None:
    read = read_exports(exported({"draft.tbxml": draft}))
    urls = read.deployment.simple_urls

    assert not isinstance(urls, Unknown)
    assert [(url.component, url.domain, url.url) for url in urls] == [
        ("Dialin", "*", "https://dialin.fabrikam.com")
    ]
    assert read.deployment.cms.masters == Unknown("Get-CsTopology -AsXml")
    assert read.files[0].kind == "Topology Builder (.tbxml)"


def test_the_current_topology_is_preferred_and_that_is_said(exported: Write, draft: str) -> None:
    new = draft[draft.index("<NewTopology>") : draft.index("</NewTopology>") + len("</NewTopology>")]
    current = new.replace("NewTopology", "CurrentTopology").replace("fabrikam.com", "deployed.com")
    read = read_exports(exported({"draft.tbxml": draft.replace(new, current + new)}))

    assert read.deployment.name == "deployed"
    assert any("CurrentTopology was read" in note for note in read.files[0].notes)


def test_the_current_topology_may_hold_the_published_form(
    exported: Write, draft: str, published: str
) -> None:
    text = draft.replace("<NewTopology>", f"<CurrentTopology>{published}</CurrentTopology><NewTopology>")

    assert read_exports(exported({"draft.tbxml": text})).deployment.name == "contoso"


def test_a_branch_site_stands_inside_its_central_site(exported: Write, draft: str) -> None:
    branch = '<RemoteSites><RemoteSite SiteId="b"><Name>B</Name></RemoteSite></RemoteSites>'
    sites = read_exports(exported({"draft.tbxml": draft.replace("<RemoteSites />", branch)})).deployment.sites

    assert [(site.id, site.kind, site.parent) for site in sites] == [
        ("north", SiteKind.CENTRAL, None),
        ("b", SiteKind.BRANCH, "north"),
    ]


def test_a_path_on_somebodys_machine_is_never_repeated(exported: Write, draft: str) -> None:
    read = read_exports(exported({"draft.tbxml": draft}))

    assert "ken.myer" not in repr(read)


def test_a_file_of_topology_builder_without_topology_is_refused(exported: Write) -> None:
    text = '<TopologyBuilder xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008" />'

    with pytest.raises(InputError, match=r"neither a CurrentTopology nor a NewTopology .* save a copy"):
        read_exports(exported({"draft.tbxml": text}))
