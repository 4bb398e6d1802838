"""The world that the matrix asks about: two communities with one of everything, side by side.

What nobody outside a side may read carries the side's mark, or is an id or a number of its own:
`Side.secrets` are all of these. Names that the public pages show carry no mark. What nobody at all
reads in clear, on either side, stands in `Side.sealed`.
"""

import itertools
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pyotp
from sqlalchemy import select, text, update

from incentive.activities.models import Activity
from incentive.checkin.models import Attendance
from incentive.core import clock
from incentive.core.codes import printed_code
from incentive.core.db import session, transaction, use_jurisdiction
from incentive.core.ids import new_id
from incentive.core.keys import code_keys
from incentive.core.money import yuan
from incentive.core.zone import day_of
from incentive.ledger import jobs as ledger_jobs
from incentive.ledger import proving, reconciliation, sealer
from incentive.ledger.reconciliation import UnknownRun
from incentive.merchants import (
    banking,
    claiming,
    confirming,
    disputes,
    making,
    paying,
    statements,
)
from incentive.merchants.domain import reference
from incentive.merchants.payment_models import BankRow
from incentive.merchants.statement_models import StatementLine, StatementOrder
from incentive.people import role_ends, role_queries
from incentive.people.amending import asking as amending
from incentive.people.caller import Caller, identify
from incentive.people.consents import notices
from incentive.people.consents import service as consents
from incentive.people.consents.giving import Giver
from incentive.people.consents.models import Consent
from incentive.people.devices import service as devices
from incentive.people.devices.service import Place
from incentive.people.domain import STATION_ROLES
from incentive.people.erasing import service as erasing
from incentive.people.external.models import LinkedIdentity
from incentive.people.guardians.models import Guardianship
from incentive.people.imports import checking
from incentive.people.imports import queries as import_queries
from incentive.people.imports import service as imports
from incentive.people.models import Person, RoleGrant, SignIn
from incentive.people.one_time import domain as one_time_domain
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose
from incentive.people.permissions import ROLES
from incentive.people.second_factor import service as second_factor
from incentive.points.budgets import setting as budgets
from incentive.points.budgets.models import BudgetWait
from incentive.points.corrections import service as corrections
from incentive.points.disputes import flagging
from incentive.points.disputes import service as points_disputes
from incentive.points.family import service as family
from incentive.points.merges import service as merges
from incentive.points.policy.models import PointsPolicy
from incentive.regions.models import Region
from incentive.settlement import jobs as settlement_jobs
from incentive.settlement import service as settlement
from incentive.settlement.findings.models import AttendanceFinding
from incentive.settlement.models import Award, SettlementFailure
from incentive.settlement.rulebook.models import RuleDraft, Simulation
from incentive.stations.days.models import DayClose
from incentive.stations.discrepancies.models import Discrepancy
from incentive.stations.models import Station
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.models import (
    StocktakeCount,
    StocktakeExplanation,
    StocktakeLine,
)
from tests import factories as make
from tests.merchants.conftest import Market, charged, confirmed, day, noon, sent, statement
from tests.stations.conftest import give

HOUR = timedelta(hours=1)
# Nobody's password is looked at but by whether it is this one.
PASSWORD = "correct-horse-battery-1"
# The code that was sent to whoever waits for one.
CODE = "246813"
# What a side's people do here, and no one of them is asked about: they made what is there.
CAST = (
    ("chief", "administrator"),
    ("second", "administrator"),
    ("worker", "community_worker"),
    ("contact", "volunteer"),
    ("relative", "volunteer"),
    ("suitor", "volunteer"),
    ("volunteer", "volunteer"),
)


@dataclass
class Side:
    """A community and all that lies in it: `ids` by the name that addresses have for them."""

    place: Any
    mark: str
    people: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)

    def caller(self, name: str) -> Caller:
        found = identify(make.token(self.people[name]))
        assert found is not None
        return found

    def keep(self, **ids: Any) -> None:
        """Name ids; those that nobody else may read are secrets."""
        self.ids |= ids
        self.secrets |= {str(value) for value in ids.values() if isinstance(value, UUID)}


