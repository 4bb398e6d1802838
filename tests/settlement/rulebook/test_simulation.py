"""What a draft would have paid is what the settlement would have paid under it."""

import random
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.people.caller import Caller
from incentive.settlement import jobs
from incentive.settlement import service as settlement
from incentive.settlement.models import Award
from incentive.settlement.rulebook import service, simulation
from incentive.settlement.rulebook.errors import MonthsInvalid, UnknownDraft, UnknownSimulation
from tests import factories as make
from tests.factories import NINE, NOW
from tests.ledger.test_races import together
from tests.web.conftest import counted

TODAY = date(2026, 11, 22)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
HOURLY = {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 12}]}
EVERYTHING = {
    "rules": [
        {"rule": "block", "block_minutes": 6, "block_points": 2},
        {"rule": "multiplier_kind", "percents": {"patrol": 150}},
        {"rule": "multiplier_day", "weekend_percent": 120},
        {"rule": "first_service", "points": 5},
        {"rule": "cap_activity", "points": 90},
        {"rule": "cap_day", "points": 60},
        {"rule": "cap_month", "points": 150},
    ]
}


@pytest.fixture
def proposer(tx):
    person = make.person("提议人")
    return Caller(person.id, person.volunteer_number, new_id(), ())


@pytest.fixture
def activities(tx):
    home, by = make.region(), make.person()
    return [make.activity(home, by=by, kind=kind) for kind in ("patrol", "environment")]


def serve(activity, person, day, minutes=60, hour=0):
    start = NINE + timedelta(days=(day - TODAY).days, hours=hour)
    return make.service_record(make.shift(activity, starts_at=start, hours=12), person, minutes)


def settle_all():
    while settlement.settle(NOW):
        pass


def simulated(document, proposer, first=OCTOBER, last=NOVEMBER):
    draft = service.propose(document, TODAY + timedelta(days=1), "试算", proposer, NOW, TODAY)
    asked = simulation.ask(draft.id, first, last, proposer, NOW, TODAY)
    while simulation.step(NOW):
        pass
    return simulation.results(draft.id, asked.id)


def test_the_totals_say_what_would_have_been_paid_instead(activities, proposer):
    person = make.person()
    serve(activities[0], person, date(2026, 10, 9), 120)
    serve(activities[1], person, date(2026, 11, 9), 90)
    settle_all()
    results = simulated(HOURLY, proposer)
    assert (results.records, results.paid, results.would_pay) == (2, 35, 36)
    assert [(m.name, m.paid, m.would_pay) for m in results.months] == [
        ("2026-10", 20, 24),
        ("2026-11", 15, 12),
    ]
    assert [(k.name, k.paid, k.would_pay) for k in results.kinds] == [
        ("environment", 15, 12),
        ("patrol", 20, 24),
    ]
    assert (results.people, results.people_changed) == (1, 1)


def test_the_rules_in_force_would_have_paid_what_they_did(activities, proposer):
    person = make.person()
    for day, hour in ((3, 0), (3, 2), (4, 0)):
        serve(activities[0], person, date(2026, 11, day), 300, hour=hour)
    settle_all()
    now = {
        "rules": [
            {"rule": "block", "block_minutes": 6, "block_points": 1},
            {"rule": "cap_day", "points": 80},
        ]
    }
    results = simulated(now, proposer)
    assert results.paid == results.would_pay == 130
    assert results.people_changed == 0
    assert list(results.most_changed) == []


@pytest.mark.parametrize("persons", [1, 2, 500])
def test_a_trial_is_what_the_settlement_pays_under_those_rules(
    activities, proposer, monkeypatch, persons
):
    """Twins serve alike nine weeks later, when the very rules are in force that are tried here."""
    monkeypatch.setattr(simulation, "PERSONS", persons)
    make.rule_version(EVERYTHING, date(2026, 12, 1))
    chance = random.Random(7)
    twins = [(make.person(), make.person()) for _ in range(5)]
    for _ in range(6):
        for pair in twins:
            activity, minutes = chance.choice(activities), chance.randrange(10, 300)
            day, hour = OCTOBER + timedelta(days=chance.randrange(0, 20, 4)), chance.randrange(3)
            for person, later in zip(pair, (0, 63), strict=True):
                serve(activity, person, day + timedelta(days=later), minutes, hour)
    settle_all()
    results = simulated(EVERYTHING, proposer, OCTOBER, OCTOBER)
    trial = {row[0].person_id: row[0].would_pay for row in results.most_changed}
    paid = dict(
        session()
        .execute(
            select(Award.person_id, func.sum(Award.points))
            .where(Award.day >= date(2026, 12, 1))
            .group_by(Award.person_id)
        )
        .all()
    )
    assert {pair[0].id: paid[pair[1].id] for pair in twins} == trial
    assert len(set(trial.values())) > 1


def test_the_forty_people_for_whom_most_changes_come_first(activities, proposer):
    crowd = [make.person() for _ in range(42)]
    for n, person in enumerate(crowd, 1):
        serve(activities[0], person, date(2026, 11, 3), 60 * (n % 8 + 1))
    settle_all()
    results = simulated(HOURLY, proposer)
    sizes = [abs(row[0].would_pay - row[0].paid) for row in results.most_changed]
    assert len(sizes) == 40
    assert sizes == sorted(sizes, reverse=True)
    assert results.people == 42


