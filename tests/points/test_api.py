"""Budgets, corrections and the policy over HTTP, and the acts that they leave on record."""

import pytest

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.settlement import service as settlement
from tests import factories as make
from tests.points.conftest import people_of, serve


@pytest.fixture
def place(books):
    with transaction():
        return people_of(make.region())


@pytest.fixture
def ask(client, place):
    """`ask("chief", "post", "/adjustments", {...})`: as that person."""

    def do(name, method, path, body=None):
        with transaction():
            headers = make.creating(getattr(place, name))
        return getattr(client, method)(f"/api/v1{path}", json=body, headers=headers)

    return do


def acts():
    with transaction():
        rows = session().query(AuditEntry).order_by(AuditEntry.id)
        return [(row.action, row.reason) for row in rows]


def budget_of(place, ask, amount, policy="queue"):
    body = {"region": place.community.code, "period": "year", "day": "2026-11-24"}
    return ask("chief", "post", "/points-budgets", body | {"amount": amount, "policy": policy})


def test_a_budget_is_set_overrun_and_raised_by_two(ask, place, now):
    made = budget_of(place, ask, 5)
    assert (made.status_code, made.json["room"], made.json["last_day"]) == (201, 5, "2026-12-31")
    with transaction():
        serve(place.volunteer, place.community, starts_at=make.NINE)
        settlement.settle(now)
    path = f"/points-budgets/{made.json['id']}"
    (waiting,) = ask("auditor", "get", f"{path}/waiting").json["items"]
    assert (waiting["points"], waiting["volunteer_number"]) == (
        10,
        place.volunteer.volunteer_number,
    )
    own = ask("chief", "post", f"{path}/raises", {"points": 5, "reason": "加班"})
    assert (own.status_code, own.json["code"]) == (403, "points.own_budget")
    over = ask("second", "post", f"{path}/overruns", {"reason": "一次", "keys": [waiting["key"]]})
    assert (over.json["overrun"], over.json["promised"]) == (10, 10)
    raised = ask("second", "post", f"{path}/raises", {"points": 5, "reason": "加班"})
    assert (raised.json["amount"], raised.json["room"]) == (10, 10)
    (listed,) = ask("worker", "get", "/points-budgets").json["items"]
    assert (listed["waiting"], listed["region"]) == (0, place.community.name)
    assert acts() == [("budget.set", ""), ("budget.overrun", "一次"), ("budget.raise", "加班")]


def test_a_second_budget_for_the_month_is_refused(ask, place):
    budget_of(place, ask, 5)
    again = budget_of(place, ask, 5)
    assert (again.status_code, again.json["code"]) == (409, "points.months_taken")


def test_a_budget_of_elsewhere_is_not_to_be_seen(ask, place):
    made = budget_of(place, ask, 5).json["id"]
    for name in ("volunteer", "cousin"):
        assert ask(name, "get", "/points-budgets").status_code == 403
        assert ask(name, "get", f"/points-budgets/{made}/waiting").status_code == 403
    nobody = "00000000-0000-7000-8000-00000000000a"
    assert ask("chief", "get", f"/points-budgets/{nobody}/waiting").status_code == 404


def adjust(ask, place, points, by="worker"):
    number = place.volunteer.volunteer_number
    body = {"volunteer_number": number, "points": points, "reason": "补登"}
    return ask(by, "post", "/adjustments", body)


def test_an_adjustment_is_proposed_approved_and_reversed(ask, place):
    made = adjust(ask, place, 300)
    assert (made.status_code, made.json["status"]) == (201, "proposed")
    path = f"/adjustments/{made.json['id']}"
    approved = ask("chief", "post", f"{path}/approve", {"reason": "属实"}).json
    assert approved["status"] == "booked"
    again = ask("second", "post", f"{path}/approve", {"reason": "属实"})
    assert (again.status_code, again.json["code"]) == (409, "points.already_decided")
    undone = ask(
        "chief",
        "post",
        f"/transactions/{approved['transaction_id']}/reversals",
        {"reason": "重复"},
    ).json
    assert (undone["status"], undone["points"]) == ("proposed", -300)
    ask("second", "post", f"/adjustments/{undone['id']}/reject", {"reason": "没有重复"})
    assert [row["adjustment"]["status"] for row in listed(ask, "auditor")] == [
        "rejected",
        "booked",
    ]
    assert listed(ask, "auditor", "?status=proposed") == []
    assert [action for action, _ in acts()] == [
        "points.adjust",
        "points.approve",
        "points.reverse",
        "points.reject",
    ]


def listed(ask, name, query=""):
    return ask(name, "get", f"/adjustments{query}").json["items"]


def test_a_volunteer_adjusts_nothing_and_sees_nothing(ask, place):
    assert adjust(ask, place, 5, by="cousin").status_code == 403
    assert ask("volunteer", "get", "/adjustments").status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"points": 0}, {"points": 10**7}, {"reason": ""}, {"effective_on": "1999-01-01"}]
)
def test_an_adjustment_that_cannot_be_is_refused_at_its_field(ask, place, wrong):
    body = {"volunteer_number": place.volunteer.volunteer_number, "points": 5, "reason": "x"}
    answer = ask("worker", "post", "/adjustments", body | wrong)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == list(wrong)


def test_the_policy_is_changed_by_who_administers_all_of_it(ask, place):
    before = ask("volunteer", "get", "/points-policy").json
    assert (before["transfers_allowed"], before["adjustment_limit"]) == (False, 100)
    after = ask("chief", "patch", "/points-policy", {"adjustment_limit": 20}).json
    assert (after["adjustment_limit"], after["family_max"]) == (20, before["family_max"])
    assert adjust(ask, place, 21).json["status"] == "proposed"
    assert acts()[0] == ("points.policy", "")
    with transaction():
        make.grant(make.person(), "administrator", at=make.region("530102001002"))
    refused = ask("chief", "patch", "/points-policy", {"adjustment_limit": 5})
    assert (refused.status_code, refused.json["code"]) == (403, "points.not_over_all")
    assert ask("worker", "patch", "/points-policy", {}).status_code == 403
