"""Scans kept without network, sent together."""

import json
from uuid import uuid4

import pytest

from incentive.core import clock
from incentive.core.codes import rotating_code
from incentive.core.db import transaction
from incentive.people.consents import service
from incentive.people.consents.domain import Kind
from incentive.people.consents.giving import Giver
from tests.checkin.conftest import MINUTE

BATCH = "/api/v1/scans/batch"


def send(door, who, scans):
    return door.send(who, {"scans": scans}, BATCH)


def test_a_steward_uploads_a_day_of_cards_and_every_row_is_answered_in_order(door):
    people = [door.volunteer() for _ in range(5)]
    shift_id = str(door.shift.id)
    rows = [door.body(door.card(who.person), shift_id=shift_id, ago=9 * MINUTE) for who in people]
    answer = send(door, door.as_steward, rows)
    assert answer.status_code == 200
    results = answer.json["results"]
    assert [row["nonce"] for row in results] == [row["nonce"] for row in rows]
    numbers = [who.person.volunteer_number for who in people]
    assert [row["volunteer_number"] for row in results] == numbers
    assert {row["status"] for row in results} == {201}


def test_scans_kept_by_somebody_who_withdrew_the_privacy_consent_are_not_lost(door):
    people = [door.volunteer() for _ in range(3)]
    shift_id = str(door.shift.id)
    # Kept without network: one before the withdrawal, two after it.
    rows = [door.body(door.card(who.person), shift_id=shift_id, ago=9 * MINUTE) for who in people]
    consents = door.client.get("/api/v1/me/consents", headers=door.as_steward).json["items"]
    notice = next(each["notice"]["id"] for each in consents if each["kind"] == "privacy")
    agree = {"notice": notice}
    assert door.send(door.as_steward | key(), agree, "/api/v1/me/consents").status_code == 201
    with transaction():
        service.withdraw(
            door.steward.id, Kind.PRIVACY, Giver(door.steward.id), clock.now() - 8 * MINUTE
        )
    rows[1:] = [row | {"scanned_at": (clock.now() - MINUTE).isoformat()} for row in rows[1:]]

    refused = send(door, door.as_steward, rows)
    assert (refused.status_code, refused.json["code"]) == (403, "people.consent_withdrawn")
    assert door.count("scans") == 1  # the first counts already

    assert door.send(door.as_steward | key(), agree, "/api/v1/me/consents").status_code == 201
    results = send(door, door.as_steward, rows).json["results"]
    assert [row["verdict"] for row in results] == ["check_in"] * 3
    assert (door.count("scans"), door.count("attendances")) == (3, 3)


def key():
    return {"Idempotency-Key": str(uuid4())}


def test_bad_rows_take_no_good_ones_with_them(door):
    good, stranger = door.volunteer(), door.stranger()
    shift_id = str(door.shift.id)
    card = door.card(good.person)
    rows = [
        None,
        7,
        "x",
        [],
        {},
        {"nonce": "no"},
        door.body(card, shift_id=shift_id) | {"surprise": 1},
        door.body("garbled", shift_id=shift_id),
        door.body(door.card(stranger.person), shift_id=shift_id),
        door.body(card),
        door.body(card, shift_id=str(uuid4())),
        door.body(card, shift_id=shift_id),
    ]
    results = send(door, door.as_steward, rows).json["results"]
    assert len(results) == len(rows)
    assert {row["verdict"] for row in results[:-1]} == {"refused"}
    assert all(row["code"] and row["detail"] and row["status"] >= 400 for row in results[:-1])
    assert [row["code"] for row in results[7:-1]] == [
        "checkin.code_garbled",
        "checkin.not_signed_up",
        "checkin.shift_missing",
        "checkin.scanner_out_of_scope",
    ]
    assert results[-1]["verdict"] == "check_in"
    assert (door.count("scans"), door.count("attendances")) == (1, 1)