def build(code: str, mark: str) -> Side:
    """One side in the open transaction, all but its awards, which are settled for both at once."""
    side = Side(make.region(code, name=f"社区{code[-3:]}"), mark)
    for name, role in CAST:
        told = _told(side, name)
        person = make.person(f"人{mark}{name}", told=told, home_region_id=side.place.id)
        held = make.grant(person, role, at=side.place)
        side.people[name] = person
        side.keep(**{f"role_of_{name}": held.id})
        side.secrets.add(person.volunteer_number)
    manager = make.person(f"人{mark}站长", home_region_id=side.place.id)
    side.people["manager"] = manager
    side.secrets |= {mark, manager.volunteer_number}
    give(side.people["volunteer"].id, 100_000)
    _activities(side)
    _station(side)
    _market(side)
    _family(side)
    _ward(side)
    _devices(side)
    _factors(side)
    _consent(side)
    _linked(side)
    _imports(side)
    _merges(side)
    _handed_on(side)
    # Before there are awards: it is not to take from one that is reversed.
    by, number = side.caller("worker"), side.ids["number_of_volunteer"]
    taken = corrections.adjust(by, volunteer_number=number, points=-3, reason=mark, at=clock.now())
    side.keep(taken=taken.transaction_id)
    return side


def _told(side: Side, name: str) -> dict[str, str]:
    """Return what of a person's nobody reads in clear but who reveals it, or who is told nothing.

    Only of those whom addresses are about.
    """
    if name not in {"volunteer", "contact"}:
        return {}
    sealed = {
        "phone": f"+861397{side.place.code[-3:]}{'4455' if name == 'volunteer' else '6677'}",
        "id_number": f"passport:{side.mark[-1]}{'48151623' if name == 'volunteer' else '42108915'}",
    }
    side.ids[f"phone_of_{name}"] = sealed["phone"].removeprefix("+86")
    side.sealed |= {sealed["phone"].removeprefix("+86"), sealed["id_number"].partition(":")[2]}
    return sealed


def finish(side: Side) -> None:
    """What needs awards: disputes, adjustments, budgets."""
    at, mark = clock.now(), side.mark
    award = session().get(Award, side.ids["settled"], populate_existing=True)
    other = session().get(Award, side.ids["settled_too"], populate_existing=True)
    dispute = points_disputes.challenge(side.caller("worker"), award.transaction_id, mark, at)
    volunteer = side.people["volunteer"]
    number = volunteer.volunteer_number
    proposed = corrections.adjust(
        side.caller("second"), volunteer_number=number, points=9000, reason=mark, at=at
    )
    budget = budgets.set_budget(
        side.caller("second"),
        region=side.place.code,
        period="year",
        day=day_of(at),
        amount=987_600 + len(mark),
        policy="queue",
        at=at,
    )
    waits = {"key": f"{mark}:waits", "budget_id": budget.id, "person_id": volunteer.id}
    make.add(BudgetWait(**waits, points=7, since=at))
    _found(side, at)
    side.keep(
        failed=_set_aside(side, now=at),
        transaction_id=other.transaction_id,
        dispute_id=dispute.id,
        erasure_id=erasing.propose(
            side.people["suitor"].id, mark, side.caller("second"), at, gives_up_points=True
        ).id,
        adjustment_id=proposed.id,
        correction_id=amending.ask(side.caller("volunteer"), "name", f"李{mark}", mark, at).id,
        points_budget=budget.id,
    )


def _found(side: Side, at: datetime) -> None:
    """Something that the system found in attendance, and the points that it holds for it."""
    record, volunteer = side.ids["doubtful"], side.people["volunteer"]
    facts = {"distance": ">50 km", "minutes": 9}
    row = {"record_id": record, "kind": "impossible_travel", "facts": facts, "found_at": at}
    award = session().get(Award, record, populate_existing=True)
    found = make.add(AttendanceFinding(**row))
    held = flagging.flag(award.transaction_id, volunteer.id, [], side.mark, at)
    side.keep(finding_id=found.id, doubt_id=held.id)


