"""Scans that come at the same time, over real connections."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from psycopg import errors as postgres
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from incentive.core.db import transaction
from tests import factories as make


def at_once(app, sends):
    """Run every function of `sends` with a client of its own, all released together."""
    gate = threading.Barrier(len(sends))

    def run(send):
        with app.app_context():
            client = app.test_client()
            gate.wait()
            return send(client)

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(run, sends))


def post(who, body):
    return lambda client: client.post("/api/v1/scans", json=body, headers=who.headers)


def test_25_times_8_simultaneous_scans_of_one_nonce_are_25_attendances(live_door):
    door = live_door
    volunteers = [door.volunteer() for _ in range(25)]
    for verdict in ("check_in", "check_out"):
        code = door.code()
        for volunteer in volunteers:
            body = door.body(code)
            answers = at_once(door.app, [post(volunteer, body)] * 8)
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.data for answer in answers}) == 1
            assert answers[0].json["verdict"] == verdict
            assert sum("Idempotent-Replay" not in answer.headers for answer in answers) == 1
        assert door.count("attendances") == 25
        # Past the minute in which a second tap is taken for an accident.
        door.run("UPDATE attendances SET check_in_at = check_in_at - interval '10 minutes'")
    assert door.count("scans") == 50
    assert door.count("service_records") == 25
    assert door.run("SELECT DISTINCT status FROM service_records").all() == [("verified",)]


def test_two_nonces_of_one_person_at_once_are_one_attendance(live_door):
    door = live_door
    for _ in range(10):
        volunteer = door.volunteer()
        answers = at_once(door.app, [post(volunteer, door.body(door.code())) for _ in range(6)])
        verdicts = sorted(answer.json["verdict"] for answer in answers)
        assert verdicts == ["already_in"] * 5 + ["check_in"]
    assert door.count("attendances") == 10


def test_one_nonce_of_two_people_at_once_counts_for_one_of_them(live_door):
    door = live_door
    for number in range(10):
        one, other = door.volunteer(), door.volunteer()
        body = door.body(door.code())
        answers = at_once(door.app, [post(one, body), post(other, body)])
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert door.count("attendances") == number + 1


def test_scans_at_two_places_at_once_leave_one_open(live_door):
    door = live_door
    other = door.open_shift()
    for _ in range(10):
        volunteer = door.volunteer(door.shift, other)
        bodies = [door.body(door.code()), door.body(door.code(other))]
        answers = at_once(door.app, [post(volunteer, body) for body in bodies])
        assert [answer.json["verdict"] for answer in answers] == ["check_in"] * 2
        still_open = door.run(
            "SELECT count(*) FROM attendances WHERE person_id = :p AND check_out_at IS NULL",
            p=volunteer.id,
        )
        assert still_open.scalar() == 1
    assert door.count("service_records") == 10


def test_a_check_out_and_the_systems_close_at_once_leave_one_record(live_door):
    from incentive.checkin import jobs

    door = live_door
    for number in range(10):
        over = door.open_shift(starts=-timedelta(hours=2, minutes=1), hours=2)
        volunteer = door.checked_in(shift=over)
        job = lambda _client: jobs.close_overdue()  # noqa: E731
        _, answer = at_once(door.app, [job, post(volunteer, door.body(door.code(over)))])
        assert answer.json["verdict"] == "check_out"
        assert door.count("service_records") == number + 1
        kept = door.run("SELECT closed_by FROM attendances WHERE person_id = :p", p=volunteer.id)
        assert kept.scalar() == "scan"


def test_a_check_out_that_waited_for_the_systems_close_names_the_record_that_there_is(live_door):
    from incentive.checkin import service
    from incentive.core import clock

    door = live_door
    over = door.open_shift(starts=-timedelta(hours=2, minutes=1), hours=2)
    volunteer = door.checked_in(shift=over)
    body = door.body(door.code(over))
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            assert service.close_overdue(clock.now(), 9) == 1
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            told = pool.submit(at_once, door.app, [post(volunteer, body)])
            wait_until_somebody_waits_for(session, pid)
        answer = told.result()[0]
    assert answer.json["flags"] == ["counts_to_end", "replaces_system_close"]
    kept = door.run("SELECT id, status FROM service_records").one()
    assert answer.json["service_record"]["id"] == str(kept.id)
    assert kept.status == "verified"


def test_a_confirmation_does_not_override_a_rejection_made_at_the_same_time(live_door):
    from incentive.checkin import service
    from incentive.core import clock
    from incentive.people.caller import identify

    door = live_door
    volunteer = door.pending()
    path = f"/api/v1/attendances/{volunteer.attendance.id}/confirm"

    def confirm(client):
        return client.post(path, headers=door.as_steward)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            worker = identify(door.as_worker["Authorization"].split()[1])
            service.reject(UUID(volunteer.record), worker, "当天没有到场", clock.now())
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            told = pool.submit(at_once, door.app, [confirm])
            wait_until_somebody_waits_for(session, pid)
        answer = told.result()[0]
    assert (answer.status_code, answer.json["record_status"]) == (200, "rejected")
    kept = door.run("SELECT status, reason FROM service_records").one()
    assert kept == ("rejected", "当天没有到场")


def test_a_rejection_waits_for_a_confirmation_and_is_the_last_word(live_door):
    from incentive.checkin import service
    from incentive.core import clock
    from incentive.people.caller import identify

    door = live_door
    volunteer = door.pending()
    path = f"/api/v1/service-records/{volunteer.record}/reject"

    def reject(client):
        return client.post(path, headers=door.as_worker, json={"reason": "不是本人"})

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            steward = identify(door.as_steward["Authorization"].split()[1])
            service.confirm(volunteer.attendance.id, steward, clock.now())
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            told = pool.submit(at_once, door.app, [reject])
            wait_until_somebody_waits_for(session, pid)
        answer = told.result()[0]
    assert (answer.status_code, answer.json["status"]) == (200, "rejected")


def test_a_decision_on_what_was_decided_meanwhile_is_refused(door):
    from incentive.checkin import queries, service
    from incentive.checkin.errors import Raced
    from incentive.core import clock
    from incentive.people.caller import identify

    record = UUID(door.pending().record)
    with transaction():
        worker = identify(door.as_worker["Authorization"].split()[1])
        assert queries.decide(record, "pending", "rejected", worker.person_id, "x", clock.now())
        with pytest.raises(Raced):
            service._decide(record, "pending", "verified", worker, "", clock.now())
        assert queries.record(record).status == "rejected"


def wait_until_somebody_waits_for(session, pid):
    """Return once another connection waits for a lock that connection `pid` holds."""
    deadline = time.monotonic() + 5
    waiting = "SELECT count(*) FROM pg_locks WHERE :pid = ANY (pg_blocking_pids(pid))"
    while not session.scalar(text(waiting), {"pid": pid}):
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.02)


def test_the_books_hold_one_open_attendance_whatever_the_program_does(door):
    volunteer = door.checked_in()
    other = door.open_shift()
    with pytest.raises(IntegrityError) as refused:
        door.checked_in(volunteer, shift=other)
    assert isinstance(refused.value.orig, postgres.UniqueViolation)
    assert "uq_attendances_open" in str(refused.value)


def test_if_the_lock_failed_the_second_writer_would_decide_anew(door, monkeypatch):
    """The facts of the first try are from before somebody else's check-in."""
    from incentive.checkin import scan_queries, scanning

    volunteer = door.volunteer()
    fresh, calls = scan_queries.facts, []

    def stale_once(wire, wanted):
        known = fresh(wire, wanted)
        calls.append(known)
        return known._replace(here_id=None, here_in=None) if len(calls) == 1 else known

    with transaction():
        make.add(
            door.checked_in.__func__.__globals__["Attendance"](
                shift_id=door.shift.id,
                person_id=volunteer.id,
                check_in_at=make.NOW,
                check_in_proved=True,
            )
        )
    monkeypatch.setattr(scanning.scan_queries, "facts", stale_once)
    assert door.scan(volunteer).json["verdict"] == "check_out"
    assert len(calls) == 2


def test_after_the_server_was_away_the_next_scan_goes_through(live_door):
    door = live_door
    volunteers = [door.volunteer() for _ in range(4)]
    at_once(door.app, [post(who, door.body(door.code())) for who in volunteers])
    killing = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    door.run(killing)
    body = door.body(door.code())
    late = door.volunteer()
    # The connection that did the killing lives; make it die as well.
    with pytest.raises(OperationalError):
        door.run("SELECT pg_terminate_backend(pg_backend_pid())")
    answers = [door.send(late, body) for _ in range(2)]
    assert answers[-1].status_code == 201
    assert {answer.status_code for answer in answers} <= {201, 503}
