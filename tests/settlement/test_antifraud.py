"""What cheats do, and what becomes of it: refused at the door, or its points held until somebody
who is not concerned has decided. Nothing that is kept says where anybody was.
"""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from incentive.activities.models import Shift
from incentive.checkin.models import Scan
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.errors import IncentiveError
from incentive.core.ids import new_id
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.errors import InsufficientPoints
from incentive.points.disputes import service as disputes
from incentive.points.disputes.errors import NotYoursToDecide
from incentive.points.disputes.models import Dispute
from incentive.settlement import service as settlement
from incentive.settlement.findings.domain import DEVICE_PEOPLE, PAIR_RECORDS, band, too_fast
from incentive.settlement.findings.models import AttendanceFinding
from tests import factories as make
from tests.checkin.conftest import HOUR, MINUTE, door  # noqa: F401 - a fixture
from tests.points.conftest import caller_of

NOVEMBER = date(2026, 11, 24)
# The green lake in Kunming; Dali, 250 km on; and the next street.
LAKE = {"latitude": 25.0494, "longitude": 102.7030, "radius_m": 200}
DALI = {"latitude": 25.6065, "longitude": 100.2676, "radius_m": 200}
STREET = {"latitude": 25.0530, "longitude": 102.7030, "radius_m": 200}


def points_of(person_id):
    balances = ledger.balances(f"person:{person_id}")
    return {
        purpose: sum(b.points for b in balances if b.purpose == purpose)
        for purpose in ("available", "held")
    }


def found():
    return {(f.kind, f.record_id): f for f in session().scalars(select(AttendanceFinding))}


@pytest.fixture
def yard(tx):
    """A community with its people; `serve` makes a verified record that is still to be paid."""
    return Yard()


class Yard:
    def __init__(self):
        self.community = make.region()
        self.steward, self.other = make.person("李网格"), make.person("周网格")
        self.chief, self.volunteer = make.person("主任"), make.person("钱多多")
        for steward in (self.steward, self.other):
            make.grant(steward, "grid_worker", at=self.community)
        make.grant(self.chief, "administrator", at=self.community)
        make.grant(self.steward, "administrator", at=self.community)
        self.activity = make.activity(self.community, by=self.chief)

    def serve(self, who=None, start=-30 * HOUR, *, alone=True, by=None, **shift):
        """An hour's service at a shift of its own, seen by `by`."""
        opened = make.shift(self.activity, starts_at=clock.now() + start, hours=1, **shift)
        record = make.service_record(opened, who or self.volunteer, 60)
        record.recorder_id = by and by.id
        session().flush()
        if not alone:
            make.service_record(opened, make.person(), 60, "pending")
        return record

    def scan(self, record, by, at=timedelta(0)):
        """A scan of the person's card at the record's check-in, by somebody."""
        begun = session().get(type(record), record.id)
        shift = session().get(Shift, begun.shift_id)
        make.add(
            Scan(
                nonce=new_id(),
                request_hash=b"",
                actor_id=by.id,
                attendance_id=record.attendance_id,
                verdict="check_in",
                scanned_at=shift.starts_at + at,
                received_at=shift.starts_at + at,
                answer={},
            )
        )

    def settle(self):
        settlement.settle(clock.now())
        session().expire_all()


# At the door


def test_a_rotating_code_is_refused_after_its_window(door):  # noqa: F811
    who = door.volunteer()
    code = door.code(ago=5 * MINUTE)
    answer = door.scan(who, code)
    assert (answer.status_code, answer.json["code"]) == (410, "checkin.code_expired")
    assert door.count("scans") == door.count("attendances") == 0


def test_a_replayed_code_with_a_time_to_fit_earns_nothing_by_itself(door):  # noqa: F811
    who = door.checked_in()
    answer = door.send(who, door.body(door.code(ago=4 * MINUTE), ago=4 * MINUTE))
    assert "needs_confirmation" in answer.json["flags"]
    assert answer.json["service_record"]["status"] == "pending"


def test_one_device_does_not_scan_for_thirty_people(door):  # noqa: F811
    """A volunteer's phone scans no card at all but its owner's, whoever's photo it shows."""
    cheat = door.checked_in()
    friends = [door.volunteer() for _ in range(30)]
    body = [door.body(door.card(f.person), shift_id=str(door.shift.id)) for f in friends]
    answers = door.send(cheat, {"scans": body}, "/api/v1/scans/batch").json["results"]
    assert {(row["status"], row["code"]) for row in answers} == {
        (403, "checkin.scanner_out_of_scope")
    }
    assert door.count("attendances") == 1


