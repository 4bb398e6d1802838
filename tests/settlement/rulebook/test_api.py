"""Rules over the API, from the draft to the version in force."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.zone import day_of
from incentive.settlement import jobs
from incentive.settlement import service as settlement
from tests import factories as make
from tests.stations.conftest import API, post

RULES = {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 12}]}


@pytest.fixture
def town(books):
    """A community where an hour was paid for, two administrators, an auditor and a volunteer."""
    with transaction():
        home = make.region()
        people = {name: make.person() for name in ("chief", "deputy", "auditor", "volunteer")}
        for name, role in (
            ("chief", "administrator"),
            ("deputy", "administrator"),
            ("auditor", "auditor"),
            ("volunteer", "volunteer"),
        ):
            make.grant(people[name], role, at=home)
        activity = make.activity(home, by=people["chief"])
        start = clock.now() - timedelta(days=1)
        make.service_record(make.shift(activity, starts_at=start), people["volunteer"], 60)
        settlement.settle(clock.now())
        heads = {name: make.bearer(person) for name, person in people.items()}
        number = people["volunteer"].volunteer_number
    return SimpleNamespace(home=home, number=number, **heads)


def body(**changes):
    tomorrow = day_of(clock.now()) + timedelta(days=1)
    return {"document": RULES, "effective_from": str(tomorrow), "reason": "提高标准"} | changes


@pytest.fixture
def draft(client, town):
    answer = post(client, "/rule-drafts", town.chief, body())
    assert answer.status_code == 201, answer.text
    return answer.json


def months():
    month = f"{clock.now() - timedelta(days=1):%Y-%m}"
    return {"first_month": month, "last_month": month}


def test_a_draft_goes_all_the_way(client, town, draft):
    assert draft["words"] == ["每满 60 分钟得 12 分，不满不计"]
    path = f"/rule-drafts/{draft['id']}"
    asked = post(client, f"{path}/simulate", town.chief, months())
    assert asked.status_code == 202, asked.text
    jobs.simulate()
    results = client.get(f"{API}{path}/simulations/{asked.json['id']}", headers=town.auditor).json
    assert (results["paid"], results["would_pay"], results["people_changed"]) == (10, 12, 1)
    assert results["most_changed"] == [
        {"volunteer_number": town.number, "records": 1, "paid": 10, "would_pay": 12}
    ]
    assert results["simulation"]["document_hash"] == draft["document_hash"]
    assert client.post(f"{API}{path}/submit", headers=town.chief).json["state"] == "submitted"
    own = client.post(f"{API}{path}/approve", headers=town.chief)
    assert (own.status_code, own.json["code"]) == (409, "settlement.own_draft")
    approved = client.post(f"{API}{path}/approve", headers=town.deputy)
    assert (approved.status_code, approved.json["state"]) == (200, "approved")
    versions = client.get(f"{API}/rule-versions", headers=town.auditor).json["items"]
    assert next(version["document"] for version in versions) == RULES
    assert versions[0]["draft_id"] == draft["id"]
    assert versions[1]["effective_from"] == "2000-01-01"


def test_a_draft_is_rejected_with_a_reason(client, town, draft):
    path = f"{API}/rule-drafts/{draft['id']}"
    post(client, f"/rule-drafts/{draft['id']}/simulate", town.chief, months())
    jobs.simulate()
    client.post(f"{path}/submit", headers=town.chief)
    assert client.post(f"{path}/reject", json={}, headers=town.deputy).status_code == 422
    answer = client.post(f"{path}/reject", json={"reason": "预算不够"}, headers=town.deputy)
    assert (answer.json["state"], answer.json["decision"]) == ("rejected", "预算不够")


def test_a_draft_is_taken_back(client, town, draft):
    path = f"{API}/rule-drafts/{draft['id']}"
    assert client.post(f"{path}/withdraw", headers=town.chief).json["state"] == "withdrawn"
    again = client.post(f"{path}/withdraw", headers=town.chief)
    assert (again.status_code, again.json["code"]) == (409, "settlement.draft_closed")


def test_a_document_that_cannot_be_used_names_its_field(client, town):
    wrong = {"rules": [{"rule": "block", "block_minutes": 0, "block_points": 1}]}
    answer = post(client, "/rule-drafts", town.chief, body(document=wrong))
    assert (answer.status_code, answer.json["code"]) == (422, "settlement.rules_invalid")
    assert answer.json["field"] == "rules[0].block_minutes"
    assert "1440" in answer.json["detail"]


@pytest.mark.parametrize("who", ["auditor", "volunteer"])
def test_only_administrators_propose(client, town, who):
    answer = post(client, "/rule-drafts", getattr(town, who), body())
    assert (answer.status_code, answer.json["code"]) == (403, "people.out_of_scope")


def test_who_administers_one_community_does_not_rule_all(client, town):
    with transaction():
        make.activity(make.region("530102001002"), by=make.person())
    answer = post(client, "/rule-drafts", town.chief, body())
    assert (answer.status_code, answer.json["code"]) == (403, "people.out_of_scope")


@pytest.mark.parametrize(
    "wrong", [{"first_month": "2026-13"}, {"first_month": "26-01"}, {"last_month": "2026-1"}]
)
def test_months_are_written_in_one_way(client, town, draft, wrong):
    answer = post(client, f"/rule-drafts/{draft['id']}/simulate", town.chief, months() | wrong)
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json["errors"]


def test_the_command_lists_and_shows(client, town, draft, books):
    from incentive.settlement.commands import commands

    runner = books.test_cli_runner()
    listed = runner.invoke(commands, ["rules", "list"], env={"COLUMNS": "220"})
    assert listed.exit_code == 0, listed.output
    assert "12 points for every full 60 minutes" in listed.output
    assert "2000-01-01" in listed.output
    assert draft["id"] in listed.output
    shown = runner.invoke(commands, ["rules", "show", draft["id"]])
    assert json.loads(shown.output[shown.output.index("{") :]) == RULES
    unknown = runner.invoke(commands, ["rules", "show", str(make.new_id())])
    assert (unknown.exit_code, unknown.output.startswith("Error: ")) == (1, True)