@pytest.mark.parametrize("row", [{"nonce": "\ud800"}, {"\ud800": 1}, {"nonce": "x" * 32}])
def test_a_row_of_broken_text_takes_no_good_one_with_it(door, row):
    good = door.body(door.card(door.volunteer().person), shift_id=str(door.shift.id))
    data = json.dumps({"scans": [row, good]})  # escapes what is no character
    answer = door.client.post(
        BATCH, data=data, headers=door.as_steward, content_type="application/json"
    )
    assert answer.status_code == 200
    assert [result["status"] for result in answer.json["results"]] == [422, 201]
    assert answer.json["results"][0]["nonce"] is None


def test_a_refused_row_is_known_by_its_nonce(door):
    row = door.body("garbled")
    (result,) = send(door, door.as_steward, [row]).json["results"]
    assert (result["nonce"], result["code"]) == (row["nonce"], "checkin.code_garbled")


def test_500_rows_with_bad_ones_among_them_are_all_answered(live_door):
    door = live_door
    people = [door.volunteer() for _ in range(20)]
    shift_id = str(door.shift.id)
    rows = []
    for number in range(500):
        who = people[number % 20]
        bad = number >= 20 and number % 3 == 0
        rows.append(door.body("X?" if bad else door.card(who.person), shift_id=shift_id))
    results = send(door, door.as_steward, rows).json["results"]
    assert len(results) == 500
    assert sum(row["verdict"] == "check_in" for row in results) == 20
    assert {row["verdict"] for row in results} == {"check_in", "already_in", "refused"}
    assert door.count("attendances") == 20


def test_a_batch_sent_again_is_answered_alike_and_changes_nothing(door):
    shift_id = str(door.shift.id)
    rows = [door.body(door.card(door.volunteer().person), shift_id=shift_id) for _ in range(3)]
    rows.append(door.body("garbled", shift_id=shift_id))
    first, again = send(door, door.as_steward, rows), send(door, door.as_steward, rows)
    assert first.data == again.data
    assert door.count("scans") == 3


def test_one_nonce_twice_in_a_batch_is_one_scan(door):
    row = door.body(door.card(door.volunteer().person), shift_id=str(door.shift.id))
    results = send(door, door.as_steward, [row, row]).json["results"]
    assert results[0] == results[1]


def test_a_volunteers_own_scans_may_come_in_a_batch(door):
    volunteer = door.volunteer()
    keys_at = [door.body(door.code(ago=ago), ago=ago) for ago in (40 * MINUTE, 10 * MINUTE)]
    results = send(door, volunteer, keys_at).json["results"]
    assert [row["verdict"] for row in results] == ["check_in", "check_out"]
    assert results[1]["service_record"] == results[1]["service_record"] | {
        "minutes": 30,
        "status": "pending",
    }
    assert rotating_code


def test_a_fault_of_ours_at_one_row_is_that_rows_alone(door, monkeypatch):
    from incentive.checkin import scanning

    honest, calls = scanning.scan, []

    def broken_first(*args):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("broken on purpose")
        return honest(*args)

    monkeypatch.setattr(scanning, "scan", broken_first)
    shift_id = str(door.shift.id)
    rows = [door.body(door.card(door.volunteer().person), shift_id=shift_id) for _ in range(2)]
    results = send(door, door.as_steward, rows).json["results"]
    assert [row["status"] for row in results] == [500, 201]


def test_when_the_books_are_away_the_whole_batch_is_to_be_sent_again(door, monkeypatch):
    import psycopg

    from incentive.checkin import scanning

    def away(*_):
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr(scanning, "scan", away)
    answer = send(door, door.volunteer(), [door.body(door.code())])
    assert answer.status_code == 503


@pytest.mark.parametrize("scans", [[], [{}] * 501, "x", None])
def test_a_batch_has_1_to_500_rows(door, scans):
    assert send(door, door.volunteer(), scans).status_code == 422


def test_a_batch_needs_a_session(door):
    for headers in ({}, {"Authorization": "Bearer x"}):
        answer = send(door, headers, [door.body(door.code())])
        assert (answer.status_code, answer.json["code"]) == (401, "people.not_signed_in")
