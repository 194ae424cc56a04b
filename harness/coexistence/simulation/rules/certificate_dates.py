"""All that a date says about infrastructure: which certificates have expired, and which are not valid yet.

Law of this room: two dates that say the same are equal, so whatever rests on one of them holds on the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from coexistence.model.deployment import Certificate
from coexistence.model.vocabulary import Unknown
from coexistence.simulation.state import State

__all__ = ["CertificateDates"]

#: Minutes.
_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class CertificateDates:
    """What one date says about the certificates of a state; about any other it raises KeyError."""

    #: By the last day of validity, whether it has passed.
    expired: Mapping[dt.date, bool]
    #: By the first day of validity, for how many days they have been valid: -1 for those that are not yet,
    #: and never more than the slowest clock could tell apart.
    ages: Mapping[dt.date, int]

    @classmethod
    def of(cls, state: State) -> CertificateDates:
        """What the date of a state says."""
        known = () if isinstance(state.certificates, Unknown) else state.certificates
        begins = {each.not_before for each in known if each.not_before is not None}
        slowest = min((each.clock_skew for each in state.backing.machines), default=0) if begins else 0
        most = max(-slowest, 0) // _DAY + 1
        return cls(
            {each.not_after: state.has_expired(each) for each in known},
            {each: min(max(state.day - each.toordinal(), -1), most) for each in begins},
        )

    def has_expired(self, certificate: Certificate) -> bool:
        """Whether a certificate's last day has passed."""
        return self.expired[certificate.not_after]

    def is_early(self, certificate: Certificate, behind: int) -> bool:
        """Whether a certificate is not valid yet by a clock that is some minutes behind."""
        return certificate.not_before is not None and self.ages[certificate.not_before] * _DAY < behind
