"""Scans at the door: in, out, twice, elsewhere, by whom, and when."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from incentive.checkin import showing
from incentive.checkin.scan_queries import Known
from incentive.core import clock
from incentive.core.codes import CodeKeys, new_redemption_code, rotating_code
from incentive.core.db import transaction
from tests import factories as make
from tests.checkin.conftest import HOUR, MINUTE

KUNMING = {"latitude": 25.0389, "longitude": 102.7183}


def refused(answer, status, code):
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert answer.mimetype == "application/problem+json"
    assert answer.json["detail"]


def test_whoever_signed_up_checks_in_with_the_code_on_the_screen(door):
    volunteer = door.volunteer()
    answer = door.scan(volunteer)
    assert answer.status_code == 201
    assert answer.json["verdict"] == "check_in"
    assert answer.json["volunteer_number"] == volunteer.person.volunteer_number
    assert answer.json["check_out_at"] is None
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is True


def test_the_second_scan_checks_out_and_makes_a_verified_record(door):
    answer = door.scan(door.checked_in(minutes_ago=30))
    assert answer.json["verdict"] == "check_out"
    assert answer.json["service_record"]["minutes"] == 30
    assert answer.json["service_record"]["status"] == "verified"
    row = door.run("SELECT status, decided_by, recorder_id, day, reason FROM service_records").one()
    assert (row.status, row.decided_by, row.recorder_id, row.reason) == ("verified", None, None, "")


def test_an_answer_tells_nothing_of_the_person_but_the_number(door):
    answer = door.scan(door.volunteer(name="赵秘密"))
    assert "赵秘密" not in answer.text


def test_a_tap_repeated_within_a_minute_changes_nothing(door):
    volunteer = door.volunteer()
    first, again = door.scan(volunteer), door.scan(volunteer)
    assert again.json["verdict"] == "already_in"
    assert again.json["attendance_id"] == first.json["attendance_id"]
    assert door.count("service_records") == 0


def test_the_same_nonce_gets_the_very_same_answer(door):
    volunteer = door.volunteer()
    body = door.body(door.code())
    first, again = door.send(volunteer, body), door.send(volunteer, body)
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert door.count("scans") == 1


def test_a_nonce_with_another_scan_is_a_conflict(door):
    volunteer = door.volunteer()
    body = door.body(door.code())
    door.send(volunteer, body)
    refused(door.send(volunteer, body | {"code": door.printed()}), 409, "checkin.nonce_reused")


def test_somebody_elses_nonce_is_a_conflict_and_tells_nothing_of_theirs(door):
    body = door.body(door.code())
    door.send(door.volunteer(), body)
    refused(door.send(door.volunteer(), body), 409, "checkin.nonce_reused")


def test_a_refused_scan_may_be_tried_again_with_its_nonce(door):
    volunteer = door.stranger()
    body = door.body(door.code())
    refused(door.send(volunteer, body), 409, "checkin.not_signed_up")
    door.run("UPDATE shifts SET walk_ins = true")
    assert door.send(volunteer, body).json["verdict"] == "check_in"


def test_time_before_the_shift_is_travel(door):
    volunteer = door.checked_in(minutes_ago=75)
    assert door.scan(volunteer).json["service_record"]["minutes"] == 60


@pytest.mark.parametrize(
    ("make_code", "status", "reason"),
    [
        (lambda _: "R??", 422, "checkin.code_garbled"),
        (lambda _: "https://elsewhere.example/s/" + "Z" * 14, 422, "checkin.code_garbled"),
        (lambda door: door.code()[:-1] + "0", 422, "checkin.code_forged"),
        (lambda door: door.printed()[:-1] + "0", 422, "checkin.code_forged"),
        (lambda door: door.code(ago=10 * MINUTE), 410, "checkin.code_expired"),
        (lambda door: door.printed(serial=0), 410, "checkin.code_expired"),
        (lambda _: new_redemption_code().text, 404, "checkin.unknown_code"),
    ],
)
def test_a_code_that_is_not_good_now_is_refused_and_nothing_is_written(
    door, make_code, status, reason
):
    volunteer = door.volunteer()
    code = make_code(door)
    if reason == "checkin.code_forged" and code in {door.code(), door.printed()}:
        code = code[:-1] + "1"
    refused(door.scan(volunteer, code), status, reason)
    assert (door.count("scans"), door.count("attendances")) == (0, 0)


def test_another_jurisdictions_code_is_refused(door):
    keys = CodeKeys.derive(b"x" * 32, "second")
    code = rotating_code(keys, door.shift.number, clock.now()).text
    refused(door.scan(door.volunteer(), code), 422, "checkin.code_foreign")


def test_a_code_of_a_shift_that_is_not_in_the_books_is_refused(door):
    from incentive.core.keys import code_keys

    code = rotating_code(code_keys(), 999_999, clock.now()).text
    refused(door.scan(door.volunteer(), code), 404, "checkin.unknown_shift")


def test_without_a_session_nobody_learns_whether_a_code_is_good(door):
    for code in (door.code(), "garbled"):
        refused(door.scan({}, code), 401, "people.not_signed_in")
        refused(door.scan({"Authorization": "Bearer x"}, code), 401, "people.not_signed_in")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("withdrawn", "checkin.withdrawn"),
        ("cancelled", "checkin.sign_up_cancelled"),
        ("waiting", "checkin.waiting_list"),
    ],
)
def test_whoever_has_no_place_is_refused(door, status, code):
    refused(door.scan(door.volunteer(status=status)), 409, code)
    assert door.count("attendances") == 0


def test_a_shift_that_takes_walk_ins_notes_them_as_such(door):
    shift = door.open_shift(walk_ins=True)
    answer = door.scan(door.stranger(), door.code(shift))
    assert "walk_in" in answer.json["flags"]
    assert door.run("SELECT walk_in FROM attendances").scalar() is True


def test_a_cancelled_shift_lets_nobody_in(door):
    door.run("UPDATE shifts SET status = 'cancelled'")
    refused(door.scan(door.volunteer()), 409, "checkin.shift_cancelled")


@pytest.mark.parametrize(("starts", "code"), [(HOUR, "too_early"), (-4 * HOUR, "too_late")])
def test_a_shift_has_its_hours(door, starts, code):
    shift = door.open_shift(starts=starts)
    refused(door.scan(door.volunteer(shift), door.code(shift)), 409, f"checkin.{code}")


def test_being_scanned_elsewhere_closes_the_open_attendance_within_its_shift(door):
    over = door.open_shift(starts=-2 * HOUR, hours=1)
    volunteer = door.volunteer(door.shift, over)
    door.checked_in(volunteer, minutes_ago=91, shift=over)
    answer = door.scan(volunteer)
    assert answer.json["flags"] == ["closes_elsewhere"]
    closed = door.run(
        "SELECT a.closed_by, a.check_out_at = h.ends_at AS at_end, v.minutes, v.status"
        " FROM attendances a JOIN shifts h ON h.id = a.shift_id"
        " JOIN service_records v ON v.attendance_id = a.id"
    ).one()
    assert tuple(closed) == ("elsewhere", True, 30, "pending")


def test_being_scanned_elsewhere_while_that_shift_runs_ends_there_now(door):
    other = door.open_shift()
    volunteer = door.volunteer(door.shift, other)
    door.checked_in(volunteer, minutes_ago=20, shift=other)
    door.scan(volunteer)
    assert door.run("SELECT minutes, status FROM service_records").one() == (20, "pending")


def test_a_late_upload_counts_at_the_devices_time_and_waits_for_a_worker(door):
    volunteer = door.volunteer()
    answer = door.scan(volunteer, door.code(ago=30 * MINUTE), ago=30 * MINUTE)
    assert answer.json["flags"] == ["offline"]
    assert answer.json["check_in_at"] < (clock.now() - 29 * MINUTE).isoformat()
    assert door.scan(volunteer).json["service_record"]["status"] == "pending"


def test_a_check_in_and_its_check_out_uploaded_later_keep_their_times(door):
    volunteer = door.volunteer()
    for minutes, verdict in ((50, "check_in"), (20, "check_out")):
        ago = timedelta(minutes=minutes)
        answer = door.scan(volunteer, door.code(ago=ago), ago=ago)
        assert answer.json["verdict"] == verdict
    assert answer.json["service_record"]["minutes"] == 30


def test_an_earlier_check_in_that_arrives_late_is_looked_at_by_a_worker(door):
    volunteer = door.checked_in(minutes_ago=20)
    answer = door.scan(volunteer, door.code(ago=40 * MINUTE), ago=40 * MINUTE)
    assert (answer.json["verdict"], answer.json["flags"]) == ("already_in", ["needs_confirmation"])
    assert door.scan(volunteer).json["service_record"]["status"] == "pending"


def test_a_second_tap_leaves_the_check_in_as_proved_as_it_was(door):
    volunteer = door.volunteer()
    for _ in range(2):
        door.scan(volunteer)
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is True


def served_elsewhere(door, volunteer, *, since, until):
    """An attendance at another shift, in and out by proved scans, from and to minutes ago."""
    other = door.open_shift(-3 * HOUR, 4)
    door.checked_in(volunteer, since, other)
    with transaction() as session:
        make.sign_up(session.merge(volunteer.person), session.merge(other))
    answer = door.scan(volunteer, door.code(other)).json
    assert answer["service_record"]["status"] == "verified"
    door.run(
        "UPDATE attendances SET check_out_at = :at WHERE shift_id = :s",
        at=clock.now() - until * MINUTE,
        s=other.id,
    )
    return answer["service_record"]["id"]


def records(door):
    listed = door.client.get("/api/v1/service-records", headers=door.as_worker).json["items"]
    return [(row["id"], row["overlaps"]) for row in listed]


def test_minutes_that_are_on_record_elsewhere_are_for_a_worker_to_decide(door):
    volunteer = door.volunteer()
    served_elsewhere(door, volunteer, since=60, until=20)
    door.checked_in(volunteer, minutes_ago=40)
    answer = door.scan(volunteer).json
    assert answer["flags"] == ["overlaps"]
    assert answer["service_record"]["status"] == "pending"
    assert records(door) == [(answer["service_record"]["id"], True)]


def test_a_check_in_within_the_time_of_another_attendance_proves_nothing(door):
    volunteer = door.volunteer()
    served_elsewhere(door, volunteer, since=60, until=0.1)
    door.run("UPDATE attendances SET check_out_at = check_out_at + interval '1 minute'")
    assert door.scan(volunteer).json["flags"] == ["overlaps"]
    door.run(
        "UPDATE attendances SET check_in_at = :at WHERE closed_by IS NULL",
        at=clock.now() - 40 * MINUTE,
    )
    assert door.scan(volunteer).json["service_record"]["status"] == "pending"


def test_minutes_sent_later_that_lie_around_another_attendance_overlap_too(door):
    volunteer = door.volunteer()
    first = served_elsewhere(door, volunteer, since=30, until=20)
    for minutes in (50, 10):
        ago = timedelta(minutes=minutes)
        answer = door.scan(volunteer, door.code(ago=ago), ago=ago).json
    assert answer["flags"] == ["offline", "overlaps"]
    # Once the worker has rejected the other one, nothing overlaps any more.
    path = f"/api/v1/service-records/{first}/reject"
    door.client.post(path, headers=door.as_worker, json={"reason": "不在那里"})
    assert records(door) == [(answer["service_record"]["id"], False)]


def test_one_shift_after_the_other_does_not_overlap(door):
    volunteer = door.volunteer()
    served_elsewhere(door, volunteer, since=60, until=40)
    door.checked_in(volunteer, minutes_ago=40)
    door.run(
        "UPDATE attendances a SET check_in_at = b.check_out_at FROM attendances b"
        " WHERE a.check_out_at IS NULL AND b.check_out_at IS NOT NULL"
    )
    answer = door.scan(volunteer).json
    assert (answer["flags"], answer["service_record"]["status"]) == ([], "verified")


def test_waiting_for_a_shift_while_serving_at_another_does_not_overlap(door):
    """What lies outside the shift's hours is no service."""
    volunteer = door.volunteer()
    served_elsewhere(door, volunteer, since=120, until=60.5)
    door.checked_in(volunteer, minutes_ago=70)
    answer = door.scan(volunteer).json
    assert (answer["flags"], answer["service_record"]["status"]) == ([], "verified")


