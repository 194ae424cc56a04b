"""What a run is about: a family of generated deployments, or twins made from exported files.

Law of this room: an estate hands out trials by number, and tells what it is. It is the only one that
knows both where deployments come from and how they are tried.

PYTEST_DONT_REWRITE
"""

from coexistence.estates.family import FamilyEstate
from coexistence.estates.making import Deployments, Estate, default_date, estates_for, twins_of
from coexistence.estates.twin import TwinEstate

__all__ = [
    "Deployments",
    "Estate",
    "FamilyEstate",
    "TwinEstate",
    "default_date",
    "estates_for",
    "twins_of",
]
