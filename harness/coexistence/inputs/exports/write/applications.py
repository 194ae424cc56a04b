"""What belongs to a pool and answers callers, as rows.

Law of this room: the mirror of the readers of these tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.write.rows import Listed, Row, cell
from coexistence.inputs.exports.write.topology_document import clean
from coexistence.model.vocabulary import APPLICATION_CMDLETS, ApplicationKind, Unknown

if TYPE_CHECKING:
    from coexistence.model.deployment import Application, Deployment

__all__ = ["owned"]


_FILES: Final = {
    ApplicationKind.ACCESS_NUMBER: "accessnumbers.csv",
    ApplicationKind.RESPONSE_GROUP: "rgsworkflows.csv",
    ApplicationKind.CALL_PARK_ORBIT: "callparkorbits.csv",
    ApplicationKind.UNASSIGNED_NUMBERS: "unassignednumbers.csv",
    ApplicationKind.COMMON_AREA_PHONE: "commonareaphones.csv",
    ApplicationKind.ANALOG_DEVICE: "analogdevices.csv",
    ApplicationKind.EXCHANGE_UM: "exumcontacts.csv",
    ApplicationKind.TRUSTED_ENDPOINT: "trustedappendpoints.csv",
}
_CONTACT: Final = ("Identity", "SipAddress", "RegistrarPool")
_HEADERS: Final[dict[ApplicationKind, Row]] = {
    ApplicationKind.ACCESS_NUMBER: ("Identity", "PrimaryUri", "Pool", "Regions"),
    ApplicationKind.RESPONSE_GROUP: ("Identity", "Name", "Active", "PrimaryUri"),
    ApplicationKind.CALL_PARK_ORBIT: ("Identity", "NumberRangeStart", "NumberRangeEnd", "CallParkService"),
    ApplicationKind.UNASSIGNED_NUMBERS: (
        "Identity",
        "NumberRangeStart",
        "NumberRangeEnd",
        "AnnouncementService",
    ),
    ApplicationKind.COMMON_AREA_PHONE: (*_CONTACT, "DisplayNumber"),
    ApplicationKind.ANALOG_DEVICE: (*_CONTACT, "Gateway"),
    ApplicationKind.EXCHANGE_UM: (*_CONTACT, "AutoAttendant"),
    ApplicationKind.TRUSTED_ENDPOINT: (*_CONTACT, "OwnerUrn"),
}


def owned(deployment: Deployment) -> Iterator[Listed]:
    """Yield the tables of conference directories and of every kind of application object."""
    if not isinstance(deployment.directories, Unknown):
        yield Listed(
            "conferencedirectories.csv",
            kinds.DIRECTORIES,
            ("Identity", "ServiceId"),
            [(str(each.number), f"UserServer:{clean(each.owner)}") for each in deployment.directories],
        )
    applications = deployment.applications
    if isinstance(applications, Unknown):
        return
    for kind, file in _FILES.items():
        if kind not in deployment.untold_applications:
            mine = [each for each in applications if each.kind is kind]
            rows = [_application_row(each) for each in mine]
            yield Listed(file, APPLICATION_CMDLETS[kind], _HEADERS[kind], rows)
            if kind is ApplicationKind.TRUSTED_ENDPOINT:
                yield Listed(
                    "trustedapps.csv",
                    kinds.TRUSTED_APPLICATIONS,
                    ("Identity", "ApplicationId", "TrustedApplicationPoolFqdn"),
                    [
                        (f"{each.runs_on}/{_urn(each)}", _urn(each), each.runs_on)
                        for each in mine
                        if isinstance(each.runs_on, str)
                    ],
                )


def _urn(application: Application) -> str:
    return f"urn:application:{clean(application.id).lower()}"


def _application_row(application: Application) -> Row:
    identity, owner = cell(application.id), clean(application.owner)
    contact = (identity, cell(application.uri), owner)
    match application.kind:
        case ApplicationKind.ACCESS_NUMBER:
            return identity, cell(application.uri), owner, ";".join(map(clean, application.regions))
        case ApplicationKind.RESPONSE_GROUP:
            path = f"service:ApplicationServer:{owner}/{clean(application.id)}"
            return path, identity, "True", cell(application.uri)
        case ApplicationKind.CALL_PARK_ORBIT | ApplicationKind.UNASSIGNED_NUMBERS:
            return identity, "", "", f"ApplicationServer:{owner}"
        case ApplicationKind.EXCHANGE_UM:
            return (*contact, "False")
        case ApplicationKind.TRUSTED_ENDPOINT:
            return (*contact, _urn(application))
    return (*contact, "")
