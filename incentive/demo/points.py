"""A policy, budgets, gifts, adjustments and disputes, made by the real services."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from incentive.core import clock
from incentive.core.ids import new_id
from incentive.core.zone import day_of
from incentive.demo import people, queries
from incentive.demo.people import Human
from incentive.demo.places import CITY, COMMUNITIES, HOME
from incentive.ledger import service as ledger
from incentive.people import permissions as role
from incentive.people.caller import Caller, Grant
from incentive.points.budgets import setting as budgets
from incentive.points.corrections import service as corrections
from incentive.points.disputes import service as disputes
from incentive.points.family import service as family
from incentive.points.giving import service as giving
from incentive.points.policy import service as policies
from incentive.points.policy.errors import NotOverAll
from incentive.regions.domain import path_of_code

# Ample, so that whoever tries the demo is not held up; and one with room for few points more.
AMPLE: Final = 2_000_000
TIGHT_PLACE: Final = COMMUNITIES[2]
TIGHT_ROOM: Final = 30
GIVER_POINTS_MIN: Final = 40
TAKEN: Final = 6


class Cast:
    """Two who administer the city, who works at home and in the tight place, and who has points."""

    def __init__(self, crowd: Sequence[Human], at: datetime) -> None:
        self._numbers = queries.known_persons([human.id for human in crowd])
        chiefs = [h for h in crowd if h.role == role.ADMINISTRATOR]
        self.chief, self.second = (self.caller(h, CITY) for h in chiefs)
        workers = {h.scope: h for h in crowd if h.role == role.COMMUNITY_WORKER}
        self.worker = self.caller(workers[HOME], HOME)
        self.elsewhere = self.caller(workers[TIGHT_PLACE], TIGHT_PLACE)
        self.neighbours = [self.caller(h) for h in _volunteers(crowd, HOME)]
        self.of_tight_place = self.caller(_volunteers(crowd, TIGHT_PLACE)[0])
        self.givers = [who for who in self.neighbours if _has(who, at) >= GIVER_POINTS_MIN]

    def caller(self, human: Human, scope: str | None = None) -> Caller:
        """Return somebody of the demo as who calls a service, with their role over `scope`."""
        grants = (Grant(human.role, path_of_code(scope), None),) if scope else ()
        return Caller(human.id, self._numbers[human.id], new_id(), grants)


def move(crowd: Sequence[Human], at: datetime) -> None:
    """Let points move in every way, unless the policy is somebody else's to set."""
    if policies.policy().created_by is not None:
        return
    cast = Cast(crowd, at)
    try:
        # Now, not in the demo's past: the policy that a jurisdiction begins with is as old as it is.
        policies.change(cast.chief, clock.now(), transfers_allowed=True, donations_allowed=True)
    except NotOverAll:
        return
    _plan(cast, at)
    giver, *others = cast.givers
    _give(giver, cast.neighbours[-1], at)
    _adjust(cast, others[0], at)
    _contest(cast, others[0], others[1], at)


def _plan(cast: Cast, at: datetime) -> None:
    """An ample budget at home, which a second person raised; a tight one that queues elsewhere."""
    today = day_of(at)
    home = budgets.set_budget(
        cast.chief, region=HOME, period="year", day=today, amount=AMPLE, policy="refuse", at=at
    )
    budgets.raise_budget(cast.second, home.id, AMPLE, "年末集中活动增加", at)
    issued = queries.issued(TIGHT_PLACE, today)
    budgets.set_budget(
        cast.chief,
        region=TIGHT_PLACE,
        period="month",
        day=today,
        amount=issued + TIGHT_ROOM,
        policy="queue",
        at=at,
    )
    # More than its room: it waits until somebody lets the budget run over.
    corrections.adjust(
        cast.elsewhere,
        volunteer_number=cast.of_tight_place.volunteer_number,
        points=TIGHT_ROOM + 20,
        reason="楼道消防演练补登积分",
        at=at,
    )


def _give(giver: Caller, relative: Caller, at: datetime) -> None:
    asked = family.invite(giver, relative.volunteer_number, at)
    family.accept(relative, asked.id, at)
    giving.transfer(giver, asked.id, 10, at)
    giving.donate(giver, 5, at)


def _adjust(cast: Cast, whom: Caller, at: datetime) -> None:
    """One small adjustment is booked at once, a large one is approved, and one waits."""
    number = whom.volunteer_number
    corrections.adjust(
        cast.worker, volunteer_number=number, points=12, reason="防汛值守漏记一班", at=at
    )
    approved, _waiting = [
        corrections.adjust(
            cast.worker, volunteer_number=number, points=points, reason=reason, at=at
        ).id
        for points, reason in ((120, "全年担任楼栋长"), (200, "获评社区最美志愿者"))
    ]
    corrections.approve(cast.second, approved, "已核对名册，属实", at)


def _contest(cast: Cast, first: Caller, other: Caller, at: datetime) -> None:
    """What was taken is contested and given back; what was given is contested and still open."""
    taken = corrections.adjust(
        cast.worker,
        volunteer_number=other.volunteer_number,
        points=-TAKEN,
        reason="当日签退后又在场外",
        at=at,
    )
    appeal = disputes.contest(other, _booked(taken.transaction_id), "我一直在现场，有邻居作证", at)
    disputes.decide(cast.second, appeal.id, for_person=True, reason="邻居证言一致，予以返还", at=at)
    given = corrections.adjust(
        cast.worker,
        volunteer_number=first.volunteer_number,
        points=8,
        reason="代管工具一周",
        at=at,
    )
    disputes.challenge(cast.chief, _booked(given.transaction_id), "无值班记录，请核实", at)


def _booked(transaction_id: int | None) -> int:
    if transaction_id is None:
        raise RuntimeError("an adjustment below the limit was not booked")
    return transaction_id


def _volunteers(crowd: Sequence[Human], community: str) -> list[Human]:
    return [
        human
        for human in crowd
        if human.role == role.VOLUNTEER
        and human.home == community
        and human.phone != people.NEWCOMER
    ]


def _has(who: Caller, at: datetime) -> int:
    balances = ledger.usable_balances(f"person:{who.person_id}", day_of(at))
    return sum(balance.points for balance in balances if balance.purpose == "available")
