"""Made-up rows for tests: each function adds one thing to the open transaction and returns it."""

import itertools
import secrets
from datetime import UTC, date, datetime, timedelta

from incentive.activities.models import Activity, Shift, SignUp, Team
from incentive.checkin.models import Attendance, ServiceRecord
from incentive.core import clock
from incentive.core.codes import volunteer_number
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.merchants.models import Merchant, PriceAgreement, Sponsor
from incentive.merchants.statement_models import Statement, StatementLine
from incentive.people import personal
from incentive.people.caller import token_hash
from incentive.people.consents import queries as consent_queries
from incentive.people.models import Person, RoleGrant, SignIn
from incentive.regions.models import Region
from incentive.settlement.models import RuleVersion
from incentive.settlement.rulebook.models import RuleDraft, Simulation
from incentive.stations.models import Item, Station
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.models import Stocktake

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 10:00 in Kunming, a Sunday
NINE = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
_numbers = itertools.count(1)


def add(row):
    session().add(row)
    session().flush()
    return row


def region(code="530102001001", level="community", parent=None, name="测试社区", **more):
    """One region; without a parent it hangs below a made-up province."""
    if parent is None and level != "province":
        parent = province()
    path = f"{parent.path}.{code}" if parent else code
    return add(
        Region(
            code=code,
            level=level,
            name=name,
            parent_id=parent and parent.id,
            path=path,
            valid_from=date(2020, 1, 1),
            **more,
        )
    )


def province(code="53"):
    known = session().query(Region).filter_by(code=code, valid_until=None).one_or_none()
    return known or region(code, "province", name="云南省")


def person(name="张三", *, told=None, **more):
    """A person who told their name, and more (by field, like `phone`) if `told`.

    They have read the first privacy notice.
    """
    person_id = new_id()
    more = {"agreed_notice": 1} | more
    return add(
        Person(
            id=person_id,
            volunteer_number=volunteer_number(next(_numbers), "53"),
            created_at=NOW,
            **personal.sealed(person_id, {"name": name} | (told or {})),
            **more,
        )
    )


def notices():
    """The ids of the notices in force, by kind."""
    return {each.kind: each.id for each in consent_queries.in_force(clock.now())}


def grant(holder, role, *, at=None, station=None):
    return add(
        RoleGrant(
            person_id=holder.id,
            role=role,
            region_id=at.id if at else None,
            station_id=station.id if station else None,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        )
    )


def token(holder):
    """A bearer token of a live session of `holder`'s."""
    text = secrets.token_urlsafe(24)
    add(
        SignIn(
            person_id=holder.id,
            token_hash=token_hash(text),
            created_at=datetime(2020, 1, 1, tzinfo=UTC),
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
            strong=True,  # with a second factor, where roles need one
        )
    )
    return text


def bearer(holder):
    """Request headers that sign `holder` in."""
    return {"Authorization": f"Bearer {token(holder)}"}


def creating(holder):
    """Request headers for a POST that creates, as `holder`."""
    return bearer(holder) | {"Idempotency-Key": str(new_id())}


def team(at):
    return add(Team(region_id=at.id, name=f"志愿队{next(_numbers)}", created_at=NOW))


def activity(at, by, kind="environment", **more):
    return add(
        Activity(
            team_id=team(at).id,
            region_id=at.id,
            title="清洁家园",
            kind=kind,
            created_by=by.id,
            created_at=NOW,
            **more,
        )
    )


def shift(of, starts_at=NINE, hours=2, quota=20, **more):
    return add(
        Shift(
            activity_id=of.id,
            title="上午班",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            quota=quota,
            created_at=NOW,
            **more,
        )
    )


def sign_up(person, shift, status="confirmed"):
    if status == "confirmed":
        shift.confirmed += 1
    return add(
        SignUp(shift_id=shift.id, person_id=person.id, status=status, queued_at=NOW, changed_at=NOW)
    )


