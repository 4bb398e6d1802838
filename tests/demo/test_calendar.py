from collections import Counter
from datetime import date, timedelta
from itertools import combinations, groupby

from incentive.demo import calendar, loading, people

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 22)


def queues(today=TODAY):
    planned = calendar.shifts(today, ZONE)
    return planned, loading.queues_of(planned, people.everybody())


def test_the_same_day_gives_the_same_demo():
    assert queues() == queues()


def test_the_day_after_keeps_what_was_there_and_adds_one_day():
    _, before = queues()
    planned, after = queues(TODAY + timedelta(days=1))
    first_day = TODAY + timedelta(days=1 - calendar.DAYS_BACK)
    last_day = TODAY + timedelta(days=1 + calendar.DAYS_AHEAD)
    kept = {s.id for s in planned if first_day <= s.starts_at.date() < last_day}
    assert {k: v for k, v in after.items() if k in kept} == {
        k: v for k, v in before.items() if k in kept
    }
    assert {s.starts_at.date() for s in planned if s.id not in kept} == {last_day}


def test_nobody_is_at_two_places_at_once():
    planned, by_shift = queues()
    taken = [(row["person_id"], shift) for shift in planned for row in by_shift[shift.id]]
    taken.sort(key=lambda pair: pair[0])
    for _, theirs in groupby(taken, key=lambda pair: pair[0]):
        assert not any(a.overlaps(b) for (_, a), (_, b) in combinations(list(theirs), 2))


def test_places_go_to_the_first_in_the_queue():
    planned, by_shift = queues()
    for shift in planned:
        statuses = [row["status"] for row in by_shift[shift.id]]
        assert statuses == sorted(statuses)
        assert statuses.count("confirmed") == min(len(statuses), shift.quota)


def test_a_shift_of_the_duty_runs_at_any_hour():
    planned, _ = queues()
    duty = [s for s in planned if s.series is calendar.DUTY and s.starts_at.date() == TODAY]
    assert [(s.starts_at.hour, s.ends_at - s.starts_at) for s in duty] == [
        (0, timedelta(hours=12)),
        (12, timedelta(hours=12)),
    ]


def test_most_come_and_some_forget_to_check_out():
    planned, by_shift = queues()
    came = [calendar.attendance(s, row) for s in planned for row in by_shift[s.id]]
    statuses = Counter(pair[1]["status"] for pair in came if pair)
    assert 0.8 < sum(statuses.values()) / len(came) < 0.95
    assert set(statuses) == {"verified", "pending", "rejected"}
    assert statuses["verified"] > 10 * statuses["pending"]


def test_the_newcomer_has_signed_up_for_nothing():
    newcomer = next(h for h in people.everybody() if h.phone == people.NEWCOMER)
    _, by_shift = queues()
    assert all(row["person_id"] != newcomer.id for rows in by_shift.values() for row in rows)


def test_some_two_hundred_people_with_phones_of_their_own():
    crowd = people.everybody()
    assert 190 <= len(crowd) <= 250
    assert len({human.phone for human in crowd}) == len(crowd)
    assert [h.phone for h in people.listed()][:2] == ["13800000001", "13800000002"]
