"""What is wrong with a row of a list, in words and with what is expected."""

from typing import Final

from incentive.core.i18n import Text, _
from incentive.regions.domain import CODE_DIGITS, NAME_LENGTH_MAX, Fault

LEVELS: Final = ", ".join(CODE_DIGITS)
DIGITS: Final = ", ".join(f"{level} {digits}" for level, digits in CODE_DIGITS.items())
FAULTS: Final[dict[Fault, Text]] = {
    Fault.MALFORMED: _(
        "The row does not have as many cells as the first line, or a quote is left open."
    ),
    Fault.UNKNOWN_LEVEL: _("The level is none of: %(levels)s.", levels=LEVELS),
    Fault.CODE_LENGTH: _(
        "The code does not have as many digits as its level needs: %(digits)s.", digits=DIGITS
    ),
    Fault.STREET_NUMBER: _(
        "The last three digits of a street's code say what it is, and these say nothing:"
        " 001 to 099 is a subdistrict, 100 to 199 a town, 200 to 399 a township,"
        " 400 to 599 a zone that is like one."
    ),
    Fault.PARENT_MISMATCH: _(
        "The parent_code is not the beginning of the code: write the code of the level above,"
        " and for a province nothing."
    ),
    Fault.NAME_UNUSABLE: _(
        "The name is empty, longer than %(length)s characters, or has one that cannot be printed.",
        length=NAME_LENGTH_MAX,
    ),
    Fault.DUPLICATE: _("The code stands in an earlier row already. Keep one of the two."),
    Fault.ORPHAN: _(
        "The region above is neither in the list nor in the books, or was refused. Add it first."
    ),
}