def test_the_audit_finds_two_records_that_verified_themselves_on_the_same_minutes(door):
    from incentive.ledger import checks

    volunteer = door.volunteer()
    served_elsewhere(door, volunteer, since=60, until=20)
    door.checked_in(volunteer, minutes_ago=40)
    record = door.scan(volunteer).json["service_record"]["id"]
    with transaction():
        assert list(checks.run()) == []
    door.run("UPDATE service_records SET status = 'verified', decided_at = now()")
    with transaction():
        (finding,) = checks.run()
    assert record in str(finding)
    door.run("UPDATE service_records SET decided_by = :w WHERE id = :r", w=door.worker.id, r=record)
    with transaction():
        assert list(checks.run()) == []


def test_an_upload_after_three_days_is_refused(door):
    ago = timedelta(hours=73)
    refused(door.scan(door.volunteer(), door.code(ago=ago), ago=ago), 409, "checkin.late_upload")


def test_a_clock_that_is_ahead_gives_way_to_the_servers(door):
    answer = door.scan(door.volunteer(), ago=-10 * MINUTE)
    assert answer.json["flags"] == ["server_time"]
    assert answer.json["check_in_at"] <= clock.now().isoformat()


def test_a_printed_code_in_its_place_proves_presence_but_not_that_somebody_saw_it(door):
    shift = door.open_shift(**KUNMING, radius_m=100)
    near = KUNMING | {"latitude": 25.0395}
    answer = door.scan(door.volunteer(shift), door.printed(shift), place=near)
    assert answer.json["flags"] == []
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is False


