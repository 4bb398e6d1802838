from datetime import timedelta

import pytest

from incentive.core.db import transaction
from incentive.settlement import service
from tests import factories as make
from tests.factories import NOW


@pytest.fixture
def paid(books):
    """A volunteer whose hour was settled, and their headers."""
    with transaction():
        community = make.region()
        person = make.person()
        shift = make.shift(make.activity(community, by=make.person()))
        make.service_record(shift, person, 60)
        service.settle(NOW)
        return make.bearer(person)


def test_a_person_reads_their_balance_with_its_expiry(client, paid):
    answer = client.get("/api/v1/me/balances", headers=paid)
    assert answer.json == {
        "available": 10,
        "held": 0,
        "balances": [{"purpose": "available", "points": 10, "expires_on": "2027-12-31"}],
    }


def test_a_record_tells_when_it_was_settled_and_one_that_waits_tells_nothing(client, books):
    with transaction():
        person = make.person()
        activity = make.activity(make.region(), by=make.person())
        make.service_record(make.shift(activity), person, 60)
        service.settle(NOW)
        later = make.shift(activity, starts_at=make.NINE + timedelta(days=1))
        make.service_record(later, person, 60)
        headers = make.bearer(person)
    listed = client.get("/api/v1/me/service-records", headers=headers).json["items"]
    told = [(record["settled"], record["settled_at"]) for record in listed]
    assert told == [(False, None), (True, NOW.isoformat())]


@pytest.mark.parametrize(("language", "word"), [("zh", "分钟"), ("en", "minutes")])
def test_a_statement_explains_each_award_in_the_readers_words(client, paid, language, word):
    answer = client.get(f"/api/v1/me/statement?lang={language}", headers=paid)
    (line,) = answer.json["items"]
    assert (line["kind"], line["available"]) == ("award", 10)
    assert word in " ".join(line["explanation"])


def test_nobody_reads_a_statement_without_signing_in(client, paid):
    answer = client.get("/api/v1/me/statement")
    assert (answer.status_code, answer.json["code"]) == (401, "people.not_signed_in")


@pytest.fixture
def set_aside(books):
    """A record of a day without rules, and the region it belongs to."""
    from datetime import timedelta

    with transaction():
        community = make.region()
        activity = make.activity(community, by=make.person())
        shift = make.shift(activity, starts_at=make.NINE - timedelta(days=365 * 30))
        record = make.service_record(shift, make.person())
        service.settle(NOW)
        return community, record


def headers_of(role, at):
    with transaction():
        person = make.person()
        make.grant(person, role, at=at)
        return make.bearer(person)


def test_an_auditor_sees_what_was_set_aside_in_their_region(client, set_aside):
    community, record = set_aside
    answer = client.get("/api/v1/settlement/failures", headers=headers_of("auditor", community))
    (failure,) = answer.json["items"]
    assert failure["service_record_id"] == str(record.id)
    assert failure["code"] == "settlement.no_rule_in_force"


def test_an_auditor_of_another_region_sees_nothing_of_it(client, set_aside):
    with transaction():
        sibling = make.region("530102001002")
    answer = client.get("/api/v1/settlement/failures", headers=headers_of("auditor", sibling))
    assert answer.json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(("role", "status"), [("administrator", 204), ("auditor", 403)])
def test_only_the_administrator_has_it_tried_again(client, set_aside, role, status):
    community, record = set_aside
    answer = client.post(
        f"/api/v1/settlement/failures/{record.id}/retry", headers=headers_of(role, community)
    )
    assert answer.status_code == status


def test_trying_again_what_was_not_set_aside_is_refused(client, set_aside):
    community, _ = set_aside
    answer = client.post(
        "/api/v1/settlement/failures/00000000-0000-7000-8000-00000000000a/retry",
        headers=headers_of("administrator", community),
    )
    assert (answer.status_code, answer.json["code"]) == (404, "settlement.unknown_failure")