def _set_aside(side: Side, now: datetime) -> UUID:
    """A verified record that could not be settled."""
    volunteer = side.people["volunteer"]
    activity = session().get_one(Activity, side.ids["activity_id"])
    record = make.service_record(make.shift(activity, starts_at=now - 60 * HOUR), volunteer)
    failure = {"service_record_id": record.id, "person_id": volunteer.id, "day": record.day}
    failure |= {"region_id": side.place.id, "code": "x", "message": side.mark}
    make.add(SettlementFailure(**failure, failed_at=now, retry_at=now + 24 * HOUR))
    return record.id


def _activities(side: Side) -> None:
    now, volunteer = clock.now(), side.people["volunteer"]
    activity = make.activity(side.place, by=side.people["chief"])
    team = make.team(side.place)
    running = make.shift(activity, starts_at=now - HOUR, hours=3)
    later = make.shift(activity, starts_at=now + 24 * HOUR)
    free = make.shift(activity, starts_at=now + 48 * HOUR)
    make.sign_up(volunteer, later)
    make.sign_up(volunteer, running)
    session().refresh(running)
    records = {}
    for n, name in enumerate(("pending", "settled", "settled_too", "doubtful", "confirmable")):
        shift = make.shift(activity, starts_at=now - (30 + 5 * n) * HOUR)
        state = "pending" if name in {"pending", "confirmable"} else "verified"
        records[name] = make.service_record(shift, volunteer, minutes=60 + n, status=state)
        if state == "pending":
            records[name].decided_at = None
    came = make.add(
        Attendance(
            shift_id=running.id,
            person_id=side.people["contact"].id,
            check_in_at=now - HOUR,
            check_in_proved=True,
        )
    )
    side.keep(
        record_id=records["pending"].id,
        settled=records["settled"].id,
        settled_too=records["settled_too"].id,
        doubtful=records["doubtful"].id,
        attendance_id=records["confirmable"].attendance_id,
        present=came.id,
    )
    side.ids |= {
        "activity_id": activity.id,
        "shift_id": running.id,
        "later": later.id,
        "free": free.id,
        "team_id": team.id,
        "region_id": side.place.id,
        "code": printed_code(code_keys(), running.number, running.print_serial).text,
        "kind": "person",
        "notice_id": make.notices()["privacy"],
        "guardians_notice": make.notices()["minors"],
        "address_notice": make.notices()["address"],
        "person_id": volunteer.id,
        "number_of_volunteer": volunteer.volunteer_number,
    }


def _station(side: Side) -> None:
    from incentive.stations import counter, orders
    from incentive.stations.stock import service as stock

    now = clock.now()
    shop = make.station(side.place)
    make.grant(side.people["manager"], "station_manager", station=shop)
    goods = make.item(shop, points_price=1, stock=1000)
    session().flush()
    buyer, manager = side.caller("volunteer"), side.caller("manager")
    held = orders.redeem(buyer, goods.id, 1, now)
    refundable = orders.redeem(buyer, goods.id, 2, now)
    counter.collect(manager, refundable.code, now)
    # Not the goods that are being counted: what was counted is not corrected.
    other = make.item(shop, points_price=1, stock=10)
    session().flush()
    spoiled = stock.spoil(manager, other.id, 1, now, cause="damaged", note=side.mark, day=None)
    today = day_of(now)
    for back in (1, 2):
        moved = {"station_id": shop.id, "item_id": goods.id, "kind": "received", "delta": 1}
        moved |= {"shelf": 1, "day": today - timedelta(days=back), "at": now}
        make.add(StockMovement(**moved))
    closed = today - timedelta(days=2)
    signed = {"closed_by": manager.person_id, "closed_at": now, "signed": "x", "note": side.mark}
    far = {"last_movement_id": 0, "last_transaction_id": 0}
    make.add(DayClose(station_id=shop.id, day=closed, version=1, **signed, **far))
    found = make.add(
        Discrepancy(
            station_id=shop.id,
            kind="other_station",
            key=str(new_id()),
            happened_at=now,
            found_at=now,
            facts={},
        )
    )
    side.keep(redemption_id=held.id, refundable=refundable.id)
    side.secrets |= {held.code, refundable.code}
    side.ids |= {
        "station_id": shop.id,
        "item_id": goods.id,
        "order_code": held.code,
        "movement_id": spoiled.id,
        "day": (today - timedelta(days=1)).isoformat(),
        "closed_day": closed.isoformat(),
        "discrepancy_id": found.id,
    }
    _stocktake(side, shop, goods)
    # Where nobody counts yet.
    bare = make.station(side.place)
    make.item(bare, points_price=1, stock=3)
    side.ids["bare_station"] = bare.id


