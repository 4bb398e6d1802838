"""Fill the present jurisdiction with the demo, or bring a demo that is there up to today."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from incentive.activities.models import Activity, Shift, SignUp, Team
from incentive.checkin.models import Attendance, ServiceRecord
from incentive.core.codes import volunteer_number
from incentive.core.db import transaction
from incentive.core.zone import day_of, timezone
from incentive.demo import (
    access,
    books,
    calendar,
    findings,
    merchants,
    people,
    places,
    points,
    queries,
    spending,
)
from incentive.demo.calendar import Planned
from incentive.demo.errors import PhoneInUse
from incentive.demo.ids import demo_id
from incentive.demo.people import Human
from incentive.demo.places import SINCE
from incentive.people import passwords, personal, phones
from incentive.people import permissions as role
from incentive.people.consents import queries as consents
from incentive.people.consents.models import Consent
from incentive.people.guardians.models import Guardianship
from incentive.people.models import Password, Person, RoleGrant
from incentive.regions import files
from incentive.regions import service as regions
from incentive.regions.domain import path_of_code
from incentive.regions.models import Region
from incentive.settlement import service as settlement
from incentive.stations.models import Item, Station
from incentive.stations.stock.models import StockMovement

PROVINCE: Final = "53"
# What everybody in the demo told, and so consented to.
_AGREED_TO: Final = ("privacy", "birth_month")
Step = Callable[[], None]


def steps(at: datetime) -> Iterator[tuple[str, Step]]:
    """Yield what is to be done, in order: what it is called, and what does it.

    Each step is one transaction or several. All of it again on the same day changes nothing.
    """
    yield "Regions of Yunnan", lambda: _load_regions(at)
    yield "People, stations and activities", lambda: _load_rows(at)
    yield "A child and the guardian", _load_child
    yield "Points for what was served", lambda: _settle(at)
    yield "The books and the orders of the stations", lambda: _spend(at)
    yield "Merchants and their statements", lambda: _settle_goods(at)
    yield "Closed days of a station", lambda: _close_days(at)
    yield "Policy, budgets, gifts and disputes", lambda: _move_points(at)
    yield "What looks wrong at a counter", lambda: _find(at)
    yield "Roles handed on and ended, devices, somebody blocked", lambda: _look_after(at)


def _load_regions(at: datetime) -> None:
    with transaction():
        regions.import_official(files.official(), day_of(at))


def _load_rows(at: datetime) -> None:
    crowd = people.everybody()
    with transaction():
        queries.lock_loading()
        _put_grids(at)
        where = queries.region_ids(
            {human.home for human in crowd} | {human.scope for human in crowd} | _grid_codes()
        )
        _put_persons(crowd, where)
        _put_stations(where)
        _put_activities(crowd, where)
        _put_shifts(crowd, at)


def _load_child() -> None:
    child = people.CHILD
    (guardian,) = [h for h in people.everybody() if h.phone == people.GUARDIAN_PHONE]
    with transaction():
        queries.lock_loading()
        if queries.known_persons([child.id]):
            return
        _put_persons([child], queries.region_ids({child.home, child.scope}))
        linked = {"minor_id": child.id, "guardian_id": guardian.id, "how": "invited"}
        own_id = demo_id(SINCE, "guardianship", child.phone)
        queries.put(Guardianship, [{"id": own_id, "since": SINCE, **linked}])
        notices = {each.kind: each.id for each in consents.first_versions()}
        by_guardian = {"by_person_id": guardian.id, "capacity": "guardian"}
        queries.put(Consent, [_agreed(child, notices, "minors") | by_guardian])


def _settle(at: datetime) -> None:
    while True:
        with transaction():
            if not settlement.settle(at):
                return


def _spend(at: datetime) -> None:
    with transaction():
        queries.lock_loading()
        # Whoever has ordered anything may have kept books of their own since.
        if queries.has_redemptions([place.id for place in places.STATIONS]):
            return
        books.keep(people.everybody(), at)
        spending.order(people.everybody(), at)


def _settle_goods(at: datetime) -> None:
    with transaction():
        queries.lock_loading()
        merchants.settle(people.everybody(), at)


def _close_days(at: datetime) -> None:
    with transaction():
        queries.lock_loading()
        books.close(people.everybody(), at)


def _move_points(at: datetime) -> None:
    with transaction():
        queries.lock_loading()
        points.move(people.everybody(), at)


def _find(at: datetime) -> None:
    with transaction():
        queries.lock_loading()
        findings.happen(people.everybody(), at)


def _look_after(at: datetime) -> None:
    with transaction():
        queries.lock_loading()
        access.happen(people.everybody(), at)


def _put_grids(at: datetime) -> None:
    above = queries.region_ids(places.COMMUNITIES)
    rows = [
        {
            "id": demo_id(SINCE, "grid", code),
            "code": code,
            "level": "grid",
            "name": name,
            "parent_id": above[community],
            "path": f"{path_of_code(community)}.{code}",
            "grid_kind": kind,
            "valid_from": day_of(at),
        }
        for community in places.COMMUNITIES
        for number, (name, kind) in enumerate(places.GRIDS, 1)
        for code in [places.grid_code(community, number)]
    ]
    queries.put(Region, rows)


def _put_persons(crowd: Sequence[Human], where: dict[str, UUID]) -> None:
    known = queries.known_persons([human.id for human in crowd])
    fresh = [human for human in crowd if human.id not in known]
    told = {
        human.id: {
            "name": human.name,
            "birth_month": human.birth_month,
            "phone": phones.parse(human.phone),
        }
        for human in fresh
    }
    sealed = personal.sealed_all(told) if told else {}
    rows = [
        {
            "id": human.id,
            "volunteer_number": volunteer_number(sequence, PROVINCE),
            **sealed[human.id],
            "home_region_id": where[human.home],
            "created_at": SINCE,
            "agreed_notice": 1,
        }
        for human, sequence in zip(fresh, queries.sequences(len(fresh)), strict=True)
    ]
    entered = set(queries.put(Person, rows))
    for human in fresh:
        if human.id not in entered:
            raise PhoneInUse(human.phone)
    if fresh:
        # One hash for all: each takes its 20 ms on purpose, and they share the password.
        known_hash = passwords.hashed(people.PASSWORD)
        queries.put(
            Password,
            [{"person_id": h.id, "hash": known_hash, "changed_at": SINCE} for h in fresh],
        )
    queries.put(RoleGrant, [_grant(human, where) for human in fresh])
    notices = {each.kind: each.id for each in consents.first_versions()}
    queries.put(Consent, [_agreed(human, notices, kind) for human in fresh for kind in _AGREED_TO])


def _grant(human: Human, where: dict[str, UUID]) -> dict[str, Any]:
    return {
        "id": demo_id(SINCE, "grant", human.phone),
        "person_id": human.id,
        "role": human.role,
        "region_id": None if human.station_id else where[human.scope],
        "station_id": human.station_id,
        "valid_from": SINCE,
    }


def _agreed(human: Human, notices: dict[str, UUID], kind: str) -> dict[str, Any]:
    return {
        "person_id": human.id,
        "kind": kind,
        "notice_id": notices[kind],
        "given": True,
        "at": SINCE,
        "by_person_id": human.id,
        "capacity": "self",
        "channel": "page",
    }


def _put_stations(where: dict[str, UUID]) -> None:
    queries.put(Station, [place.row(where[place.community]) for place in places.STATIONS])
    items = [item for place in places.STATIONS for item in place.item_rows()]
    stocked = set(queries.put(Item, items))
    queries.put(
        StockMovement,
        [
            {
                "station_id": item["station_id"],
                "item_id": item["id"],
                "kind": "received",
                "delta": item["stock"],
                "shelf": item["stock"],
                "day": day_of(SINCE),
                "at": SINCE,
            }
            for item in items
            if item["id"] in stocked
        ],
    )


def _put_activities(crowd: Sequence[Human], where: dict[str, UUID]) -> None:
    workers = {h.scope: h.id for h in crowd if h.role == role.COMMUNITY_WORKER}
    names = queries.region_names(places.COMMUNITIES)
    queries.put(
        Team,
        [
            {
                "id": calendar.team_id(community),
                "region_id": where[community],
                "name": f"{places.short_name(names[community])}志愿服务队",
                "created_at": SINCE,
            }
            for community in places.COMMUNITIES
        ],
    )
    queries.put(
        Activity,
        [
            {
                "id": calendar.activity_id(series, community),
                "team_id": calendar.team_id(community),
                "region_id": where[region],
                "title": series.title,
                "kind": series.kind,
                "description": series.description,
                "created_by": workers[community],
                "created_at": SINCE,
            }
            for series, community, region in calendar.activities()
        ],
    )


def _put_shifts(crowd: Sequence[Human], at: datetime) -> None:
    planned = calendar.shifts(day_of(at), timezone())
    queues = queues_of(planned, crowd)
    confirmed = {
        shift.id: sum(row["status"] == "confirmed" for row in queues[shift.id]) for shift in planned
    }
    rows = [calendar.shift_row(shift, confirmed[shift.id]) for shift in planned]
    fresh = set(queries.put(Shift, rows))
    new = [shift for shift in planned if shift.id in fresh]
    queries.put(SignUp, [row for shift in new for row in queues[shift.id]])
    attended, recorded = [], []
    for shift in new:
        for sign_up in queues[shift.id]:
            came = None
            if sign_up["status"] == "confirmed" and shift.ends_at + calendar.LEFT_BY < at:
                came = calendar.attendance(shift, sign_up)
            if came is not None:
                attended.append(came[0])
                recorded.append(came[1])
    queries.put(Attendance, attended)
    queries.put(ServiceRecord, recorded)


def queues_of(
    planned: Sequence[Planned], crowd: Sequence[Human]
) -> dict[UUID, list[dict[str, Any]]]:
    """Return each shift's sign-ups; nobody is at two places at once."""
    members = defaultdict(list)
    for human in crowd:
        if human.role in {role.VOLUNTEER, role.GIG_WORKER} and human.phone != people.NEWCOMER:
            members[human.home].append(human)
    busy: dict[UUID, list[Planned]] = defaultdict(list)
    queues = {}
    for shift in planned:
        free = [
            human
            for human in members[shift.community]
            if not any(shift.overlaps(other) for other in busy[human.id])
        ]
        queues[shift.id] = calendar.sign_ups(shift, free)
        for row in queues[shift.id]:
            busy[row["person_id"]].append(shift)
    return queues


def _grid_codes() -> set[str]:
    return {
        places.grid_code(community, number)
        for community in places.COMMUNITIES
        for number in range(1, len(places.GRIDS) + 1)
    }
