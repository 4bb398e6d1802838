"""The decision on a scan: one table of rules, read from `verdicts.json`.

The first rule whose every condition holds gives the outcome; then every flag whose
conditions hold is added. A condition is only ever "this fact is one of these", so
that a scanner without network can run the same table in another language.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from incentive.checkin.facts import Facts

TABLE: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("verdicts.json").read_text(encoding="utf-8")
)
LIMITS: Mapping[str, int] = TABLE["limits"]
REASONS: Mapping[str, str] = TABLE["reasons"]
"""Stable reason code -> what to tell the person, in English."""

# Far above the combinations that occur: a busy hour meets a few dozen.
_REMEMBERED = 4096


class Outcome(StrEnum):
    """What a scan did. `already_in` and `already_out` repeat the answer and change nothing."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    ALREADY_IN = "already_in"
    ALREADY_OUT = "already_out"
    REFUSED = "refused"


class Flag(StrEnum):
    """What else there is to do or to note with an outcome; `verdicts.json` says why."""

    CLOSES_ELSEWHERE = "closes_elsewhere"
    REPLACES_SYSTEM_CLOSE = "replaces_system_close"
    WALK_IN = "walk_in"
    ADMITS_WAITING = "admits_waiting"
    NEEDS_CONFIRMATION = "needs_confirmation"
    OVERLAPS = "overlaps"
    OFFLINE = "offline"
    SERVER_TIME = "server_time"
    COUNTS_FROM_START = "counts_from_start"
    COUNTS_TO_END = "counts_to_end"


class Verification(StrEnum):
    """Whether a service record stands by itself or waits for a worker in scope."""

    VERIFIED = "verified"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, the name of the `rule` that made it, and a `reason` when refused."""

    outcome: Outcome
    rule: str
    reason: str | None
    flags: frozenset[Flag]


def verdict(facts: Facts) -> Verdict:
    """Return the decision on a scan; every combination of facts has one."""
    return _decide(facts)


def is_proved(decision: Verdict, *, witnessed: bool) -> bool:
    """Say whether the scan counts by itself: on the spot, on line, and seen by someone else.

    `witnessed` says that another person scanned the card, or was showing the rotating code.
    """
    open_questions = decision.flags & {Flag.NEEDS_CONFIRMATION, Flag.OVERLAPS, Flag.OFFLINE}
    scanned = decision.outcome in {Outcome.CHECK_IN, Outcome.CHECK_OUT}
    return scanned and witnessed and not open_questions


def is_doubted(decision: Verdict) -> bool:
    """Say whether a scan that changed nothing speaks against the check-in on record."""
    return decision.outcome is Outcome.ALREADY_IN and Flag.NEEDS_CONFIRMATION in decision.flags


def verification(
    *, check_in_proved: bool, check_out_proved: bool, closed_by_scan: bool
) -> Verification:
    """Return `verified` when both scans count by themselves, otherwise `pending`.

    An attendance that the system closed, or a scan elsewhere, had no check-out here.
    """
    if check_in_proved and check_out_proved and closed_by_scan:
        return Verification.VERIFIED
    return Verification.PENDING


@dataclass(frozen=True, slots=True)
class _Line:
    """A rule or a flag: `entry` holds when every fact in `when` is among the values listed."""

    entry: Mapping[str, Any]
    when: tuple[tuple[str, frozenset[str | bool]], ...]

    def holds(self, known: Mapping[str, str | bool]) -> bool:
        return all(known[fact] in values for fact, values in self.when)


def _lines(section: str) -> tuple[_Line, ...]:
    return tuple(
        _Line(entry, tuple((fact, frozenset(values)) for fact, values in entry["when"].items()))
        for entry in TABLE[section]
    )


_RULES = _lines("rules")
_FLAGS = _lines("flags")
_FACTS = tuple(field.name for field in fields(Facts))


@lru_cache(maxsize=_REMEMBERED)
def _decide(facts: Facts) -> Verdict:
    known = {name: getattr(facts, name) for name in _FACTS}
    # The table is total: a test proves it over the whole product of facts.
    rule = next(line.entry for line in _RULES if line.holds(known))
    known["outcome"] = rule["outcome"]
    return Verdict(
        outcome=Outcome(rule["outcome"]),
        rule=rule["name"],
        reason=rule.get("reason"),
        flags=frozenset(Flag(line.entry["flag"]) for line in _FLAGS if line.holds(known)),
    )
