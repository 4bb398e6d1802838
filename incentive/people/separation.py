"""Who may not do what, whatever role they hold: the other half of the permission table.

Two rules. Who did the first act may not do the second (`SECOND_ACTS`); and nobody does for
themselves, some of it not for their family either, what somebody else has to vouch for
(`NEVER_FOR_ONESELF`). Both name the code with which it is refused. Acts are those of the audit
log, and `stocktake.count`, `stocktake.explain` and `order.collect`, which are kept elsewhere.

Use cases ask here. Three are held further down, by the same codes: the state of a draft of rules
and of a stocktake decide in their `domain`, and one side's second confirmation is a constraint.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple
from uuid import UUID

from flask import current_app

from incentive.core.errors import IncentiveError
from incentive.people.caller import Caller
from incentive.people.errors import ForFamily
from incentive.people.guardians import queries as guardians

Refusal = Callable[[], IncentiveError]
# Who are a person's family: nobody down here knows, and the application says who does.
KIN: Final = "kin_of"


class SecondAct(NamedTuple):
    """What has to come from another person than `firsts`, and the code that refuses it."""

    firsts: tuple[str, ...]
    code: str


SECOND_ACTS: Final[dict[str, SecondAct]] = {
    # Rules of points
    "rules.approve": SecondAct(("rules.propose",), "settlement.own_draft"),
    "rules.reject": SecondAct(("rules.propose",), "settlement.own_draft"),
    # Points by hand, and quarrels about points
    "points.approve": SecondAct(("points.adjust", "points.reverse"), "points.second_person_needed"),
    "points.reject": SecondAct(("points.adjust", "points.reverse"), "points.second_person_needed"),
    "dispute.decide": SecondAct(
        ("dispute.open", "points.adjust", "record.verify"), "points.not_yours_to_decide"
    ),
    # Two entries of one person
    "person.merge_decide": SecondAct(("person.merge",), "merges.second_person_needed"),
    # Budgets of points: below a budget, or beyond it, only with somebody else
    "budget.set": SecondAct(("budget.set",), "points.own_wider_budget"),
    "budget.raise": SecondAct(("budget.set",), "points.own_budget"),
    "budget.overrun": SecondAct(("budget.set",), "points.own_budget"),
    # Erasing persons
    "person.approve_erasure": SecondAct(("person.erase",), "people.erasure_proposer"),
    "person.refuse_erasure": SecondAct(("person.erase",), "people.erasure_proposer"),
    # Stations
    "stocktake.book": SecondAct(("stocktake.count", "stocktake.explain"), "stations.own_count"),
    "discrepancy.clear": SecondAct(("order.collect",), "stations.own_finding"),
    # Merchants
    "statement.answer": SecondAct(("statement.object",), "merchants.own_objection"),
    "statement.confirm": SecondAct(("statement.confirm",), "merchants.same_person"),
    "statement.settle": SecondAct(("statement.confirm",), "merchants.same_person"),
}


class Stake(NamedTuple):
    """The code that refuses it for oneself; `family`: and nobody does it for their family."""

    code: str
    family: bool = True


NEVER_FOR_ONESELF: Final[dict[str, Stake]] = {
    "role.grant": Stake("people.own_role"),
    "role.delegate": Stake("people.own_role"),
    "person.block": Stake("people.own_standing"),
    "person.unblock": Stake("people.own_standing"),
    "person.erase": Stake("people.own_erasure"),
    "person.approve_erasure": Stake("people.own_erasure"),
    "person.refuse_erasure": Stake("people.own_erasure"),
    "person.correct": Stake("people.own_correction"),
    "person.refuse_correction": Stake("people.own_correction"),
    "person.merge": Stake("merges.own"),
    "person.merge_decide": Stake("merges.own"),
    "attendance.confirm": Stake("checkin.own_record"),
    "record.verify": Stake("checkin.own_record"),
    "record.reject": Stake("checkin.own_record"),
    "points.adjust": Stake("points.own_points"),
    "points.reverse": Stake("points.own_points"),
    "points.approve": Stake("points.own_points"),
    "points.reject": Stake("points.own_points"),
    "dispute.open": Stake("points.own_points"),
    "dispute.decide": Stake("points.not_yours_to_decide"),
    "order.collect": Stake("stations.own_redemption", family=False),
    "order.refund": Stake("stations.own_redemption", family=False),
    "guardian.confirm": Stake("people.not_a_guardian"),
    "merchant.contact": Stake("merchants.own_contact", family=False),
}


def require_another(
    act: str, caller: Caller, firsts: Iterable[UUID | None], refusal: Refusal
) -> None:
    """Let the caller do `act` only if they are none of those who did what comes before it.

    Raises:
        IncentiveError: `refusal`, whose code is the table's.
    """
    if caller.person_id in set(firsts):
        raise _of_code(refusal, SECOND_ACTS[act].code)


def require_no_stake(act: str, caller: Caller, concerned: UUID, refusal: Refusal) -> None:
    """Let the caller do `act` only if it is not about themselves or their family.

    Raises:
        IncentiveError: `refusal`, whose code is the table's: it is about themselves.
        ForFamily: it is about somebody of their family.
    """
    if caller.person_id == concerned:
        raise _of_code(refusal, NEVER_FOR_ONESELF[act].code)
    if NEVER_FOR_ONESELF[act].family and has_family(caller.person_id, concerned):
        raise ForFamily


def has_family(one: UUID, other: UUID) -> bool:
    """Say whether the two are family: a guardian and their ward are, without having asked."""
    if guardians.are_linked(one, other):
        return True
    kin_of: Callable[[UUID, UUID], bool] = current_app.extensions[KIN]
    return kin_of(one, other)


def _of_code(refusal: Refusal, code: str) -> IncentiveError:
    error = refusal()
    if error.code != code:
        raise ValueError(error.code)
    return error
