"""Small documents of both topology formats, written for these tests, and folders to put them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coexistence.inputs.exports import FileAccount, Imported, read_exports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_T = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
_R = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008"


def _cluster(site: str, number: int, fqdn: str, *machines: str, product: bool = True) -> str:
    flag = str(product).lower()
    rows = "\n".join(
        f'      <Machine OrdinalInCluster="{at}" Fqdn="{name}" />' for at, name in enumerate(machines, 1)
    )
    return f"""    <Cluster RequiresReplication="{flag}" RequiresSetup="{flag}" Fqdn="{fqdn}">
      <ClusterId SiteId="{site}" Number="{number}" />
{rows}
    </Cluster>"""


def _service(
    role: str, version: int, place: str, *needs: str, instance: int = 1, sql: str | None = None, own: str = ""
) -> str:
    """One service; ``place`` is site:number, a need is site-role-instance with an optional usage."""
    site, number = place.split(":")
    where = f'<ClusterId SiteId="{site}" Number="{number}" />'
    if sql is not None:
        where = f'<SqlInstanceId Name="{sql}">{where}</SqlInstanceId>'
    bound = ""
    for need in needs:
        target, _, usage = need.partition("@")
        other, name, number = target.split("-")
        bound += f"""
        <Dependency Usage="{usage or "Default"}">
          <ServiceId SiteId="{other}" RoleName="{name}" Instance="{number}" />
        </Dependency>"""
    return f"""    <Service RoleVersion="1" ServiceVersion="{version}">
      <ServiceId SiteId="{site}" RoleName="{role}" Instance="{instance}" />
      <DependsOn>{bound}
      </DependsOn>
      <InstalledOn>{where}</InstalledOn>
      {own}
    </Service>"""


def _ports(*ports: tuple[str, str, str, str, str], names: str = "") -> str:
    rows = "".join(
        f'<Port Owner="{owner}" Usage="{usage}" InterfaceSide="{side}" InterfaceNumber="1" Port="{port}" '
        f'Protocol="{protocol}" UrlPath="/"{names if side == "External" else ""} />'
        for owner, usage, side, port, protocol in ports
    )
    return f'<Ports xmlns="{_R}">{rows}</Ports>'


_FABRIC = _ports(("urn:component:WinFab", "WinFabFederation", "Primary", "5090", "Tcp"))
_APPLICATIONS = _ports(
    ("urn:application:RGS", "SipServer", "Primary", "5071", "Mtls"),
    ("urn:application:RGS", "WcfMtls", "Primary", "8404", "Mtls"),
    ("urn:application:Cas", "SipServer", "Primary", "5073", "Mtls"),
)
_EDGE = _ports(
    ("urn:component:AccessEdge", "SipServer", "Internal", "5061", "Mtls"),
    ("urn:component:AccessEdge", "SipServer", "External", "5061", "Mtls"),
    ("urn:component:DataEdge", "PsomClient", "External", "444", "Tls"),
    ("urn:component:XmppFederationProxy", "XmppServer", "External", "5269", "Tls"),
    names=' ConfiguredFqdn="sip.contoso.com"',
)
_MCUS = f"""<ConfService xmlns="{_R}"><MCUs>
        <MCU ComponentName="IMConf" Vendor="Microsoft" />
        <MCU ComponentName="DataConf" Vendor="Microsoft" MinSupportedMode="14" />
      </MCUs></ConfService>"""


def _element(name: str, **attributes: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{name} xmlns="{_R}"{given} />'


def _published() -> str:
    clusters = [
        _cluster("1", 1, "Pool13.contoso.com", "fe1.contoso.com", "fe2.contoso.com"),
        _cluster("1", 2, "sql1.contoso.com", "sql1.contoso.com", product=False),
        _cluster("1", 3, "files.contoso.com", "files.contoso.com", product=False),
        _cluster("1", 4, "se19.contoso.com", "se19.contoso.com"),
        _cluster("1", 5, "edge.contoso.com", "edge1.contoso.com"),
        _cluster("1", 6, "dir.contoso.com", "dir.contoso.com"),
        _cluster("1", 7, "med.contoso.com", "med1.contoso.com"),
        _cluster("1", 8, "app.contoso.com", "app.contoso.com", product=False),
        _cluster("1", 9, "gw1.contoso.com", product=False),
        _cluster("1", 10, "owas1", "owas1", product=False),
        _cluster("2", 1, "sba.contoso.com", "sba.contoso.com"),
    ]
    services = [
        _service("UserServices", 6, "1:1", "1-UserStore-1", "1-FileStore-1", "1-ConfServices-1"),
        _service(
            "Registrar",
            6,
            "1:1",
            "1-UserServices-1",
            "1-WebServices-1",
            "1-EdgeServer-1",
            "1-ArchivingStore-1",
            "1-MonitoringStore-1",
            "1-Registrar-2@Backup",
            own=_FABRIC + _element("RegistrarService", IsDirector="false"),
        ),
        _service(
            "WebServices",
            6,
            "1:1",
            "1-FileStore-1",
            own=f'<WebService xmlns="{_R}"><ExternalSettings Host="Web.contoso.com" /></WebService>',
        ),
        _service("ConfServices", 6, "1:1", "1-WacService-1", own=_MCUS),
        _service("ApplicationServer", 6, "1:1", "1-Registrar-1", own=_APPLICATIONS),
        _service("UserStore", 6, "1:2", sql="RTC"),
        _service("ArchivingStore", 6, "1:2", sql=""),
        _service("MonitoringStore", 6, "1:2", sql="mon"),
        _service("FileStore", 5, "1:3", own=_element("FileStoreService", ShareName="LyncShare")),
        _service("WacService", 6, "1:10"),
        _service("CentralMgmt", 6, "1:1", own=_element("CentralMgmtService", IsActive="true")),
        _service("UserServices", 8, "1:4", "1-UserStore-2", instance=2),
        _service("Registrar", 8, "1:4", "1-UserServices-2", instance=2),
        _service("UserStore", 8, "1:4", instance=2, sql="rtc"),
        _service("EdgeServer", 6, "1:5", "1-Registrar-1", own=_EDGE),
        _service("ManagementServices", 6, "1:5"),
        _service("Registrar", 6, "1:6", instance=3, own=_element("RegistrarService", IsDirector="true")),
        _service("MediationServer", 6, "1:7", "1-Registrar-1", "1-EdgeServer-1"),
        _service("ExternalServer", 6, "1:8", "1-Registrar-1"),
        _service(
            "PstnGateway",
            6,
            "1:9",
            "1-MediationServer-1",
            own=_element("PstnGatewayService", MediationServerPort="5067"),
        ),
        _service("Registrar", 6, "2:1", "1-Registrar-1@Backup"),
        _service("MediationServer", 6, "2:1"),
    ]
    return f"""<Topology xmlns="{_T}" Signature="7d0d6c55-0000-0000-0000-000000000001">
  <InternalDomains AllowAllDomains="false" DefaultDomain="Contoso.com">
    <InternalDomain Name="fabrikam.com" Authoritative="false" AllowSubDomains="false" />
    <InternalDomain Name="contoso.com" Authoritative="false" AllowSubDomains="false" />
  </InternalDomains>
  <Sites>
    <CentralSite SiteId="1">
      <Name>Redmond</Name>
      <Location City="Redmond" />
    </CentralSite>
    <BranchSite SiteId="2" ParentSiteId="1">
      <Name>Zürich</Name>
      <Location />
    </BranchSite>
  </Sites>
  <Clusters>
{chr(10).join(clusters)}
  </Clusters>
  <SqlInstances />
  <Services>
{chr(10).join(services)}
  </Services>
