"""What a run is about: a family of generated deployments, or twins made from exported files.

Law of this room: an estate hands out trials by number, and tells what it is. It is the only one that
knows both where deployments come from and how they are tried.
"""

from coexistence.rehearsal.estates.factory import Deployments, Estate, default_date, estates_for, twins_of
from coexistence.rehearsal.estates.family import FamilyEstate
from coexistence.rehearsal.estates.twin import TwinEstate

__all__ = [
    "Deployments",
    "Estate",
    "FamilyEstate",
    "TwinEstate",
    "default_date",
    "estates_for",
    "twins_of",
]