@pytest.mark.parametrize("place", [None, {"latitude": 25.1, "longitude": 102.7183}])
def test_a_printed_code_elsewhere_or_nowhere_waits_for_confirmation(door, place):
    shift = door.open_shift(**KUNMING, radius_m=100)
    more = {"place": place} if place else {}
    answer = door.scan(door.volunteer(shift), door.printed(shift), **more)
    assert answer.json["flags"] == ["needs_confirmation"]


def test_no_coordinates_are_kept_anywhere(door):
    shift = door.open_shift(**KUNMING, radius_m=100)
    place = {"latitude": 25.03871234, "longitude": 102.7183}
    door.scan(door.volunteer(shift), door.printed(shift), place=place)
    kept = door.run(
        "SELECT row_to_json(s)::text || row_to_json(a)::text FROM scans s, attendances a"
    )
    assert "25.0387" not in kept.scalar()


def test_without_anybody_else_showing_the_code_a_scan_does_not_count_by_itself(door):
    shift = door.open_shift(shown=False)
    volunteer = door.checked_in(shift=shift)
    answer = door.scan(volunteer, door.code(shift))
    assert answer.json["service_record"]["status"] == "pending"


def test_whoever_shows_the_code_does_not_prove_their_own_service(door):
    steward = door.stranger()
    with_sign_up = door.volunteer()
    door.run("UPDATE code_runs SET person_id = :p", p=with_sign_up.id)
    assert steward
    door.checked_in(with_sign_up)
    assert door.scan(with_sign_up).json["service_record"]["status"] == "pending"


