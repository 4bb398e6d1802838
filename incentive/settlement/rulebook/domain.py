"""Decisions on drafts, and the recomputing of what was paid. No clock, no database."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from incentive import rules
from incentive.core.i18n import Text, _
from incentive.settlement.rulebook.errors import (
    DraftClosed,
    DraftNotSimulated,
    DraftNotSubmitted,
    EffectiveTooEarly,
    MonthsInvalid,
    NotOwnDraft,
    OwnDraft,
)

MONTHS_MAX: Final = 24
MOST_CHANGED: Final = 40
STATES: Final[dict[str, Text]] = {
    "draft": _("drafted"),
    "simulated": _("simulated"),
    "submitted": _("submitted"),
    "approved": _("approved"),
    "rejected": _("not approved"),
    "withdrawn": _("taken back by its proposer"),
}
OPEN: Final = ("draft", "simulated", "submitted")


class PaidFact(NamedTuple):
    """A settled service and what it was paid: the settlement's own facts, looked at again."""

    record_id: UUID
    person_id: UUID
    activity_id: UUID
    activity_kind: str
    day: date
    minutes: int
    points: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What persons were awarded before some months: for activities, and whether anything."""

    by_activity: dict[tuple[UUID, UUID], int]
    awarded_before: frozenset[UUID]


@dataclass(slots=True)
class Change:
    """How many records were looked at, what they were paid and would have been, in points."""

    records: int = 0
    paid: int = 0
    would_pay: int = 0

    def count(self, paid: int, would_pay: int) -> None:
        """Add one record."""
        self.records += 1
        self.paid += paid
        self.would_pay += would_pay


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The changes of some persons, by person, by month (2026-05) and by kind of activity."""

    persons: dict[UUID, Change] = field(default_factory=lambda: defaultdict(Change))
    months: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))
    kinds: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))


def recompute(facts: Sequence[PaidFact], before: Sums, rule_set: rules.RuleSet) -> Recomputed:
    """Return what `rule_set` would have paid for `facts`, as the settlement does it.

    `facts` are all of their persons' in the period, in the order in which they were settled;
    `before` is what these persons were awarded before the period.
    """
    awards = rules.award_all([_seen_by_rules(fact, before) for fact in facts], rule_set)
    result = Recomputed()
    for fact, award in zip(facts, awards, strict=True):
        for change in (
            result.persons[fact.person_id],
            result.months[f"{fact.day:%Y-%m}"],
            result.kinds[fact.activity_kind],
        ):
            change.count(fact.points, award.points)
    return result


def _seen_by_rules(paid: PaidFact, before: Sums) -> rules.Fact:
    return rules.Fact(
        person=str(paid.person_id),
        activity=str(paid.activity_id),
        kind=paid.activity_kind,
        day=paid.day,
        minutes=paid.minutes,
        paid_for_activity=before.by_activity.get((paid.person_id, paid.activity_id), 0),
        first=paid.person_id not in before.awarded_before,
    )


def check_months(first: date, last: date, today: date) -> None:
    """Pass 1 to MONTHS_MAX months (by their first days) that have begun.

    Raises:
        MonthsInvalid: otherwise.
    """
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if not 1 <= count <= MONTHS_MAX or last > today:
        raise MonthsInvalid(MONTHS_MAX)


def check_begins(effective_from: date, today: date) -> None:
    """Pass rules that begin tomorrow or later.

    Raises:
        EffectiveTooEarly: today may have been settled in part.
    """
    if effective_from <= today:
        raise EffectiveTooEarly(str(today + timedelta(days=1)))


def check_open(state: str) -> None:
    """Pass a draft that nobody has decided on.

    Raises:
        DraftClosed: otherwise.
    """
    if state not in OPEN:
        raise DraftClosed(state, STATES[state])


def check_submits(state: str, proposed_by: UUID, by: UUID) -> None:
    """Pass who proposed a simulated draft.

    Raises:
        DraftClosed, DraftNotSimulated, NotOwnDraft: otherwise.
    """
    check_own(state, proposed_by, by)
    if state == "draft":
        raise DraftNotSimulated
    if state != "simulated":
        raise DraftClosed(state, STATES[state])


def check_own(state: str, proposed_by: UUID, by: UUID) -> None:
    """Pass who proposed a draft that is open.

    Raises:
        DraftClosed, NotOwnDraft: otherwise.
    """
    check_open(state)
    if proposed_by != by:
        raise NotOwnDraft


def check_decides(state: str, proposed_by: UUID, by: UUID) -> None:
    """Pass a second person on a submitted draft.

    Raises:
        DraftClosed, DraftNotSubmitted, OwnDraft: otherwise.
    """
    check_open(state)
    if state != "submitted":
        raise DraftNotSubmitted
    if proposed_by == by:
        raise OwnDraft


def month_after(month: date) -> date:
    """Return the first day of the month after the one of `month`."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)