def _stocktake(side: Side, shop: Any, goods: Any) -> None:
    """One that is open, counted by the worker, with a difference explained."""
    worker = side.people["worker"]
    opened = make.stocktake(shop, worker)
    session().refresh(goods)
    made = {"stocktake_id": opened.id, "item_id": goods.id}
    shelf = goods.on_shelf
    make.add(StocktakeLine(**made, on_shelf=shelf, held=1))
    seen = {
        "counted": shelf + 1,
        "expected": shelf,
        "counted_by": worker.id,
        "counted_at": clock.now(),
    }
    count = make.add(StocktakeCount(**made, **seen))
    why = {"cause": "found", "explained_by": worker.id, "explained_at": clock.now()}
    make.add(StocktakeExplanation(count_id=count.id, **why))
    side.keep(stocktake_id=opened.id)


def _market(side: Side) -> None:
    """Statements in every state, each of a month of its own."""
    from incentive.merchants import agreements, parties

    shop = session().get_one(make.Station, side.ids["station_id"])
    item = make.item(shop, points_price=1, stock=100_000)
    spare = make.item(shop, points_price=1, stock=10)
    callers = {name: side.caller(name) for name in ("chief", "worker", "contact", "manager")}
    callers["buyer"] = side.caller("volunteer")
    market = Market(side.place, shop, item, item, side.people, callers, {})
    chief, at = callers["chief"], noon(day(1, 1))
    code, mark = side.place.code, side.mark
    merchant = parties.add_merchant(chief, region=code, name=f"商户{mark}", at=at)[0]
    sponsor = parties.add_sponsor(chief, region=code, name=f"赞助{mark}", at=at)[0]
    number = side.people["contact"].volunteer_number
    contact = parties.add_contact(chief, merchant.id, volunteer_number=number, at=at)
    market.merchant_id, market.sponsor_id = merchant.id, sponsor.id
    year = {"first_day": day(1, 1), "last_day": day(12, 31)}
    budget = parties.add_budget(chief, sponsor.id, **year, fen=98_765_432, at=at)
    agreed = agreements.agree(
        chief,
        item_id=item.id,
        merchant_id=merchant.id,
        sponsor_id=sponsor.id,
        price_fen=1250,
        valid_from=day(1, 1),
        at=at,
    )[0]
    session().flush()
    for month in range(3, 10):
        market.give_out(day(month, 5), month)
    month_of = lambda n: {"first": day(n, 1), "last": day(n, 28)}  # noqa: E731
    worker, made = callers["worker"], {}
    made["statement_id"] = sent(market, **month_of(3)).statement.id
    made["draft_statement"] = statement(market, **month_of(4)).statement.id
    made["objected"] = sent(market, **month_of(5)).statement.id
    disputes.object_to(
        callers["contact"], made["objected"], number=1, side="merchant", text=mark, at=at
    )
    made["confirmed"] = confirmed(market, **month_of(6)).statement.id
    made["payable"] = charged(market, **month_of(7)).statement.id
    made["paid"] = charged(market, **month_of(8)).statement.id
    made["agreed"], made["silent"] = (nothing_owed(market, month_of(n)) for n in (1, 2))
    confirming.confirm(callers["contact"], made["agreed"], side="merchant", at=noon(day(11, 3)))
    made |= claims(market)
    paid = paying.pay(
        worker, made["paid"], fen=100, reference=mark, paid_on=day(11, 5), at=noon(day(11, 6))
    )
    detail = statements_detail(worker, made["objected"])
    due = statements_detail(worker, made["payable"]).statement
    row = f"2026-11-10,{yuan(due.total_fen)},{mark} 杂项,{mark}\n"
    banking.take_in(
        worker,
        region=code,
        name=f"{mark}.csv",
        content=("日期,金额,附言,对方户名\n" + row).encode("gb18030"),
        at=noon(day(11, 20)),
    )
    ordered = select(StatementOrder).join(StatementLine, StatementLine.id == StatementOrder.line_id)
    ordered = ordered.where(StatementLine.statement_id == made["objected"])
    order = session().scalars(ordered).first()
    bank_row = session().scalars(select(BankRow).where(BankRow.counterparty == mark)).one()
    side.keep(
        merchant_id=merchant.id,
        sponsor_id=sponsor.id,
        contact_id=contact.id,
        budget_id=budget.id,
        agreement_id=agreed.id,
        objection_id=detail.objections[0][0].id,
        payment_id=paid.payments[0][0].id,
        row_id=bank_row.id,
        objected_order=order.redemption_id,
        **made,
    )
    side.secrets |= {reference(detail.statement.serial)}
    side.ids |= {"number": 1, "spare_item": spare.id, "due_fen": due.total_fen}