def test_whoever_may_run_the_shift_does_not_prove_their_own_service(door):
    volunteer = door.volunteer()
    with transaction() as session:
        make.grant(session.merge(volunteer.person), "grid_worker", at=door.community)
    assert door.scan(volunteer).json["flags"] == ["needs_confirmation"]
    door.run("UPDATE attendances SET check_in_at = check_in_at - interval '50 minutes'")
    answer = door.scan(volunteer).json
    assert answer["flags"] == ["needs_confirmation"]
    assert answer["service_record"]["status"] == "pending"


def test_whoever_showed_the_code_themselves_needs_another_witness_even_beside_one(door):
    volunteer = door.volunteer()
    with transaction():
        showing.note(door.shift.id, volunteer.id, clock.now() - HOUR)
    assert door.scan(volunteer).json["flags"] == ["needs_confirmation"]
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is False


def test_a_role_elsewhere_takes_nothing_from_a_volunteer(door):
    volunteer = door.volunteer()
    with transaction() as session:
        person = session.merge(volunteer.person)
        make.grant(person, "grid_worker", at=make.region("530102001002"))
    assert door.scan(volunteer).json["flags"] == []
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is True


def test_a_code_shown_two_minutes_ago_is_shown_no_more(door):
    door.run("UPDATE code_runs SET seen_at = seen_at - interval '2 minutes'")
    volunteer = door.checked_in()
    assert door.scan(volunteer).json["service_record"]["status"] == "pending"


