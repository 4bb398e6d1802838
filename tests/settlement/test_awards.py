"""Every award explains itself: the service, the rules and since when, the transaction."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from incentive.core.db import transaction
from incentive.ledger import service as ledger
from incentive.settlement import service
from tests import factories as make
from tests.factories import NINE, NOW

API = "/api/v1"
OTHER = {"rules": [{"rule": "block", "block_minutes": 30, "block_points": 4}]}


@pytest.fixture
def town(books):
    """A volunteer paid for two days under two rule sets, an auditor here and one elsewhere."""
    with transaction():
        home, away = make.region(), make.region("530102001002")
        volunteer, auditor, stranger, elsewhere = (make.person(name) for name in "甲乙丙丁")
        make.grant(auditor, "auditor", at=home)
        make.grant(elsewhere, "auditor", at=away)
        make.rule_version(OTHER, date(2026, 11, 23))
        activity = make.activity(home, by=make.person())
        records = [
            make.service_record(
                make.shift(activity, starts_at=NINE + timedelta(days=day)), volunteer, minutes
            )
            for day, minutes in ((0, 600), (1, 60), (2, 5))
        ]
        while service.settle(NOW):
            pass
        who = {"volunteer": volunteer, "auditor": auditor, "stranger": stranger, "away": elsewhere}
        heads = {name: make.bearer(person) for name, person in who.items()}
    ids = [record.id for record in records]
    return SimpleNamespace(ids=ids, person=volunteer, **heads)


def award(client, town, number=0, who="volunteer", lang="en"):
    path = f"{API}/awards/{town.ids[number]}?lang={lang}"
    return client.get(path, headers=getattr(town, who))


def test_an_award_leads_from_the_service_over_each_rule_to_the_transaction(client, town):
    found = award(client, town).json
    assert (found["minutes"], found["points"], found["volunteer_number"]) == (
        600,
        80,
        town.person.volunteer_number,
    )
    assert [(step["rule"], step["before"], step["after"]) for step in found["steps"]] == [
        ("block", 0, 100),
        ("cap_day", 100, 80),
    ]
    assert found["steps"][0]["words"] == "600 minutes at 1 point per 6 minutes → 100 points"
    assert found["transaction_key"] == f"award:{town.ids[0]}"
    assert found["expires_on"] == "2027-12-31"
    assert found["closed_by"] is None


def test_it_says_since_when_the_rules_that_paid_are_in_force(client, town):
    assert award(client, town, 0).json["rules"] == "By the rules in force from 2000-01-01."
    assert award(client, town, 1).json["rules_from"] == "2026-11-23"
    assert award(client, town, 1, lang="zh").json["rules"] == "依据 2026-11-23 起生效的规则。"


def test_a_service_that_earned_nothing_says_why_too(client, town):
    found = award(client, town, 2).json
    assert (found["points"], found["transaction_id"]) == (0, None)
    assert "5 minutes" in found["steps"][0]["words"]


def test_an_award_that_was_taken_back_says_so_and_why(client, town):
    with transaction():
        ledger.reverse(
            key="back", reversed_key=f"award:{town.ids[0]}", actor="x", today=date(2026, 11, 23),
            reason="当天未到场",
        )  # fmt: skip
    found = award(client, town).json
    assert (found["closed_as"], found["closed_why"]) == ("reversal", "当天未到场")


@pytest.mark.parametrize(
    ("who", "status"), [("volunteer", 200), ("auditor", 200), ("stranger", 403), ("away", 403)]
)
def test_an_award_is_for_its_holder_and_for_who_audits_there(client, town, who, status):
    assert award(client, town, who=who).status_code == status


def test_a_record_without_an_award_says_so(client, town):
    answer = client.get(f"{API}/awards/{make.new_id()}", headers=town.volunteer)
    assert (answer.status_code, answer.json["code"]) == (404, "settlement.unknown_award")


def test_the_statement_names_record_and_rules_beside_the_words(client, town):
    items = client.get(f"{API}/me/statement?lang=en", headers=town.volunteer).json["items"]
    by_record = {line["record_id"]: line for line in items}
    line = by_record[str(town.ids[1])]
    assert line["rules_from"] == "2026-11-23"
    assert line["explanation"] == [
        "60 minutes at 4 points per 30 minutes → 8 points",
        "By the rules in force from 2026-11-23.",
    ]
