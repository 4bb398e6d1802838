"""What becomes of attendances: closing, confirming, verifying, rejecting, settling."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from incentive.checkin import events, jobs, service
from incentive.checkin.models import LANES
from incentive.core import clock
from incentive.core.db import session, transaction
from tests import factories as make
from tests.checkin.conftest import HOUR, MINUTE


@pytest.fixture
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(events, "on_verified", [heard.extend])
    return heard


def decide(door, who, record, verb="verify", body=None):
    headers = who if isinstance(who, dict) else who.headers
    return door.client.post(f"/api/v1/service-records/{record}/{verb}", json=body, headers=headers)


def test_an_attendance_nobody_ended_is_closed_at_the_shifts_end_and_marked_so(door):
    over = door.open_shift(starts=-2 * HOUR, hours=1)
    door.checked_in(minutes_ago=91, shift=over)
    door.checked_in()
    jobs.close_overdue()
    closed = door.run(
        "SELECT a.closed_by, a.check_out_at = h.ends_at, a.check_out_proved, v.minutes, v.status"
        " FROM attendances a JOIN shifts h ON h.id = a.shift_id"
        " JOIN service_records v ON v.attendance_id = a.id"
    ).all()
    assert closed == [("system", True, False, 30, "pending")]


def test_closing_again_closes_nothing_more(door):
    over = door.open_shift(starts=-2 * HOUR, hours=1)
    for _ in range(3):
        door.checked_in(minutes_ago=90, shift=over)
    with transaction():
        assert service.close_overdue(clock.now(), 2) == 2
    with transaction():
        assert service.close_overdue(clock.now(), 2) == 1
    with transaction():
        assert service.close_overdue(clock.now(), 2) == 0
    assert door.count("service_records") == 3


def test_a_check_out_soon_after_the_end_replaces_what_the_system_assumed(door):
    over = door.open_shift(starts=-timedelta(hours=1, minutes=5), hours=1)
    volunteer = door.checked_in(minutes_ago=35, shift=over)
    jobs.close_overdue()
    answer = door.scan(volunteer, door.code(over))
    assert sorted(answer.json["flags"]) == ["counts_to_end", "replaces_system_close"]
    assert answer.json["service_record"]["status"] == "verified"
    assert door.count("service_records") == 1


def test_a_record_that_a_worker_decided_is_not_replaced(door):
    over = door.open_shift(starts=-timedelta(hours=1, minutes=5), hours=1)
    volunteer = door.checked_in(minutes_ago=35, shift=over)
    jobs.close_overdue()
    record = door.run("SELECT id FROM service_records").scalar()
    assert decide(door, door.as_worker, record).status_code == 200
    answer = door.scan(volunteer, door.code(over))
    assert (answer.status_code, answer.json["code"]) == (409, "checkin.already_out")


def test_an_automatically_verified_record_is_told_to_settlement(door, told):
    answer = door.scan(door.checked_in())
    assert told == [UUID(answer.json["service_record"]["id"])]


def test_a_worker_in_scope_verifies_once_however_often(door, told):
    record = door.pending().record
    first, again = (decide(door, door.as_worker, record) for _ in range(2))
    assert (first.status_code, first.json["status"]) == (200, "verified")
    assert again.json == first.json
    assert told == [UUID(record)]


def test_a_rejection_needs_a_reason_and_shows_it_to_the_person(door):
    volunteer = door.pending()
    for body in ({}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 501}):
        assert decide(door, door.as_worker, volunteer.record, "reject", body).status_code == 422
    reason = {"reason": "当天没有到场"}
    assert decide(door, door.as_worker, volunteer.record, "reject", reason).status_code == 200
    mine = door.client.get("/api/v1/me/service-records", headers=volunteer.headers).json["items"]
    assert [(row["status"], row["reason"]) for row in mine] == [("rejected", "当天没有到场")]


def test_a_decision_may_be_changed_until_points_are_paid(door):
    record = door.pending().record
    reason = {"reason": "不是本人"}
    assert decide(door, door.as_worker, record).json["status"] == "verified"
    assert decide(door, door.as_worker, record, "reject", reason).json["status"] == "rejected"
    again = {"reason": "是本人，查过了"}
    assert decide(door, door.as_worker, record, body=again).json["status"] == "verified"
    with transaction():
        assert [r.record_id for r in taken(clock.now(), 9)] == [record]
    answer = decide(door, door.as_worker, record, "reject", reason)
    assert (answer.status_code, answer.json["code"]) == (409, "checkin.already_settled")
    assert decide(door, door.as_worker, record).status_code == 200


def test_every_decision_leaves_its_trace(door):
    confirmed, record = door.pending(), door.pending().record
    path = f"/api/v1/attendances/{confirmed.attendance.id}/confirm"
    door.client.post(path, headers=door.as_steward)
    decide(door, door.as_worker, record, "reject", {"reason": "没有到场"})
    decide(door, door.as_steward, record, body={"reason": "到了，我在场"})
    decide(door, door.as_worker, record)
    left = door.run(
        "SELECT record_id::text, status, reason, decided_by FROM record_decisions ORDER BY id"
    ).all()
    assert left == [
        (confirmed.record, "verified", "", door.steward.id),
        (record, "rejected", "没有到场", door.worker.id),
        (record, "verified", "到了，我在场", door.steward.id),
    ]


@pytest.mark.parametrize("body", [None, {}])
def test_a_rejected_record_is_not_verified_without_a_reason(door, body):
    record = door.pending().record
    decide(door, door.as_worker, record, "reject", {"reason": "没有到场"})
    answer = decide(door, door.as_worker, record, body=body)
    assert (answer.status_code, answer.json["code"]) == (422, "checkin.reason_missing")
    assert answer.json["field"] == "reason"
    assert decide(door, door.as_worker, record, body={"reason": " "}).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record_decisions SET reason = 'x'",
        "DELETE FROM record_decisions",
        "TRUNCATE record_decisions",
    ],
)
def test_the_program_may_not_change_what_was_decided(live_door, change):
    live_door.run("SELECT FROM record_decisions")
    with pytest.raises(ProgrammingError, match="permission denied"):
        live_door.run(change)


def test_nobody_decides_on_their_own_service(door):
    steward = door.checked_in(door.stranger(), proved=False)
    with transaction():
        make.grant(steward.person, "community_worker", at=door.community)
    record = door.scan(steward).json["service_record"]["id"]
    for verb, body in (("verify", None), ("reject", {"reason": "x"})):
        answer = decide(door, steward, record, verb, body)
        assert (answer.status_code, answer.json["code"]) == (403, "checkin.own_record")
    answer = door.client.post(
        f"/api/v1/attendances/{steward.attendance.id}/confirm", headers=steward.headers
    )
    assert (answer.status_code, answer.json["code"]) == (403, "checkin.own_record")


def test_nobody_decides_outside_their_scope(door):
    record = door.pending().record
    with transaction():
        other = make.person()
        make.grant(other, "community_worker", at=make.region("530102001002"))
        headers = make.bearer(other)
    for who in (headers, door.volunteer()):
        answer = decide(door, who, record)
        assert (answer.status_code, answer.json["code"]) == (403, "people.out_of_scope")
    assert decide(door, {}, record).status_code == 401
    listed = door.client.get("/api/v1/service-records", headers=headers)
    assert listed.json["items"] == []


def test_a_record_that_there_is_none_of_is_not_found(door):
    answer = decide(door, door.as_worker, uuid4())
    assert (answer.status_code, answer.json["code"]) == (404, "checkin.unknown_record")
    path = f"/api/v1/attendances/{uuid4()}/confirm"
    answer = door.client.post(path, headers=door.as_worker)
    assert (answer.status_code, answer.json["code"]) == (404, "checkin.unknown_attendance")


def test_workers_see_what_waits_for_them_the_oldest_first_without_names(door):
    records = [door.pending().record for _ in range(3)]
    url = "/api/v1/service-records?status=pending&limit=2"
    first = door.client.get(url, headers=door.as_worker).json
    rest = door.client.get(f"{url}&cursor={first['next_cursor']}", headers=door.as_worker).json
    assert [row["id"] for row in first["items"] + rest["items"]] == records
    assert rest["next_cursor"] is None
    assert "张三" not in str(first)


def test_a_stewards_confirmation_stands_in_for_the_missing_proof(door, told):
    volunteer = door.pending()
    path = f"/api/v1/attendances/{volunteer.attendance.id}/confirm"
    answers = [door.client.post(path, headers=door.as_steward) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert answers[0].json["confirmed"]
    assert answers[0].json["record_status"] == "verified"
    assert told == [UUID(volunteer.record)]


def test_confirming_somebody_who_is_still_there_proves_the_coming_only(door):
    volunteer = door.checked_in(proved=False)
    path = f"/api/v1/attendances/{volunteer.attendance.id}/confirm"
    assert door.client.post(path, headers=door.as_steward).json["check_out_proved"] is None
    assert door.scan(volunteer).json["service_record"]["status"] == "verified"


def test_confirming_does_not_decide_when_somebody_left(door):
    over = door.open_shift(starts=-2 * HOUR, hours=1)
    volunteer = door.checked_in(shift=over, minutes_ago=90)
    jobs.close_overdue()
    path = f"/api/v1/attendances/{volunteer.attendance.id}/confirm"
    assert door.client.post(path, headers=door.as_steward).json["record_status"] == "pending"


def test_who_is_there_is_shown_to_those_who_run_the_shift_by_number(door):
    volunteer = door.checked_in()
    path = f"/api/v1/shifts/{door.shift.id}/attendances"
    listed = door.client.get(path, headers=door.as_steward)
    assert [row["volunteer_number"] for row in listed.json["items"]] == [
        volunteer.person.volunteer_number
    ]
    assert "张三" not in listed.text
    assert door.client.get(path, headers=volunteer.headers).status_code == 403
    assert door.client.get(path).status_code == 401


# What settlement takes over


def taken(at, limit):
    return [record for lane in LANES for record in service.take_unsettled(lane, at, limit)[0]]


def test_settlement_takes_verified_records_the_oldest_first_until_there_are_none(door):
    ids = {door.scan(door.checked_in()).json["service_record"]["id"] for _ in range(5)}
    door.pending()
    at = clock.now()
    found = []
    with transaction():
        assert (service.count_unsettled(2), service.count_unsettled(9)) == (2, 5)
        for lane in LANES:
            oldest, others = (service.take_unsettled(lane, at, limit)[0] for limit in (1, 9))
            assert all(one.record_id < other.record_id for one in oldest for other in others)
            found += [*oldest, *others]
        assert taken(at, 9) == []
    assert {record.record_id for record in found} == ids
    assert {record.activity_id for record in found} == {str(door.activity.id)}
    assert {record.region_id for record in found} == {str(door.community.id)}
    assert {(record.activity_kind, record.minutes) for record in found} == {("environment", 30)}


def test_a_short_rest_of_a_lane_is_taken_along_and_a_longer_one_is_left(door):
    for _ in range(40):
        door.scan(door.checked_in())
    many = "SELECT lane, count(*) FROM unsettled_records GROUP BY lane ORDER BY 2 DESC LIMIT 1"
    with transaction():
        lane, size = session().execute(text(many)).one()
        for rest, taken_then in ((size // 9, size), (size // 9 + 1, size - size // 9 - 1)):
            trial = session().begin_nested()
            found, _, are_more = service.take_unsettled(lane, clock.now(), size - rest)
            assert (len(found), are_more) == (taken_then, taken_then < size)
            trial.rollback()


def test_a_record_that_is_postponed_or_put_back_waits_for_its_time(door):
    record = door.scan(door.checked_in()).json["service_record"]["id"]
    at = clock.now()
    with transaction():
        service.postpone([UUID(record)], at + 5 * MINUTE)
        assert taken(at, 9) == []
        (found,) = taken(at + 5 * MINUTE, 9)
        assert found.record_id == record
        service.put_back([record], at + 9 * MINUTE)
        assert taken(at + 8 * MINUTE, 9) == []
        assert taken(at + 9 * MINUTE, 9) == [found]


def test_all_records_of_a_person_are_in_one_lane(door):
    for _ in range(12):
        door.scan(door.checked_in())
    with transaction():
        lanes = [service.take_unsettled(lane, clock.now(), 99)[0] for lane in LANES]
    assert sum(len(lane) for lane in lanes) == 12
    first, second = ({record.person_id for record in lane} for lane in lanes)
    assert not first & second


def test_two_settlers_never_get_the_same_record(live_door):
    import threading

    door = live_door
    for _ in range(6):
        door.scan(door.checked_in())
    got, second = [], []
    with transaction():
        got.extend(record.record_id for record in taken(clock.now(), 1))

        def other():
            with door.app.app_context(), transaction():
                second.extend(record.record_id for record in taken(clock.now(), 9))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert got
    assert len(got) + len(second) == 6
    assert not set(got) & set(second)
