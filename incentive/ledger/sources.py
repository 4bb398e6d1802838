"""What caused a transaction: the package that knows a kind of source says how it is opened.

A source is a key such as `redemption:<id>`; who posts under a new kind registers its opener:

    @sources.opens("redemption")
    def _open(key: str) -> Source | None: ...
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from incentive.core.i18n import Text


@dataclass(frozen=True, slots=True)
class Source:
    """What stands behind a transaction, for an auditor: no names or phones.

    `facts` are pairs of term and value, `events` what happened and when, oldest first; `page`
    is the endpoint of a page that shows it, with its arguments, if there is one.
    """

    title: str | Text
    facts: Sequence[tuple[Text, Any]] = ()
    events: Sequence[tuple[datetime, str | Text]] = ()
    page: tuple[str, Mapping[str, Any]] | None = field(default=None)


Open = Callable[[str], Source | None]
_openers: Final[dict[str, Open]] = {}


def opens(kind: str) -> Callable[[Open], Open]:
    """Register the decorated function: it gets what follows `kind:`, and may find nothing."""

    def register(opener: Open) -> Open:
        _openers[kind] = opener
        return opener

    return register


def open_source(source: str) -> Source | None:
    """Return what `source` stands for, in the open transaction; None if nobody knows."""
    kind, _, key = source.partition(":")
    opener = _openers.get(kind)
    return opener(key) if opener else None