def test_overlapping_attendance_waits_for_a_worker(door):  # noqa: F811
    other = door.open_shift()
    who = door.volunteer(door.shift, other)
    for shift, minutes in ((door.shift, 50), (other, 40)):
        door.checked_in(who, minutes, shift)
        answer = door.scan(who, door.code(shift))
    assert "overlaps" in answer.json["flags"]
    assert answer.json["service_record"]["status"] == "pending"


def test_a_photo_of_a_card_is_worth_nothing_in_ones_own_hand(door):  # noqa: F811
    """Nobody scans their own card for a proof, and an old card's photo is nobody's."""
    owner = door.volunteer()
    alone = door.scan(owner, door.card(owner.person), shift_id=str(door.shift.id))
    assert alone.status_code == 403 or "needs_confirmation" in alone.json["flags"]
    door.run("UPDATE persons SET card_serial = 2 WHERE id = :id", id=owner.id)
    photo = door.body(door.card(owner.person, 1), shift_id=str(door.shift.id))
    assert door.send(door.as_steward, photo).status_code == 404


def test_nobody_verifies_their_own_service(door):  # noqa: F811
    with transaction():
        record = make.service_record(door.shift, door.steward, status="pending")
    answer = door.client.post(
        f"/api/v1/service-records/{record.id}/verify", json={}, headers=door.as_steward
    )
    assert (answer.status_code, answer.json["code"]) == (403, "checkin.own_record")


# After it


def test_honest_service_is_paid_at_once_and_held_by_nobody(yard):
    for n in range(6):
        yard.serve(start=-(30 + 24 * n) * HOUR, alone=False, by=yard.steward, **LAKE)
    yard.settle()
    assert found() == {}
    assert points_of(yard.volunteer.id)["available"] > 0
    assert points_of(yard.volunteer.id)["held"] == 0


def test_impossible_travel_is_found_and_its_points_wait(yard):
    first = yard.serve(start=-30 * HOUR, alone=False, **LAKE)
    then = yard.serve(start=-28.5 * HOUR, alone=False, **DALI)
    yard.settle()
    assert set(found()) == {("impossible_travel", r.id) for r in (first, then)}
    held = points_of(yard.volunteer.id)
    assert held["available"] == 0
    assert held["held"] > 0
    assert [f.facts for f in found().values()] == [{"distance": ">50 km", "minutes": 30}] * 2


def test_the_next_street_is_near_enough(yard):
    yard.serve(start=-30 * HOUR, alone=False, **LAKE)
    yard.serve(start=-29 * HOUR, alone=False, **STREET)
    yard.settle()
    assert found() == {}


@pytest.mark.parametrize(
    ("metres", "minutes", "fast"),
    [(1_900, 0, False), (2_100, 0, True), (60_000, 30, False), (63_000, 30, True)],
)
def test_how_fast_is_too_fast(metres, minutes, fast):
    assert too_fast(metres, timedelta(minutes=minutes)) is fast


def test_no_place_is_kept_with_what_was_found(yard):
    yard.serve(start=-30 * HOUR, alone=False, **LAKE)
    yard.serve(start=-28.5 * HOUR, alone=False, **DALI)
    yard.settle()
    kept = json.dumps([f.facts for f in found().values()]) + str(
        session().scalars(select(Dispute.reason)).all()
    )
    assert not any(part in kept for part in ("25.", "102.", "100.2"))
    assert {band(m) for m in (3_000, 30_000, 300_000)} == {"2-10 km", "10-50 km", ">50 km"}


def queue(yard, people, seconds):
    """`people` checked in at one shift by the steward's device within so many seconds."""
    shift = make.shift(yard.activity, starts_at=clock.now() - 30 * HOUR, hours=1, quota=100)
    records = [make.service_record(shift, make.person(), 60) for _ in range(people)]
    for n, record in enumerate(records):
        yard.scan(record, yard.steward, timedelta(seconds=seconds * n / people))
    yard.settle()
    return records


def test_one_device_that_scans_thirty_people_in_a_minute_is_found(yard):
    records = queue(yard, DEVICE_PEOPLE, 55)
    assert set(found()) == {("one_device", record.id) for record in records}
    assert {f.about_id for f in found().values()} == {yard.steward.id}
    for record in records[:3]:
        assert points_of(record.person_id)["available"] == 0


def test_a_steward_at_a_door_is_not(yard):
    queue(yard, DEVICE_PEOPLE, 600)
    assert found() == {}


