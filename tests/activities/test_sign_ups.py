"""Places on a shift, the queue for them, and races for both."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import text

from incentive.activities import sign_ups
from incentive.activities.domain import on_one_branch, place_for, times_hold
from incentive.activities.errors import (
    NotSignedUp,
    Overlap,
    ShiftCancelled,
    ShiftOver,
    SignUpCancelled,
    UnknownShift,
)
from incentive.core import clock
from incentive.core.db import transaction
from tests import factories as make

NOW = make.NOW
HOUR = make.HOUR


@pytest.fixture
def place(tx):
    community = make.region()
    activity = make.activity(community, by=make.person())
    return SimpleNamespace(community=community, activity=activity)


def coming(place, quota=1, starts=HOUR, hours=2):
    return make.shift(place.activity, starts_at=NOW + starts, hours=hours, quota=quota)


def sign_up(shift, person=None, at=NOW):
    return sign_ups.sign_up(shift.id, (person or make.person()).id, at)


def confirmed(tx, shift):
    tx.refresh(shift)
    return shift.confirmed


def test_whoever_comes_first_gets_the_place_and_the_others_wait_in_order(tx, place):
    shift = coming(place)
    answers = [sign_up(shift, at=NOW + n * make.MINUTE) for n in range(3)]
    assert [answer["status"] for answer in answers] == ["confirmed", "waiting", "waiting"]
    assert [answer["position"] for answer in answers] == [None, 1, 2]
    assert confirmed(tx, shift) == 1


def test_signing_up_twice_changes_nothing(tx, place):
    shift, person = coming(place, quota=5), make.person()
    first = sign_up(shift, person)
    assert sign_up(shift, person, NOW + HOUR / 2) == first
    assert confirmed(tx, shift) == 1


def test_a_place_given_back_goes_to_the_first_in_the_queue(tx, place):
    shift = coming(place)
    people = [make.person() for _ in range(3)]
    for n, person in enumerate(people):
        sign_up(shift, person, NOW + n * make.MINUTE)
    gone = sign_ups.withdraw(shift.id, people[0].id, NOW + HOUR / 2)
    assert gone["status"] == "withdrawn"
    assert sign_up(shift, people[1])["status"] == "confirmed"
    assert sign_up(shift, people[2])["position"] == 1
    assert confirmed(tx, shift) == 1


def test_withdrawing_twice_gives_one_place_back(tx, place):
    shift = coming(place)
    people = [make.person() for _ in range(3)]
    for person in people:
        sign_up(shift, person)
    for _ in range(2):
        sign_ups.withdraw(shift.id, people[0].id, NOW)
    assert [sign_up(shift, person)["status"] for person in people[1:]] == ["confirmed", "waiting"]


def test_whoever_leaves_the_queue_takes_nobodys_place(tx, place):
    shift, waiting = coming(place), make.person()
    sign_up(shift)
    sign_up(shift, waiting)
    sign_ups.withdraw(shift.id, waiting.id, NOW)
    assert confirmed(tx, shift) == 1


def test_signing_up_again_joins_the_end_of_the_queue(place):
    shift = coming(place)
    people = [make.person() for _ in range(3)]
    for n, person in enumerate(people):
        sign_up(shift, person, NOW + n * make.MINUTE)
    sign_ups.withdraw(shift.id, people[0].id, NOW + 5 * make.MINUTE)
    assert sign_up(shift, people[0], NOW + 6 * make.MINUTE)["position"] == 2


def test_a_shift_that_is_over_cancelled_or_unknown_takes_nobody(place):
    over, cancelled = coming(place, starts=-3 * HOUR), coming(place)
    cancelled.status = "cancelled"
    with pytest.raises(ShiftOver):
        sign_up(over)
    with pytest.raises(ShiftCancelled):
        sign_up(cancelled)
    with pytest.raises(UnknownShift):
        sign_up(SimpleNamespace(id=uuid4()))
    with pytest.raises(NotSignedUp):
        sign_ups.withdraw(over.id, make.person().id, NOW)


def test_a_running_shift_still_takes_people_and_gives_places_back(place):
    shift, person = coming(place, starts=-HOUR), make.person()
    assert sign_up(shift, person)["status"] == "confirmed"
    assert sign_ups.withdraw(shift.id, person.id, NOW)["status"] == "withdrawn"


def test_a_sign_up_that_the_organiser_cancelled_stays_so(place):
    shift, person = coming(place), make.person()
    make.sign_up(person, shift, "cancelled")
    with pytest.raises(SignUpCancelled):
        sign_up(shift, person)


def test_nobody_has_places_on_two_shifts_at_once(place):
    person = make.person()
    sign_up(coming(place, starts=HOUR, hours=2), person)
    with pytest.raises(Overlap) as refused:
        sign_up(coming(place, starts=2 * HOUR), person)
    assert refused.value.figures["title"] == "上午班"
    assert sign_up(coming(place, starts=3 * HOUR), person)["status"] == "confirmed"


def test_the_queue_passes_over_whoever_has_a_place_elsewhere_by_then(place):
    shift, elsewhere = coming(place), coming(place)
    first, busy, free = (make.person() for _ in range(3))
    for n, person in enumerate((first, busy, free)):
        sign_up(shift, person, NOW + n * make.MINUTE)
    sign_up(elsewhere, busy)
    sign_ups.withdraw(shift.id, first.id, NOW + HOUR / 2)
    assert sign_up(shift, free)["status"] == "confirmed"


def test_domain_decisions():
    assert place_for(4, 5) == "confirmed"
    assert place_for(5, 5) == "waiting"
    assert times_hold(NOW, NOW + timedelta(hours=24), NOW)
    assert not times_hold(NOW, NOW + timedelta(hours=24, seconds=1), NOW)
    assert not times_hold(NOW - HOUR, NOW, NOW)
    assert on_one_branch("53.5301", "53.5301.530102")
    assert not on_one_branch("53.5301", "53.53010")


# Over HTTP


def test_those_who_run_the_shift_see_who_signed_up_by_number_alone(client):
    with transaction():
        community = make.region()
        steward, person = make.person(), make.person("赵秘密")
        make.grant(steward, "grid_worker", at=community)
        shift = make.shift(make.activity(community, by=steward), starts_at=clock.now() + HOUR)
        headers, mine, creating = make.bearer(steward), make.bearer(person), make.creating(person)
    path = f"/api/v1/shifts/{shift.id}/sign-ups"
    assert client.post(path, headers=creating).status_code == 201
    listed = client.get(path, headers=headers)
    assert [row["volunteer_number"] for row in listed.json["items"]] == [person.volunteer_number]
    assert "赵秘密" not in listed.text
    assert client.get(path, headers=mine).status_code == 403
    assert client.get(path).status_code == 401
    assert client.post(path).status_code in {400, 401}
    gone = client.delete(f"{path}/mine", headers=mine)
    assert (gone.status_code, gone.json["status"]) == (200, "withdrawn")
    own = client.get("/api/v1/me/sign-ups", headers=mine).json["items"]
    assert [row["status"] for row in own] == ["withdrawn"]


# Races


def at_once(app, sends):
    gate = threading.Barrier(len(sends))

    def run(send):
        with app.app_context():
            client = app.test_client()
            gate.wait()
            return send(client)

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(run, sends))


def crowd(app, people, *quotas):
    with transaction():
        activity = make.activity(make.region(), by=make.person())
        shifts = [
            make.shift(activity, starts_at=clock.now() + HOUR, quota=quota) for quota in quotas
        ]
        return shifts, [make.creating(make.person()) for _ in range(people)]


def counts(shift):
    with transaction() as session:
        rows = session.execute(
            text("SELECT status, count(*) FROM sign_ups WHERE shift_id = :s GROUP BY 1"),
            {"s": shift.id},
        )
        found = {status: number for status, number in rows}  # noqa: C416
        found["counted"] = session.scalar(
            text("SELECT confirmed FROM shifts WHERE id = :s"), {"s": shift.id}
        )
        return found


def signing(shift, headers):
    return lambda client: client.post(f"/api/v1/shifts/{shift.id}/sign-ups", headers=headers)


def leaving(shift, headers):
    return lambda client: client.delete(f"/api/v1/shifts/{shift.id}/sign-ups/mine", headers=headers)


def test_20_people_at_once_for_5_places_are_5_confirmed_and_15_waiting(live):
    with live.app_context():
        (shift,), people = crowd(live, 20, 5)
        answers = at_once(live, [signing(shift, headers) for headers in people])
        assert {answer.status_code for answer in answers} == {201}
        assert counts(shift) == {"confirmed": 5, "waiting": 15, "counted": 5}


def test_withdrawing_and_signing_up_at_once_leaves_no_place_empty_or_double(live):
    with live.app_context():
        (shift,), people = crowd(live, 16, 4)
        for headers in people[:12]:
            signing(shift, headers)(live.test_client())
        leave = [leaving(shift, headers) for headers in people[:6]]
        join = [signing(shift, headers) for headers in people[12:]]
        answers = at_once(live, leave + join)
        assert {answer.status_code for answer in answers} == {200, 201}
        assert counts(shift) == {"confirmed": 4, "waiting": 6, "withdrawn": 6, "counted": 4}


def test_one_person_at_two_overlapping_shifts_at_once_gets_one_place(live):
    with live.app_context():
        for _ in range(5):
            (one, other), (headers, *_rest) = _two(live)
            answers = at_once(live, [signing(one, headers[0]), signing(other, headers[1])])
            assert sorted(answer.status_code for answer in answers) == [201, 409]
            assert counts(one)["counted"] + counts(other)["counted"] == 1


_codes = iter(range(530102001100, 530102001200))


def _two(app):
    with transaction():
        activity = make.activity(make.region(str(next(_codes))), by=make.person())
        shifts = [make.shift(activity, starts_at=clock.now() + HOUR) for _ in range(2)]
        person = make.person()
        return shifts, [[make.creating(person), make.creating(person)]]