@pytest.mark.parametrize("seconds", [150, 298])
def test_a_photo_of_the_code_with_a_time_to_fit_is_taken_and_proves_nothing(door, seconds):
    ago = timedelta(seconds=seconds)
    answer = door.scan(door.volunteer(), door.code(ago=ago), ago=ago)
    assert answer.json["flags"] == ["needs_confirmation"]
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is False


def test_a_code_that_took_half_a_minute_to_arrive_proves(door):
    ago = timedelta(seconds=30)
    answer = door.scan(door.volunteer(), door.code(ago=ago), ago=ago)
    assert answer.json["flags"] == []
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is True


def test_a_slow_clock_gives_way_to_the_time_of_the_code_that_it_read(door):
    answer = door.scan(door.volunteer(), ago=4 * MINUTE)
    assert answer.json["flags"] == ["server_time"]
    assert answer.json["check_in_at"] > (clock.now() - MINUTE).isoformat()
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is True


def test_a_screen_that_was_dark_when_the_scan_came_proves_nothing(door):
    door.run("UPDATE code_runs SET seen_at = seen_at - interval '2 minutes'")
    ago = timedelta(seconds=80)
    door.scan(door.volunteer(), door.code(ago=ago), ago=ago)
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is False


# Stewards


def test_a_steward_scans_a_members_card(door):
    volunteer = door.volunteer()
    card = door.card(volunteer.person)
    answer = door.scan(door.as_steward, card, shift_id=str(door.shift.id))
    assert answer.json["verdict"] == "check_in"
    assert answer.json["volunteer_number"] == volunteer.person.volunteer_number
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is True


def test_a_check_out_by_card_names_the_steward_as_recorder(door):
    volunteer = door.checked_in()
    door.scan(door.as_steward, door.card(volunteer.person), shift_id=str(door.shift.id))
    recorder = door.run("SELECT recorder_id FROM service_records").scalar()
    assert recorder == door.steward.id


@pytest.mark.parametrize("field", ["code", "volunteer_number"])
def test_a_steward_types_a_volunteer_number_as_it_is_printed(door, field):
    number = door.volunteer().person.volunteer_number
    typed = f"{number[:4]}-{number[4:8]}-{number[8:12]}-{number[12:]}"
    body = door.body("") | {"shift_id": str(door.shift.id), field: typed}
    if field == "volunteer_number":
        del body["code"]
    assert door.send(door.as_steward, body).json["verdict"] == "check_in"


def test_only_a_steward_of_the_shift_scans_cards(door):
    volunteer = door.volunteer()
    for who in (door.volunteer(), volunteer):
        answer = door.scan(who, door.card(volunteer.person), shift_id=str(door.shift.id))
        refused(answer, 403, "checkin.scanner_out_of_scope")


def test_a_steward_of_another_community_scans_nobody_here(door):
    with transaction():
        other = make.person()
        make.grant(other, "grid_worker", at=make.region("530102001002"))
        headers = make.bearer(other)
    card = door.card(door.volunteer().person)
    answer = door.scan(headers, card, shift_id=str(door.shift.id))
    refused(answer, 403, "checkin.scanner_out_of_scope")


def test_a_steward_does_not_prove_their_own_service(door):
    door.run(
        "INSERT INTO sign_ups SELECT gen_random_uuid(), :s, :p, 'confirmed', now(), now()",
        s=door.shift.id,
        p=door.steward.id,
    )
    answer = door.scan(door.as_steward, door.card(door.steward), shift_id=str(door.shift.id))
    assert answer.json["verdict"] == "check_in"
    assert answer.json["flags"] == ["needs_confirmation"]
    assert door.run("SELECT check_in_proved FROM attendances").scalar() is False