def nothing_owed(market: Market, month: dict[str, Any]) -> UUID:
    """A statement corrected to nothing, which the worker confirmed for who pays."""
    market.give_out(month["first"], 1)
    made, at = sent(market, **month).statement, noon(day(11, 3))
    worker, contact = market.callers["worker"], market.callers["contact"]
    found = disputes.object_to(contact, made.id, number=1, side="merchant", text="未发", at=at)
    answer = {"quantity": -1, "answer": "核减", "at": at}
    disputes.correct(worker, made.id, found.objections[0][0].id, **answer)
    confirming.confirm(worker, made.id, side="sponsor", at=at)
    return made.id


def claims(market: Market) -> dict[str, UUID]:
    """Statements on which the merchant owes: one agreed, one that it is silent on, one claimed."""
    callers, made = market.callers, {}
    for n, name in enumerate(("below_nothing", "below_nothing_silent", "claimed"), 1):
        order = market.give_out(day(10, n), 1)
        charged(market, first=day(10, n), last=day(10, n))
        market.take_back(order, day(10, 20 + n))
        closing = making.make_closing(
            callers["worker"],
            merchant_id=market.merchant_id,
            sponsor_id=market.sponsor_id,
            first_day=day(10, 20 + n),
            last_day=day(10, 20 + n),
            at=noon(day(11, 2)),
        ).statement
        statements.send(callers["worker"], closing.id, noon(day(11, 2)))
        confirming.confirm(callers["worker"], closing.id, side="sponsor", at=noon(day(11, 3)))
        made[name] = closing.id
    for name in ("below_nothing", "claimed"):
        confirming.confirm(callers["contact"], made[name], side="merchant", at=noon(day(11, 3)))
    claiming.claim(callers["worker"], made["claimed"], noon(day(11, 4)))
    return made


def statements_detail(caller: Caller, statement_id: UUID) -> Any:
    return statements.detail(caller, statement_id)


def _devices(side: Side) -> None:
    """A scanner and a counter, and a session and a token of the volunteer's."""
    # The codes that were sent, and are shown, last as long as it takes to ask everything.
    now, volunteer = clock.now() + HOUR, side.people["volunteer"]
    usual = {"token_hash": b"", "created_at": now, "expires_at": now + 24 * HOUR, "used_at": now}
    made = {
        "scanner": {
            "kind": "device",
            "permissions": ["shift.scan"],
            "shift_id": side.ids["shift_id"],
        },
        "counter": {
            "kind": "device",
            "permissions": ["station.serve"],
            "station_id": side.ids["station_id"],
        },
        "session_id": {},
        "token_id": {"kind": "token", "permissions": ["rule.read"]},
    }
    door = Place(shift_id=side.ids["shift_id"])
    side.ids["pairing"] = devices.pair(door, "门口", 1, by=side.caller("chief"), at=now).code
    side.secrets.add(side.ids["pairing"])
    for name, more in made.items():
        own = {"person_id": volunteer.id if "_id" in name else side.people["chief"].id}
        usual["token_hash"] = name.encode() + side.mark.encode()
        row = make.add(SignIn(**usual | own | more, name=side.mark if more else ""))
        side.keep(**{name: row.id})


