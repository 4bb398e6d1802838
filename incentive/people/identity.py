"""ID numbers and months of birth: read as people write them, checked, kept in one form."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from incentive.core.zone import day_of
from incentive.people.errors import BirthMonthUnusable, IdNumberUnusable

RESIDENT_ID: Final = "resident_id"
# Residents' cards are checked to the last digit; of the others there is no public rule.
ID_TYPES: Final = (RESIDENT_ID, "passport", "hk_macau_permit", "taiwan_permit", "foreign_id")
_OTHER: Final = re.compile(r"[A-Z0-9]{5,20}")
_MONTH: Final = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
_AGE_YEARS_MAX: Final = 130


def checked(told: Mapping[str, str | None], at: datetime) -> dict[str, str | None]:
    """Return the fields to seal of `id_type`, `id_number`, `birth_month` and `address`.

    A resident's ID number tells the month of birth, if nobody else does.

    Raises:
        IdNumberUnusable: it is none of its kind.
        BirthMonthUnusable: it is no month of a life, or another than in the ID number.
    """
    fields: dict[str, str | None] = {}
    month = told.get("birth_month") or None
    number = told.get("id_number") or None
    if number is not None:
        kind = told.get("id_type") or RESIDENT_ID
        kept = id_number(kind, number)
        fields["id_number"] = kept
        if kind == RESIDENT_ID:
            in_number = month_in(kept)
            if month not in {None, in_number}:
                raise BirthMonthUnusable
            month = in_number
    if month is not None:
        fields["birth_month"] = birth_month(month, day_of(at))
    if told.get("address"):
        fields["address"] = told["address"]
    return fields


def id_number(kind: str, text: str) -> str:
    """Return `kind`, a colon and the number in `text` in its one form.

    Raises:
        IdNumberUnusable: it is no number of the `kind`.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("-", "").upper()
    if kind == RESIDENT_ID:
        try:
            return f"{kind}:{ric.validate(plain)}"
        except ValidationError:
            raise IdNumberUnusable from None
    if kind not in ID_TYPES or not _OTHER.fullmatch(plain):
        raise IdNumberUnusable
    return f"{kind}:{plain}"


def month_in(kept: str) -> str:
    """Return the month of birth in a resident's ID number, as it is kept."""
    return f"{ric.get_birth_date(kept.partition(':')[2]):%Y-%m}"


def birth_month(text: str, today: date) -> str:
    """Return the month of birth in `text`, like `1990-01`.

    Raises:
        BirthMonthUnusable: nobody who lives `today` was born then.
    """
    if not _MONTH.fullmatch(text):
        raise BirthMonthUnusable
    first = date.fromisoformat(f"{text}-01")
    if not today.year - _AGE_YEARS_MAX <= first.year or first > today:
        raise BirthMonthUnusable
    return text
