"""The permission table and what each address needs, as a document: docs/permissions.md."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from flask import Flask

from incentive.core.needs import ANYBODY, MEMBER, SELF, Need, need_of
from incentive.people.permissions import ROLES, TABLE
from incentive.people.separation import NEVER_FOR_ONESELF, SECOND_ACTS

_OVER: Final = {
    "region": "its region",
    "station": "its station or region",
    "reach": "anything; cut to where it is held",
    "whole": "everything",
}
_WHO: Final = {ANYBODY: "anybody", MEMBER: "whoever is signed in", SELF: "one's own"}
_ALWAYS: Final = ", also without the consent to the privacy notice"
_METHODS: Final = {"HEAD", "OPTIONS"}
_HEAD: Final = """# Permissions

Written by `incentive people permissions > docs/permissions.md`; a test keeps it in step with the
code. The first table is `incentive/people/permissions.py`, the second
`incentive/people/separation.py`, and the third is declared on each view by `@needs(...)`.

A role is held over a region and all below it, or at one station, from a day on and perhaps until
one. It may be handed on, whole or in part, for at most 30 days; granting roles is never handed on.
"""


def document(app: Flask) -> str:
    """Return the document for the addresses of `app`."""
    parts = [_HEAD, "## Who may do what\n", *_roles(), "## What one person may not do\n", *_pairs()]
    return "\n".join([*parts, "## What each address needs\n", *_addresses(app)])


def _roles() -> Iterable[str]:
    yield from _table(
        ["permission", "over", *ROLES],
        (
            [f"`{name}`", _OVER[row.of], *("●" if role in row.roles else "" for role in ROLES)]
            for name, row in TABLE.items()
        ),
    )


def _pairs() -> Iterable[str]:
    yield from _table(
        ["act", "not by who did", "refused with"],
        (
            [f"`{act}`", ", ".join(f"`{first}`" for first in second.firsts), f"`{second.code}`"]
            for act, second in SECOND_ACTS.items()
        ),
    )
    yield from _table(
        ["act", "not for oneself", "nor for one's family"],
        (
            [f"`{act}`", f"`{stake.code}`", "`people.for_family`" if stake.family else "may be"]
            for act, stake in NEVER_FOR_ONESELF.items()
        ),
    )


def _addresses(app: Flask) -> Iterable[str]:
    found = defaultdict(set)
    for rule in app.url_map.iter_rules():
        need = need_of(app, rule.endpoint)
        if need is not None and rule.endpoint != "static":
            for method in (rule.methods or set()) - _METHODS:
                found[rule.rule, method].add(need)
    yield from _table(
        ["address", "needs", "over"],
        (
            [f"`{method} {path}`", *_told(next(iter(needs)))]
            for (path, method), needs in sorted(found.items())
        ),
    )


def _told(need: Need) -> tuple[str, str]:
    if not need.permissions:
        return _WHO[need.of] + (_ALWAYS if need.always else ""), ""
    names = " or ".join(f"`{name}`" for name in need.permissions)
    return f"{names}{', or one’s own' if need.own else ''}", _OVER[need.of]


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    yield _line(head)
    yield _line(["---"] * len(head))
    yield from map(_line, rows)
    yield ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
