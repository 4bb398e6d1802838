"""marshmallow's messages in the reader's language.

marshmallow fills its figures in before anybody can translate, so its finished English is
recognised here. A message that is new to this table stays as it is.
"""

import re
from typing import Any, Final

from incentive.core.i18n import Text, _

_EXACT: Final = {
    "Missing data for required field.": _("This field is needed."),
    "Field may not be null.": _("This field may not be null."),
    "Unknown field.": _("There is no such field here. Leave it out."),
    "Invalid input type.": _("This is not an object."),
    "Invalid input.": _("This is not allowed here."),
    "Invalid value.": _("This value is not allowed."),
    "Not a valid string.": _("This is not a text."),
    "Not a valid UUID.": _("This is not an id."),
    "Not a valid number.": _("This is not a number."),
    "Not a valid integer.": _("This is not a whole number."),
    "Number too large.": _("This number is too large."),
    "Not a valid boolean.": _("This is neither true nor false."),
    "Not a valid list.": _("This is not a list."),
    "Not a valid mapping type.": _("This is not an object."),
    "Not a valid date.": _("This is not a date. Write it like 2026-11-22."),
    "Not a valid datetime.": _("This is not a time. Write it like 2026-11-22T09:00:00+08:00."),
    "Not a valid aware datetime.": _("Write the time with its zone: 2026-11-22T09:00:00+08:00."),
    "Special numeric values (nan or infinity) are not permitted.": _("This is not a number."),
    "String does not match expected pattern.": _("This is not written as it should be."),
    "Contains a character that no text may hold.": _("This has a character that no text may hold."),
}
_FILLED: Final = (
    (
        re.compile(r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\."),
        lambda low, high: _("Must be from %(low)s to %(high)s.", low=low, high=high),
    ),
    (
        re.compile(r"Must be greater than or equal to (\S+)\."),
        lambda low: _("Must be %(low)s or more.", low=low),
    ),
    (
        re.compile(r"Must be less than or equal to (\S+)\."),
        lambda high: _("Must be %(high)s or less.", high=high),
    ),
    (
        re.compile(r"Length must be between (\d+) and (\d+)\."),
        lambda low, high: _("Takes %(low)s to %(high)s characters.", low=low, high=high),
    ),
    (
        re.compile(r"Longer than maximum length (\d+)\."),
        lambda high: _("Too long: at most %(high)s.", high=high),
    ),
    (
        re.compile(r"Shorter than minimum length (\d+)\."),
        lambda low: _("Too short: at least %(low)s.", low=low),
    ),
    (
        re.compile(r"Length must be (\d+)\."),
        lambda size: _("Takes exactly %(size)s characters.", size=size),
    ),
    (
        re.compile(r"Must be one of: (.*)\."),
        lambda choices: _("Must be one of: %(choices)s.", choices=choices),
    ),
)


def translated(messages: Any) -> Any:
    """Return marshmallow's `messages` (texts in lists and dicts of any depth) translated."""
    match messages:
        case dict():
            return {name: translated(below) for name, below in messages.items()}
        case list():
            return [translated(below) for below in messages]
        case str():
            return str(_said(messages))
        case Text():
            return str(messages)
        case _:
            return messages


def _said(message: str) -> Text | str:
    known = _EXACT.get(message)
    if known is not None:
        return known
    for pattern, say in _FILLED:
        found = pattern.fullmatch(message)
        if found:
            return say(*found.groups())
    return message
