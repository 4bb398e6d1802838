"""A document of rules as a form that people fill in, and back. What is left empty is no rule."""

import re
from collections.abc import Mapping
from typing import Any, Final

# Rule -> parameter -> the form's field; the rules in the order in which they work.
FIELDS: Final[dict[str, dict[str, str]]] = {
    "block": {"block_minutes": "block_minutes", "block_points": "block_points"},
    "multiplier_kind": {"percents": "kinds"},
    "multiplier_day": {
        "weekend_percent": "weekend_percent",
        "holiday_percent": "holiday_percent",
        "holidays": "holidays",
        "workdays": "workdays",
    },
    "first_service": {"points": "first_service"},
    "cap_activity": {"points": "cap_activity"},
    "cap_day": {"points": "cap_day"},
    "cap_month": {"points": "cap_month"},
}
NAMES: Final = tuple(field for fields in FIELDS.values() for field in fields.values())
_LISTS: Final = ("holidays", "workdays")
_ALWAYS: Final = "block"


def document_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the document that was typed. What cannot be read stays as it is, to be refused."""
    found: list[dict[str, Any]] = []
    for rule, fields in FIELDS.items():
        given = {
            parameter: _value(field, typed.get(field, "").strip())
            for parameter, field in fields.items()
            if typed.get(field, "").strip()
        }
        if given or rule == _ALWAYS:
            found.append({"rule": rule} | given)
    return {"rules": found}


def typed_of(document: Any) -> dict[str, str]:
    """Return what a form shows for a document."""
    typed = dict.fromkeys(NAMES, "")
    for entry in document["rules"]:
        for parameter, field in FIELDS.get(entry["rule"], {}).items():
            typed[field] = _text(entry.get(parameter, ""))
    return typed


def field_at(document: Mapping[str, Any], path: str) -> str:
    """Return the form's field that the `path` of a RuleError names."""
    place = re.match(r"rules\[(\d+)\]\.(\w+)", path)
    if place is None:
        return "block_minutes"
    fields = FIELDS[document["rules"][int(place[1])]["rule"]]
    return fields.get(place[2], next(iter(fields.values())))


def _value(field: str, text: str) -> Any:
    if field == "kinds":
        return dict(_kind(line) for line in text.splitlines() if line.strip())
    if field in _LISTS:
        return text.replace(",", " ").replace("，", " ").replace("、", " ").split()
    return _whole(text)


def _kind(line: str) -> tuple[str, Any]:
    name, _, percent = line.strip().rpartition(" ")
    return (name.strip(), _whole(percent.strip("%"))) if name else (line.strip(), "")


def _whole(text: str) -> int | str:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{kind} {percent}" for kind, percent in value.items())
    return "\n".join(value) if isinstance(value, list) else str(value)