def _codes(side: Side) -> None:
    """Have a code sent to each of two phones, to sign in by and to set a new password."""
    at = clock.now() + HOUR
    with patch.object(one_time_domain, "new_code", lambda: CODE):
        one_time.send(Purpose.SIGN_IN, side.ids["phone_of_volunteer"], at)
        one_time.send(Purpose.PASSWORD, side.ids["phone_of_contact"], at)


def _consent(side: Side) -> None:
    """The volunteer's to have the address kept."""
    whose = side.people["volunteer"].id
    notice = side.ids["address_notice"]
    consents.give(whose, notice, Giver(whose), clock.now(), value=f"{side.mark} 1")


def _factors(side: Side) -> None:
    """The contact's authenticator app, and one that the volunteer has not confirmed yet."""
    now = clock.now()
    for name in ("volunteer", "contact"):
        side.ids[f"app_of_{name}"] = second_factor.begin(side.people[name].id, now).secret
    long_ago = now - HOUR
    code = pyotp.TOTP(side.ids["app_of_contact"]).at(long_ago)
    second_factor.confirm(side.people["contact"].id, code, long_ago)
    side.ids["with_app"] = side.people["contact"].id
    side.sealed |= {side.ids[f"app_of_{name}"] for name in ("contact",)}


def _linked(side: Side) -> None:
    """The volunteer's account at another service."""
    blind, volunteer = side.mark.encode(), side.people["volunteer"]
    made = {"provider": "test", "subject_blind": blind, "person_id": volunteer.id}
    side.keep(identity_id=make.add(LinkedIdentity(**made, linked_at=clock.now())).id)


def _imports(side: Side) -> None:
    """Lists that wait for somebody to look at them, and one that was entered."""
    by, at = side.caller("worker"), clock.now()
    content = f"姓名,手机号\n新{side.mark},\n新人,139{side.place.code[-8:]}\n".encode()
    for name in ("import_id", "spare_import", "entered_import"):
        sent = imports.send(by, region=side.place.code, content=content, at=at)
        checking.check(sent, at)
        side.keep(**{name: sent.id})
    session().flush()
    entered = {"status": "entered", "entered_at": at, "asked_by": by.person_id}
    import_queries.change(side.ids["entered_import"], **entered)


def _handed_on(side: Side) -> None:
    """What the volunteer handed on of the own role to somebody who is asked about nothing."""
    now, volunteer = clock.now(), side.people["volunteer"]
    held = RoleGrant(
        person_id=side.people["suitor"].id,
        role="volunteer",
        region_id=side.place.id,
        permissions=["merchant.confirm"],
        valid_from=now,
        valid_until=now + 48 * HOUR,
        granted_by=volunteer.id,
        delegated_from=side.ids["role_of_volunteer"],
    )
    side.keep(handed_on=make.add(held).id)


def _ward(side: Side) -> None:
    """A child whose guardian the volunteer is."""
    guardian, at = side.people["volunteer"], clock.now()
    child = make.person(told={"birth_month": f"{at.year - 15}-01"}, home_region_id=side.place.id)
    linked = {"minor_id": child.id, "guardian_id": guardian.id, "how": "invited", "since": at}
    make.add(Guardianship(**linked))
    given = {"person_id": child.id, "kind": "minors", "notice_id": make.notices()["minors"]}
    given |= {"given": True, "at": at, "by_person_id": guardian.id, "capacity": "guardian"}
    make.add(Consent(**given, channel="page"))
    side.ids["minor_id"] = child.id


def _merges(side: Side) -> None:
    """Three further entries: one to be merged, one that was, and one of which nobody asked."""
    by, at = side.caller("worker"), clock.now()
    entries = [make.person(f"又{side.mark}", home_region_id=side.place.id) for _ in range(4)]
    kept, first, second, third = (each.volunteer_number for each in entries)
    asked, done = (
        merges.ask(by, kept=kept, gone=gone, reason=side.mark, at=at) for gone in (first, second)
    )
    merges.approve(side.caller("second"), done.id, at)
    side.keep(merge_id=asked.id, done_merge=done.id, number_of_third=third)