def test_a_card_needs_its_shift_and_a_shifts_code_none(door):
    volunteer = door.volunteer()
    card = door.card(volunteer.person)
    refused(door.scan(door.as_steward, card), 422, "checkin.shift_missing")
    answer = door.scan(volunteer, door.code(), shift_id=str(door.shift.id))
    refused(answer, 422, "checkin.shift_superfluous")


def test_a_reissued_card_is_refused(door):
    volunteer = door.volunteer()
    old = door.card(volunteer.person)
    door.run("UPDATE persons SET card_serial = 2 WHERE id = :p", p=volunteer.id)
    shift_id = str(door.shift.id)
    refused(door.scan(door.as_steward, old, shift_id=shift_id), 404, "checkin.unknown_person")
    new = door.card(volunteer.person, serial=2)
    assert door.scan(door.as_steward, new, shift_id=shift_id).status_code == 201


def test_a_forged_card_is_refused(door):
    card = door.card(door.volunteer().person)
    forged = card[:40] + ("0" if card[40] != "0" else "1") + card[41:]
    answer = door.scan(door.as_steward, forged, shift_id=str(door.shift.id))
    refused(answer, 422, "checkin.code_forged")


def test_a_suspended_person_is_not_let_in_but_may_still_leave(door):
    coming, leaving = door.volunteer(), door.checked_in()
    door.run(
        "UPDATE persons SET status = 'suspended' WHERE id IN (:a, :b)", a=coming.id, b=leaving.id
    )
    shift_id = str(door.shift.id)
    answer = door.scan(door.as_steward, door.card(coming.person), shift_id=shift_id)
    refused(answer, 403, "checkin.suspended")
    answer = door.scan(door.as_steward, door.card(leaving.person), shift_id=shift_id)
    assert answer.json["verdict"] == "check_out"


def test_a_steward_lets_somebody_in_from_the_waiting_list_once_the_shift_runs(door):
    waiting = door.volunteer(status="waiting")
    answer = door.scan(door.as_steward, door.card(waiting.person), shift_id=str(door.shift.id))
    assert answer.json["flags"] == ["admits_waiting"]
    assert door.run("SELECT verdict FROM scans").scalar() == "in_from_waiting_list"


# Bad input


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "no-uuid"},
        {"nonce": 7},
        {"scanned_at": "2026-11-22T10:00:00"},
        {"scanned_at": "yesterday"},
        {"scanned_at": "9999-12-31T23:59:59-12:00"},
        {"scanned_at": 10**18},
        {"code": ""},
        {"code": None},
        {"code": "R" * 600},
        {"code": "R\u0000"},
        {"code": ["R"]},
        {"volunteer_number": "5301"},
        {"shift_id": "1"},
        {"place": {"latitude": 91, "longitude": 0}},
        {"place": {"latitude": 1}},
        {"surprise": 1},
    ],
)
def test_what_is_no_scan_is_refused_with_the_field_to_mend(door, change):
    answer = door.send(door.volunteer(), door.body(door.code()) | change)
    assert answer.status_code == 422
    assert answer.json["code"].startswith("http.unprocessable")
    assert door.count("scans") == 0


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "7"])
def test_what_is_no_json_object_is_refused(door, body):
    headers = door.volunteer().headers | {"Content-Type": "application/json"}
    answer = door.client.post("/api/v1/scans", data=body, headers=headers)
    assert answer.status_code in {400, 422}


def test_the_quick_reading_of_a_scan_and_the_schemas_agree(door):
    from incentive.checkin.schemas import ScanSchema, _ordinary
    from incentive.core.http import Schema

    schema = ScanSchema()
    for code in ("RABC", " r-abc ", "https://x.example/s/RABC"):
        body = door.body(code)
        assert _ordinary(body) == Schema.load(schema, body)
    assert _ordinary(door.body("Ｒ")) is None


def test_the_facts_are_read_in_the_order_in_which_the_books_give_them(tx):
    names = tx.scalar(text("SELECT proargnames FROM pg_proc WHERE oid = 'scan_facts'::regproc"))
    assert tuple(name for name in names if not name.startswith("p_")) == Known._fields