</Topology>
"""


@pytest.fixture(scope="session")
def published() -> str:
    """A published topology: L13 pool, S19 or SE server, Edge, Director, Mediation, application, branch."""
    return _published()


@pytest.fixture(scope="session")
def draft() -> str:
    """A draft of Topology Builder: one S15 Standard Edition server and an Edge."""
    return _DRAFT


_DRAFT = f"""<?xml version="1.0" encoding="utf-8"?>
<TopologyBuilder IsFreeFromChanges="true" FileName="C:\\Users\\ken.myer\\draft.tbxml"
    xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008">
  <NewTopology>
    <PartialTopology IsPublished="false" Signature="00000000-0000-0000-0000-000000000000"
        xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.WritableTopology.2008">
      <InternalDomains AllowAllDomains="false" DefaultDomain="fabrikam.com" xmlns="{_T}">
        <InternalDomain Name="fabrikam.com" Authoritative="false" AllowSubDomains="false" />
      </InternalDomains>
      <SimpleUrlConfiguration UseBackendDatabase="false"
          xmlns="urn:schema:Microsoft.Rtc.Management.Settings.SimpleUrl.2008">
        <SimpleUrl Component="Dialin" Domain="*" ActiveUrl="https://dialin.fabrikam.com">
          <SimpleUrlEntry Url="https://dialin.fabrikam.com" />
        </SimpleUrl>
      </SimpleUrlConfiguration>
      <CentralSites>
        <CentralSite SiteId="north">
          <Name xmlns="{_T}">North</Name>
          <Clusters>
            <Cluster IsSingleMachineOnly="true" UniqueId="AAAA" RequiresReplication="true"
                Fqdn="SE15.fabrikam.com">
              <Machines><Machine /></Machines>
              <SqlInstances><SqlInstance UniqueId="BBBB" Name="rtc" /></SqlInstances>
            </Cluster>
            <Cluster IsSingleMachineOnly="false" UniqueId="cccc" RequiresReplication="true"
                Fqdn="edge.fabrikam.com">
              <Machines><Machine Fqdn="edge1.fabrikam.com" /><Machine Fqdn="edge2.fabrikam.com" /></Machines>
            </Cluster>
          </Clusters>
          <RemoteSites />
        </CentralSite>
      </CentralSites>
      <Services>
        <Service UniqueId="s1" RoleName="UserServices" RoleVersion="2" InstalledOn="aaaa" ServiceVersion="7">
          <DependsOn><Dependency ServiceUniqueId="S3" Usage="Default" /></DependsOn>
        </Service>
        <Service UniqueId="s2" RoleName="Registrar" RoleVersion="2" InstalledOn="aaaa" ServiceVersion="7">
          <DependsOn><Dependency ServiceUniqueId="s4" Usage="Default" /></DependsOn>
        </Service>
        <Service UniqueId="s3" RoleName="UserStore" RoleVersion="1" InstalledOn="bbbb" ServiceVersion="7">
          <DependsOn />
        </Service>
        <Service UniqueId="s4" RoleName="EdgeServer" RoleVersion="2" InstalledOn="cccc" ServiceVersion="7">
          <DependsOn><Dependency ServiceUniqueId="s2" Usage="Default" /></DependsOn>
        </Service>
      </Services>
    </PartialTopology>
  </NewTopology>
</TopologyBuilder>
"""


@pytest.fixture
def exported(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Write files into a folder and return the folder; text becomes UTF-8."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "exports"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
        return folder

    return write


@pytest.fixture
def imported(
    exported: Callable[[Mapping[str, str | bytes]], Path], published: str
) -> Callable[[Mapping[str, str | bytes]], Imported]:
    """Read files that stand beside the published topology."""
    return lambda files: read_exports(exported({"topology.xml": published, **files}))


@pytest.fixture
def account_of(
    imported: Callable[[Mapping[str, str | bytes]], Imported],
) -> Callable[[str | bytes], FileAccount]:
    """Read one table beside the published topology and return its account."""

    def account(content: str | bytes) -> FileAccount:
        files = imported({"table.csv": content}).files
        return next(each for each in files if each.file == "table.csv")

    return account
