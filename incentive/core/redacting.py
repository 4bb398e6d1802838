"""The second net below the logs: nothing that says who somebody is gets through.

The first is that nobody logs it. What is caught here is a mistake to be mended where it is made.
"""

import re
from collections.abc import MutableMapping
from typing import Any, Final

REDACTED: Final = "[redacted]"
_FIELDS: Final = frozenset(
    {
        "phone",
        "e164",
        "id_number",
        "birth_month",
        "address",
        "person_name",
        "password",
        "token",
        "secret",
        "body",
        "answer",
    }
)
# A Chinese mobile number or a resident's ID number, standing by itself; no part of a longer id.
_NUMBERS: Final = re.compile(
    r"(?<![0-9A-Za-z-])(?:(?:\+?86)?1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])(?![0-9A-Za-z-])"
)


def redacted(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Return `event` without the fields that say who somebody is, and without such numbers."""
    for name, value in event.items():
        event[name] = REDACTED if name in _FIELDS else _plain(value)
    return event


def _plain(value: Any) -> Any:
    match value:
        case str():
            return _NUMBERS.sub(REDACTED, value)
        case dict():
            return {
                name: REDACTED if name in _FIELDS else _plain(below)
                for name, below in value.items()
            }
        case list() | tuple():
            return [_plain(below) for below in value]
    return value