def _family(side: Side) -> None:
    now = clock.now()
    kin = family.invite(side.caller("relative"), side.ids["number_of_volunteer"], now)
    family.accept(side.caller("volunteer"), kin.id, now)
    asked = family.invite(side.caller("suitor"), side.ids["number_of_volunteer"], now)
    side.keep(link_id=kin.id, asked_link=asked.id)


@dataclass(frozen=True)
class Persona:
    """Somebody who asks: who they are to the matrix, their token, and what they hold where."""

    name: str
    token: str | None
    roles: frozenset[str] = frozenset()
    where: str = ""
    number: str = ""


@dataclass
class World:
    """Both sides, what belongs to the whole, and all who ask."""

    here: Side
    there: Side
    shared: dict[str, Any]
    personas: list[Persona]


def build_all(*sides: tuple[str, str]) -> list[Side]:
    """Commit sides of these codes and marks, with their awards."""
    with transaction():
        make.province()
        terms = {"family_max": 5, "transfer_cap": 500, "donation_cap": 500}
        terms |= {
            "adjustment_limit": 100,
            "worker_limit": 5000,
            "dispute_open_days": 60,
            "dispute_term_days": 15,
        }
        allowed = {"transfers_allowed": True, "donations_allowed": True}
        session().execute(
            text("SELECT max(nextval('person_sequence')) FROM generate_series(1, 3000)")
        )
        make.add(PointsPolicy(**terms, **allowed, created_at=clock.now()))
        found = [build(code, mark) for code, mark in sides]
    with transaction():
        while settlement.settle(clock.now()):
            pass
    with transaction():
        for side in found:
            finish(side)
    for side in found:
        _codes(side)
        _detach(side)
    return found


def build_alone() -> Side:
    """Commit one side."""
    return build_all(("530102001001", "QZHERE7X"))[0]


def _detach(side: Side) -> None:
    """Let rows be read when their session is long gone."""
    with transaction():
        for row in (side.place, *side.people.values()):
            session().add(row)
            session().refresh(row)
        session().expunge_all()


def make_world() -> World:
    """Commit both sides and have them sealed, compared and simulated as at night."""
    here, there = build_all(("530102001001", "QZHERE7X"), ("530102001002", "QZTHERE9"))
    sealer.seal_all(lambda _: None)
    personas = _personas(here, there)
    shared = _of_the_whole(personas)
    for side in (here, there):
        with transaction():
            # The first sealed transaction of the side's volunteer: what `give` gave.
            owner = f"person:{side.people['volunteer'].id}"
            side.ids["sealed"] = first_of(owner)
    return World(here, there, shared, personas)


WHATS_NEW = {"changes_zh": "更清楚", "changes_en": "Clearer"}


def _of_the_whole(personas: list[Persona]) -> dict[str, Any]:
    from incentive.desk import samples

    document = {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 11}]}
    start = day_of(clock.now()) + timedelta(days=40)
    with transaction():
        draft = make.rule_draft(document, start, by=make.person())
        # Only who drew it up puts it before others or takes it back.
        token = next(each.token for each in personas if each.name == "administrator above")
        proposer = session().get_one(Person, identify(token).person_id)
        open_one = make.rule_draft(document, start + timedelta(days=1), proposer, "submitted")
        session().execute(update(RuleDraft).filter_by(id=open_one.id).values(state="simulated"))
        trial = session().scalar(select(Simulation.id).filter_by(draft_id=draft.id))
        asked = reconciliation.ask("system", clock.now())
        run_id = asked.id
        chief = make.person()
        make.grant(chief, "administrator", at=make.province())
        who = identify(make.token(chief))
        sheet = samples.draw(who, first_day=day(1, 1), last_day=day(12, 31), size=3, at=clock.now())
        ids = {"draft_id": draft.id, "draft_open": open_one.id, "simulation_id": trial}
        ids |= {"sample_id": sheet.sample.id}
        ids |= {"notice_draft": notices.draft("address", WHATS_NEW, who, clock.now()).id}
    ledger_jobs.reconcile()
    settlement_jobs.simulate()
    return ids | {
        "run_id": run_id,
        **_figure_with_rows(run_id),
        "tree_size": tree_size(),
        "decision": "approve",
        "ending": "xlsx",
        "filename": "icons.svg",
        "name": "test",
        "_decision": "approve",
        "_form": new_id(),
    }


