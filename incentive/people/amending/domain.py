"""Decisions about corrections: pure, without clock, session or request."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from incentive.core.i18n import Text, _
from incentive.people import identity
from incentive.people.ages import month_of_fields
from incentive.people.errors import BirthMonthUnusable

# A phone is changed by who holds it, and an address is one's own to tell: nobody has to look.
FIELDS: Final = ("name", "id_number", "birth_month")
NAME_MAX: Final = 50
VALUE_MAX: Final = 60
LABELS: Final[dict[str, Text]] = {
    "name": _("Name"),
    "id_number": _("ID number"),
    "birth_month": _("Month of birth"),
}


class Status(StrEnum):
    """How far a correction is."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def one_form(field: str, value: str, id_type: str | None, at: datetime) -> str:
    """Return `value` in the one form in which the field is kept.

    Raises:
        IdNumberUnusable, BirthMonthUnusable: it is none.
    """
    if field == "name":
        return value
    kept = identity.checked({field: value, "id_type": id_type}, at)[field]
    return kept or value


def to_keep(field: str, value: str, known: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what of a person changes with the field, of whom `known` is kept.

    A month of birth that is kept follows the resident's ID number in which it stands.

    Raises:
        BirthMonthUnusable: the resident's ID number that is kept shows another month.
    """
    changed: dict[str, str | None] = {field: value}
    if field == "birth_month":
        shown = month_of_fields({"id_number": known.get("id_number")})
        if shown not in {None, value}:
            raise BirthMonthUnusable
    if field == "id_number" and known.get("birth_month"):
        shown = month_of_fields(changed)
        if shown is not None:
            changed["birth_month"] = shown
    return changed