def station(at, kind="points_supermarket", **more):
    usual = {
        "name": f"暖新驿站{next(_numbers)}",
        "address": "人民路1号",
        "latitude": 25.04,
        "longitude": 102.71,
        "hours": {},
        "facilities": ["water"],
    }
    return add(Station(region_id=at.id, kind=kind, created_at=NOW, **(usual | more)))


def item(at, points_price=10, stock=5, **more):
    """Goods on the shelf, received in one delivery."""
    made = add(
        Item(
            station_id=at.id,
            name=f"洗衣液{next(_numbers)}",
            points_price=points_price,
            stock=stock,
            created_at=NOW,
            **more,
        )
    )
    if stock:
        add(
            StockMovement(
                station_id=at.id,
                item_id=made.id,
                kind="received",
                delta=stock,
                shelf=stock,
                day=date(2026, 11, 22),
                at=NOW,
            )
        )
    return made


def stocktake(at, by):
    """A stocktake that is open, with nothing to count."""
    return add(Stocktake(station_id=at.id, opened_by=by.id, opened_at=NOW))


def service_record(of, person, minutes=60, status="verified", starts_at=None):
    """A closed attendance at the shift `of`, and its record."""
    start = starts_at or of.starts_at
    attendance = add(
        Attendance(
            shift_id=of.id,
            person_id=person.id,
            check_in_at=start,
            check_out_at=start + timedelta(minutes=minutes),
            closed_by="scan",
            check_in_proved=True,
            check_out_proved=True,
        )
    )
    return add(
        ServiceRecord(
            attendance_id=attendance.id,
            person_id=person.id,
            shift_id=of.id,
            day=clock.local_day(of.starts_at, "Asia/Shanghai"),
            minutes=minutes,
            status=status,
            decided_at=NOW if status != "pending" else None,
            reason="wrong" if status == "rejected" else "",
            created_at=NOW,
        )
    )


def merchant_statement(at, item, by):
    """A draft of one line, without orders."""
    names = {"region_id": at.id, "name": f"丰和{next(_numbers)}", "created_at": NOW}
    merchant, sponsor = add(Merchant(**names)), add(Sponsor(**names))
    both = {"merchant_id": merchant.id, "sponsor_id": sponsor.id}
    agreed = {"item_id": item.id, "price_fen": 100, "agreed_by": by.id, "agreed_at": NOW}
    agreement = add(PriceAgreement(valid_from=date(2026, 1, 1), **agreed, **both))
    days = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 31)}
    made = {"region_id": at.id, "made_by": by.id, "made_at": NOW}
    statement = add(Statement(total_fen=100, **both, **days, **made))
    add(
        StatementLine(
            statement_id=statement.id,
            number=1,
            kind="given",
            item_id=item.id,
            agreement_id=agreement.id,
            price_fen=100,
            quantity=1,
            amount_fen=100,
            made_at=NOW,
        )
    )
    return statement


def rule_draft(document, effective_from, by=None, state="submitted"):
    """A draft that was simulated over its proposer's month, unless it is only drafted."""
    draft = add(
        RuleDraft(
            document=document,
            effective_from=effective_from,
            reason="试行",
            proposed_by=(by or person()).id,
            proposed_at=NOW,
            state=state,
        )
    )
    session().refresh(draft)
    if state != "draft":
        month = date(2026, 10, 1)
        add(
            Simulation(
                draft_id=draft.id,
                document_hash=draft.document_hash,
                first_month=month,
                last_month=month,
                asked_by=draft.proposed_by,
                asked_at=NOW,
                finished_at=NOW,
            )
        )
    return draft


def rule_version(document, effective_from, approver=None):
    """Rules in force from a day on, by way of a draft that a second person approved."""
    draft = rule_draft(document, effective_from)
    version = add(
        RuleVersion(
            effective_from=effective_from,
            document=document,
            created_by=draft.proposed_by,
            created_at=NOW,
            draft_id=draft.id,
            approved_by=(approver or person()).id,
        )
    )
    draft.state, draft.decided_by, draft.decided_at = "approved", version.approved_by, NOW
    session().flush()
    return version