def _figure_with_rows(run_id: UUID) -> dict[str, int]:
    """Return the first figure of a comparison whose rows can be asked for."""
    with transaction():
        for result in reconciliation.results(run_id):
            for figure in range(1, len(result.figures) + 1):
                with suppress(UnknownRun):
                    reconciliation.rows_behind(
                        run_id, result.position, figure, cursor=None, limit=1
                    )
                    return {"position": result.position, "figure": figure}
    raise LookupError(run_id)


def _personas(here: Side, there: Side) -> list[Persona]:
    every, now = frozenset(ROLES), clock.now()
    at_stations = sorted(STATION_ROLES)
    with transaction():
        province = make.province()
        shops, doors = (
            [_of_side(side, name) for side in (here, there)] for name in ("shops", "place")
        )
        found = [
            *(_holder(f"{role} here", {role}, "own", at=doors[0]) for role in ROLES),
            *(_holder(f"{role} above", {role}, "parent", at=province) for role in ROLES),
            *(_holder(f"{role} next door", {role}, "sibling", at=doors[1]) for role in ROLES),
            _holder("everything next door", every, "sibling", at=doors[1]),
            *(
                _holder(f"{r} at the station", {r}, "station", stations=shops[0])
                for r in at_stations
            ),
            *(
                _holder(f"{r} at the station next door", {r}, "next station", stations=shops[1])
                for r in at_stations
            ),
            *(
                _holder(f"{role} expired", {role}, "nowhere", at=province, until=now - HOUR)
                for role in ROLES
            ),
            *(_holder(f"{role} revoked", {role}, "nowhere", at=province) for role in ROLES),
            Persona("nobody", None),
            *(_themselves(here, name) for name in ("volunteer", "contact", "worker")),
        ]
    with transaction():
        _revoke([each for each in found if each.name.endswith("revoked")])
    with use_jurisdiction("second"), transaction():
        elsewhere = make.region("530102001001")
        found += [_holder(f"{role} elsewhere", {role}, "elsewhere", at=elsewhere) for role in ROLES]
    return found


def _revoke(personas: list[Persona]) -> None:
    """Let an administrator end what they hold, who have signed in with it."""
    chief = make.person()
    make.grant(chief, "administrator", at=make.province())
    by = identify(make.token(chief))
    for persona in personas:
        held = identify(persona.token)
        assert held.grants, persona
        for grant in role_queries.roles_of(held.person_id, clock.now()):
            role_ends.revoke_role(grant.RoleGrant.id, by=by, at=clock.now())


def _of_side(side: Side, what: str) -> Any:
    if what == "place":
        return session().get_one(Region, side.place.id)
    return [session().get_one(Station, side.ids[name]) for name in ("station_id", "bare_station")]


def _themselves(side: Side, name: str) -> Persona:
    person = side.people[name]
    held = frozenset({dict(CAST)[name]})
    return Persona(name, make.token(person), held, "self", person.volunteer_number)


def _holder(
    name: str,
    held: Any,
    where: str,
    *,
    at: Any = None,
    stations: Sequence[Any] = (None,),
    until: Any = None,
) -> Persona:
    person = make.person(name)
    for role, station in itertools.product(sorted(held), stations):
        make.grant(person, role, at=at, station=station).valid_until = until
    session().flush()
    return Persona(name, make.token(person), frozenset(held), where)


def first_of(owner: str) -> int:
    text_ = text(
        "SELECT min(e.transaction_id) FROM entries e JOIN accounts a ON a.id = e.account_id"
        " WHERE a.owner = :owner"
    )
    return int(session().execute(text_, {"owner": owner}).scalar_one())


def tree_size() -> int:
    with transaction():
        checkpoint = proving.checkpoint_last()
        assert checkpoint is not None
        return checkpoint.tree_size
