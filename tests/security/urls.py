"""Every address of the application, made from its own map: a new one joins by itself."""

from dataclasses import dataclass
from uuid import UUID

from incentive.core.codes import volunteer_number

NOBODY = UUID("00000000-0000-4000-8000-000000000000")
_VALUES = {
    "UUIDConverter": NOBODY,
    "IntegerConverter": 1,
    "PathConverter": "R1.AAAAAAAAAA",
    "UnicodeConverter": "2026-11-01",
}
_NAMED = {"volunteer_number": volunteer_number(1, "53"), "ending": "xlsx"}


@dataclass(frozen=True)
class Address:
    """One method at one address, with whatever ids are given."""

    method: str
    rule: object
    path: str

    @property
    def is_api(self):
        return self.rule.rule.startswith("/api/")

    @property
    def is_change(self):
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    def __str__(self):
        return f"{self.method} {self.rule.rule}"


def value_of(rule, name, ids=None):
    """A value for one part of a rule: of `ids` by name, else one that fits its converter."""
    if ids and name in ids:
        return ids[name]
    if name in _NAMED:
        return _NAMED[name]
    converter = rule._converters[name]
    if type(converter).__name__ == "AnyConverter":
        return next(iter(converter.items))
    return _VALUES[type(converter).__name__]


def addresses(app, ids=None):
    """Every method of every rule, save the static files'."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values = {name: value_of(rule, name, ids) for name in rule.arguments}
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            path = adapter.build(rule.endpoint, values, method=method)
            found.append(Address(method, rule, path))
    return found
