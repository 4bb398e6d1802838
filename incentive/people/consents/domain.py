"""Decisions about notices and consents: pure, without clock, session or request."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from incentive.core.i18n import Text, _


class Kind(StrEnum):
    """What a notice is about, and what is consented to: the service, one item, or a minor's data."""

    PRIVACY = "privacy"
    ID_NUMBER = "id_number"
    BIRTH_MONTH = "birth_month"
    ADDRESS = "address"
    MINORS = "minors"


class Capacity(StrEnum):
    """As whom somebody consents or withdraws: for themselves, for a child, or from a paper."""

    SELF = "self"
    GUARDIAN = "guardian"
    WORKER = "worker"


class Channel(StrEnum):
    """By which way a consent came."""

    PAGE = "page"
    API = "api"
    PAPER = "paper"
    COMMAND = "command"


# Sensitive items: each is kept only with its own consent (PIPL art. 29).
ITEMS: Final = (Kind.ID_NUMBER, Kind.BIRTH_MONTH, Kind.ADDRESS)
# Once told, they change by an approved correction (`amending`).
CORRECTED: Final = (Kind.ID_NUMBER, Kind.BIRTH_MONTH)
TITLE_MAX: Final = 100
TEXT_MAX: Final = 20_000
CHANGES_MAX: Final = 2_000
NAMES: Final[dict[Kind, Text]] = {
    Kind.PRIVACY: _("Using this service"),
    Kind.ID_NUMBER: _("ID number"),
    Kind.BIRTH_MONTH: _("Month of birth"),
    Kind.ADDRESS: _("Home address"),
    Kind.MINORS: _("Guardian's consent"),
}
# What ends with a consent, said before it is withdrawn and after.
EFFECTS: Final[dict[Kind, Text]] = {
    Kind.PRIVACY: _(
        "Without it the service may keep nothing about you: the account has to be closed. Points"
        " that you still have are lost with it."
    ),
    Kind.ID_NUMBER: _(
        "Your ID number is deleted. Workers can no longer find you by it, and it cannot stand on"
        " papers; your hours and points stay."
    ),
    Kind.BIRTH_MONTH: _(
        "Your month of birth is deleted. Activities with a least age are closed to you, and who"
        " counted as a minor goes on counting as one."
    ),
    Kind.ADDRESS: _("Your address is deleted. Nothing else depends on it."),
    Kind.MINORS: _(
        "The places on shifts to come are given back, and no new ones can be taken until a"
        " guardian consents again. Hours and points stay."
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph of two versions of a text: `mark` is "+", "-" or " " for what stayed."""

    mark: str
    text: str


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a notice; blank lines part them."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def changes(before: str, after: str) -> list[Change]:
    """Return what was taken out of a text and put in, paragraph by paragraph, and what stayed."""
    compared = difflib.ndiff(paragraphs(before), paragraphs(after))
    return [Change(line[0], line[2:]) for line in compared if line[0] in "+- "]


def must_read(agreed: int | None, required: int | None) -> bool:
    """Say whether somebody who agreed to version `agreed` has to read the notice again.

    `required` is the latest version in force that needs a renewed consent.
    """
    return required is not None and (agreed is None or agreed < required)


def starts(wanted: datetime | None, at: datetime, latest: datetime | None) -> datetime | None:
    """Return from when a version published at `at` holds, or None: not before it or the `latest`.

    Without a wish it holds at once.
    """
    chosen = at if wanted is None else wanted
    if chosen < at or (latest is not None and chosen < latest):
        return None
    return chosen


def missing(told: Sequence[str], agreed: set[Kind]) -> Kind | None:
    """Return the first item among the fields `told` that lacks its own consent."""
    return next((item for item in ITEMS if item in told and item not in agreed), None)