def test_a_card_that_two_stewards_scan_at_two_shifts_at_once_is_found(yard):
    here = yard.serve(start=-30 * HOUR, alone=False)
    there = yard.serve(start=-30 * HOUR, alone=False)
    yard.scan(here, yard.steward)
    yard.scan(there, yard.other, timedelta(minutes=4))
    yard.settle()
    assert set(found()) == {("shared_card", here.id), ("shared_card", there.id)}
    assert points_of(yard.volunteer.id)["available"] == 0


def collude(yard, times=PAIR_RECORDS):
    return [yard.serve(start=-(30 + 24 * n) * HOUR, by=yard.steward) for n in range(times)]


def test_a_steward_and_a_volunteer_who_see_only_each_other_are_found(yard):
    records = collude(yard)
    yard.settle()
    assert set(found()) == {("one_pair", record.id) for record in records}
    assert {f.about_id for f in found().values()} == {yard.steward.id}
    assert points_of(yard.volunteer.id)["available"] == 0


def test_a_few_quiet_shifts_are_no_collusion(yard):
    collude(yard, PAIR_RECORDS - 1)
    yard.settle()
    assert found() == {}


def test_what_is_held_cannot_be_spent_and_silence_does_not_give_it_back(yard):
    collude(yard)
    yard.settle()
    holder = f"person:{yard.volunteer.id}"
    held = points_of(yard.volunteer.id)["held"]
    with pytest.raises(InsufficientPoints), session().begin_nested():
        ledger.hold(
            key="spend", owner=holder, amount=1, source="x:1", actor="system", today=NOVEMBER
        )
    later = clock.now() + timedelta(days=400)
    assert disputes.lapse(later) == 0
    session().expire_all()
    assert points_of(yard.volunteer.id)["held"] == held


def cases(yard):
    return session().scalars(select(Dispute).order_by(Dispute.id)).all()


def test_a_second_person_clears_it_and_not_who_is_concerned(yard):
    collude(yard)
    yard.settle()
    case = cases(yard)[0]
    for concerned in (yard.steward, yard.volunteer):
        with pytest.raises(IncentiveError) as refused, session().begin_nested():
            disputes.decide(
                caller_of(concerned), case.id, for_person=True, reason="没事", at=clock.now()
            )
        assert refused.value.code in {"points.not_yours_to_decide", "people.out_of_scope"}
    disputes.decide(
        caller_of(yard.chief), case.id, for_person=True, reason="已核实", at=clock.now()
    )
    session().expire_all()
    assert points_of(yard.volunteer.id)["available"] == case.held
    assert list(checks.run()) == []


def test_who_verified_the_record_does_not_decide_though_no_finding_names_them(yard):
    verifier = make.person("郑社工")
    make.grant(verifier, "administrator", at=yard.community)
    yard.serve(start=-30 * HOUR, alone=False, **LAKE)
    there = yard.serve(start=-29 * HOUR, alone=False, **DALI)
    there.decided_by = verifier.id
    session().flush()
    yard.settle()
    assert {f.about_id for f in found().values()} == {None}
    case = next(each for each in cases(yard) if verifier.id in each.concerned)
    with pytest.raises(NotYoursToDecide), session().begin_nested():
        disputes.decide_found(
            caller_of(verifier), case.id, for_person=True, reason="没事", at=clock.now()
        )
    disputes.decide_found(
        caller_of(yard.chief), case.id, for_person=True, reason="已核实", at=clock.now()
    )
    session().flush()
    with pytest.raises(IntegrityError, match="not_by_who_is_concerned"), session().begin_nested():
        session().execute(
            text("UPDATE disputes SET decided_by = :who WHERE id = :id"),
            {"who": verifier.id, "id": case.id},
        )


def test_or_takes_it_back_with_a_reason_that_stays(yard):
    collude(yard)
    yard.settle()
    total = points_of(yard.volunteer.id)["held"]
    case = cases(yard)[0]
    disputes.decide(
        caller_of(yard.chief), case.id, for_person=False, reason="查无此事", at=clock.now()
    )
    session().expire_all()
    assert points_of(yard.volunteer.id) == {"available": 0, "held": total - case.held}
    assert case.decision_reason == "查无此事"
    logged = session().execute(
        text("SELECT action, reason FROM audit_entries WHERE subject = :s ORDER BY id"),
        {"s": f"dispute:{case.id}"},
    )
    assert [row.action for row in logged] == ["dispute.open", "dispute.decide"]
    assert list(checks.run()) == []


def test_the_volunteer_sees_why_their_points_wait(yard):
    collude(yard)
    yard.settle()
    shown = disputes.mine(yard.volunteer.id, cursor=None, limit=20).items
    assert len(shown) == PAIR_RECORDS
    assert all(case.reason and case.status == "open" for case in shown)
    assert not any(yard.steward.volunteer_number in case.reason for case in shown)
