"""What has to be mended in a row, in words for whoever mends it."""

from typing import Final

from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.tables import (
    FILE_BYTES_MAX,
    TableTooLarge,
    TableUnreadable,
    WorkbookProtected,
)
from incentive.people.imports.domain import ADDRESS_MAX, NAME_MAX, ROWS_MAX, Fault
from incentive.people.imports.errors import ColumnsMissing, ImportBroken, NoRows, TooManyRows

_WORDS: Final[dict[str, Text]] = {
    Fault.NAME_MISSING: _("The name is missing."),
    Fault.NAME_UNUSABLE: _("This is no name of at most %(most)s characters.", most=NAME_MAX),
    Fault.PHONE_OR_ID_MISSING: _("Give a mobile number or an ID number."),
    Fault.PHONE_UNUSABLE: _("This is not a mobile number. Write it like 13812345678."),
    Fault.PHONE_ROUNDED: _(
        "The spreadsheet has shortened this mobile number. Format the column as text and type it"
        " anew."
    ),
    Fault.PHONE_OTHERS: _("This mobile number belongs to somebody of another name here."),
    Fault.ID_NUMBER_UNUSABLE: _(
        "This is not a valid ID number. Copy it from the document, digit by digit."
    ),
    Fault.ID_NUMBER_ROUNDED: _(
        "The spreadsheet has lost the last digits of this ID number. Format the column as text and"
        " type it anew."
    ),
    Fault.ID_NUMBER_OTHERS: _("This ID number belongs to somebody of another name here."),
    Fault.ID_TYPE_UNKNOWN: _("This kind of document is not known. Leave it blank for an ID card."),
    Fault.BIRTH_MONTH_UNUSABLE: _("This month of birth cannot be right. Write it like 1990-01."),
    Fault.BIRTH_MONTH_DIFFERS: _("Month of birth and ID number do not fit together."),
    Fault.ADDRESS_TOO_LONG: _("The address is longer than %(most)s characters.", most=ADDRESS_MAX),
    Fault.REGION_MISSING: _("Say which community or grid the person belongs to."),
    Fault.REGION_UNKNOWN: _("There is no such community or grid in the area chosen."),
    Fault.REGION_AMBIGUOUS: _(
        "Several communities or grids are called so. Write the code instead of the name."
    ),
    Fault.CELL_MERGED: _(
        "A cell that is merged over several rows holds a name or a number. Unmerge it and fill in"
        " each row."
    ),
    Fault.CELL_FAULTY: _("A cell shows an error, or a formula without a result. Type the value."),
}


def words_of(fault: str) -> Text:
    """Return what to say of a fault, like `phone_twice:17`."""
    name, _sep, line = fault.partition(":")
    if name == Fault.PHONE_TWICE:
        return _("The same mobile number stands in line %(line)s already.", line=line)
    if name == Fault.ID_NUMBER_TWICE:
        return _("The same ID number stands in line %(line)s already.", line=line)
    return _WORDS[name]


def refusal_of(code: str | None) -> IncentiveError | None:
    """Return, in full, the error that a list is refused with."""
    return _REFUSALS.get(code or "")


_REFUSALS: Final[dict[str, IncentiveError]] = {
    error.code: error
    for error in (
        ColumnsMissing(),
        NoRows(),
        TooManyRows(ROWS_MAX),
        ImportBroken(),
        TableUnreadable(),
        TableTooLarge(FILE_BYTES_MAX >> 20),
        WorkbookProtected(),
    )
}