def test_what_was_paid_before_the_period_counts_for_the_caps_and_the_welcome(activities, proposer):
    old, fresh = make.person(), make.person()
    serve(activities[0], old, date(2026, 9, 1), 480)
    for person in (old, fresh):
        serve(activities[0], person, date(2026, 10, 9), 60)
    settle_all()
    document = {
        "rules": [
            {"rule": "block", "block_minutes": 6, "block_points": 1},
            {"rule": "first_service", "points": 30},
            {"rule": "cap_activity", "points": 85},
        ]
    }
    results = simulated(document, proposer, OCTOBER, OCTOBER)
    would = {row[0].person_id: row[0].would_pay for row in results.most_changed}
    assert would == {fresh.id: 40, old.id: 5}


def test_only_whole_months_that_have_begun_and_two_years_at_most_are_simulated(proposer):
    draft = service.propose(HOURLY, TODAY + timedelta(days=1), "试算", proposer, NOW, TODAY)
    for first, last in (
        (NOVEMBER, OCTOBER),
        (NOVEMBER, date(2026, 12, 1)),
        (date(2024, 10, 1), OCTOBER),
    ):
        with pytest.raises(MonthsInvalid):
            simulation.ask(draft.id, first, last, proposer, NOW, TODAY)


def test_asked_for_twice_it_is_one_simulation(proposer):
    draft = service.propose(HOURLY, TODAY + timedelta(days=1), "试算", proposer, NOW, TODAY)
    one, other = (
        simulation.ask(draft.id, OCTOBER, NOVEMBER, proposer, NOW, TODAY) for _ in range(2)
    )
    assert one.id == other.id


def test_a_month_without_any_record_is_simulated_to_nothing(proposer):
    results = simulated(HOURLY, proposer)
    assert (results.records, results.paid, results.would_pay, results.people) == (0, 0, 0, 0)
    assert results.simulation.finished_at == NOW


def test_unknown_drafts_and_simulations_are_named_so(proposer):
    with pytest.raises(UnknownDraft):
        simulation.ask(new_id(), OCTOBER, NOVEMBER, proposer, NOW, TODAY)
    with pytest.raises(UnknownSimulation):
        simulation.results(new_id(), new_id())


@pytest.fixture
def going_on(live, monkeypatch):
    """Seven people's awards, and a draft asked to be simulated on them two at a time."""
    monkeypatch.setattr(simulation, "PERSONS", 2)
    with live.app_context():
        with transaction():
            home, chief = make.region(), make.person()
            activity = make.activity(home, by=chief)
            for n in range(7):
                serve(activity, make.person(), date(2026, 11, 3), 60 * (n + 1))
        while True:
            with transaction():
                if not settlement.settle(NOW):
                    break
        with transaction():
            who = Caller(chief.id, chief.volunteer_number, new_id(), ())
            draft = service.propose(HOURLY, date(2099, 1, 1), "试算", who, NOW, TODAY)
            asked = simulation.ask(draft.id, NOVEMBER, NOVEMBER, who, NOW, TODAY)
        yield SimpleNamespace(app=live, draft=draft.id, id=asked.id)


def results_of(going_on):
    with transaction():
        return simulation.results(going_on.draft, going_on.id)


def test_broken_off_anywhere_it_goes_on_from_there_and_counts_nobody_twice(going_on, monkeypatch):
    real, calls = simulation.simulation_queries.note, []

    def die_every_second_time(*args, **values):
        calls.append(values)
        if len(calls) % 2:
            raise KeyboardInterrupt  # the worker is killed before its transaction ends
        real(*args, **values)

    monkeypatch.setattr(simulation.simulation_queries, "note", die_every_second_time)
    for _ in range(20):
        try:
            jobs.simulate()
        except KeyboardInterrupt:
            continue
        if results_of(going_on).simulation.finished_at:
            break
    results = results_of(going_on)
    assert len(calls) > 6
    assert (results.records, results.people) == (7, 7)
    assert results.would_pay == sum(12 * (n + 1) for n in range(7))


def test_how_far_it_is_can_be_seen_while_it_goes_on(going_on):
    with transaction():
        simulation.step(NOW)
    seen = results_of(going_on).simulation
    assert (seen.records_done, seen.records_total, seen.finished_at) == (2, 7, None)
    jobs.simulate()
    assert results_of(going_on).simulation.records_done == 7


def test_a_simulation_that_cannot_be_made_is_given_up_with_its_reason(going_on, monkeypatch):
    def broken(*_):
        raise ValueError("minutes must be 0 to 44640")

    monkeypatch.setattr(simulation.domain, "recompute", broken)
    jobs.simulate()
    assert "minutes" in results_of(going_on).simulation.error
    with transaction():
        assert service.draft(going_on.draft)[0].state == "draft"


def test_it_asks_the_same_number_of_questions_however_many_people_there_are(going_on, monkeypatch):
    counts = []
    for persons in (1, 6):
        monkeypatch.setattr(simulation, "PERSONS", persons)
        with counted() as sent, transaction():
            simulation.step(NOW)
        counts.append(len(sent))
    assert counts[0] - counts[1] in {0, 1}  # the first one also counts the records


def test_one_worker_at_a_time_works_on_it(going_on):
    with transaction():
        simulation.simulation_queries.lock_next()
        assert together(going_on.app, 1, lambda _: simulation.step(NOW)) == [False]
