"""Balances and statements of any day, for the person and for those who audit."""

from datetime import timedelta

import pytest

from incentive.core import clock
from incentive.core.db import transaction
from incentive.settlement import service
from tests import factories as make


@pytest.fixture
def served(books):
    """A volunteer at home in a community whose hour of ten days ago is paid today."""
    with transaction():
        community = make.region()
        person = make.person(home_region_id=community.id)
        then = clock.now() - timedelta(days=10)
        shift = make.shift(make.activity(community, by=make.person()), starts_at=then)
        record = make.service_record(shift, person, 60)
        service.settle(clock.now())
        return community, person, record


@pytest.fixture
def days(served):
    today = clock.local_day(clock.now(), "Asia/Shanghai")
    return served[2].day, today


def ask(client, path, person, **query):
    with transaction():
        headers = make.bearer(person)
    return client.get(f"/api/v1{path}", query_string=query, headers=headers)


def test_a_backdated_award_stands_on_its_own_day_by_effective_date(client, served, days):
    _, person, _ = served
    then, today = days
    for on, basis, points in (
        (then, "effective", 10),
        (then, "booked", 0),
        (then - timedelta(days=1), "effective", 0),
        (today, "booked", 10),
    ):
        answer = ask(client, "/me/balances", person, on=on, basis=basis).json
        assert (answer["available"], answer["basis"]) == (points, basis), (on, basis)


def test_a_past_day_is_final_as_booked_and_never_as_effective(client, served, days):
    _, person, _ = served
    then, _ = days
    final = {
        (on, basis): ask(client, "/me/balances", person, on=on, basis=basis).json["final"]
        for on in days
        for basis in ("booked", "effective")
    }
    assert [day for day, is_final in final.items() if is_final] == [(then, "booked")]


def test_a_statement_shows_both_dates_and_what_stood_before_and_after(client, served, days):
    _, person, _ = served
    then, today = days
    answer = ask(client, "/me/statement", person, **{"from": today, "to": today}).json
    (line,) = answer["items"]
    assert (line["effective_on"], line["posted_at"][:4]) == (str(then), str(today.year))
    assert (answer["opening"], answer["closing"]) == ({}, {"available": 10})
    earlier = ask(client, "/me/statement", person, to=then).json
    assert (earlier["items"], earlier["closing"]) == ([], {})
    own_day = ask(client, "/me/statement", person, to=then, basis="effective").json
    assert (len(own_day["items"]), own_day["closing"]) == (1, {"available": 10})


def test_days_backwards_and_days_that_are_none_are_refused(client, served, days):
    then, today = days
    backwards = ask(client, "/me/statement", served[1], **{"from": today, "to": then})
    assert (backwards.status_code, backwards.json["code"]) == (
        422,
        "settlement.statement_backwards",
    )
    for wrong in ({"on": "9999-12-31"}, {"on": "x"}, {"basis": "guessed"}):
        assert ask(client, "/me/balances", served[1], **wrong).status_code == 422


def auditor(at):
    with transaction():
        person = make.person()
        make.grant(person, "auditor", at=at)
        return person


def test_an_auditor_reads_persons_and_regions_of_their_scope(client, served):
    community, person, _ = served
    reader = auditor(community)
    issued = ask(client, f"/accounts/region/{community.id}/statement", reader).json
    assert issued["closing"] == {"issuance": -10}
    assert issued["items"][0]["moved"] == {"issuance": -10}
    got = ask(client, f"/accounts/person/{person.id}/balances", reader).json
    assert [(b["purpose"], b["points"]) for b in got["balances"]] == [("available", 10)]


def test_an_auditor_reads_a_stations_account(client, served):
    community = served[0]
    with transaction():
        station = make.station(community)
    answer = ask(client, f"/accounts/station/{station.id}/statement", auditor(community))
    assert (answer.status_code, answer.json["closing"]) == (200, {})


def test_nobody_reads_anothers_account_from_outside(client, served):
    community, person, _ = served
    with transaction():
        sibling, stranger = make.region("530102001002"), make.person()
    for reader in (auditor(sibling), stranger):
        for path in (f"person/{person.id}", f"region/{community.id}"):
            assert ask(client, f"/accounts/{path}/balances", reader).status_code == 403


def test_an_owner_that_is_not_there_is_not_found(client, served):
    nobody = "00000000-0000-7000-8000-00000000000a"
    for kind in ("person", "region", "station"):
        answer = ask(client, f"/accounts/{kind}/{nobody}/statement", auditor(served[0]))
        assert answer.status_code == 404
