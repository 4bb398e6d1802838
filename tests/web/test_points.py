"""Giving, objecting, adjusting, deciding and budgeting by the pages, and the acts on record."""

import re

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.points.notices import service as notices
from incentive.points.policy import service as policies
from incentive.points.policy.models import PointsPolicy
from tests import factories as make
from tests.points.conftest import earn, people_of, points_of
from tests.points.test_giving import give


@pytest.fixture
def place(books):
    with transaction():
        found = people_of(make.region())
        usual = {"family_max": 5, "transfer_cap": 500, "donation_cap": 500}
        allowed = {"transfers_allowed": True, "donations_allowed": True}
        terms = {"dispute_open_days": 60, "dispute_term_days": 15}
        limits = {"adjustment_limit": 100, "worker_limit": 1000}
        make.add(PointsPolicy(**usual, **allowed, **terms, **limits, created_at=clock.now()))
        give(found.volunteer, 100)
        return found


@pytest.fixture
def as_(browsing, place):
    return lambda name: browsing(getattr(place, name))


def acts():
    with transaction():
        return [row.action for row in session().query(AuditEntry).order_by(AuditEntry.id)]


def has(person, purpose="available"):
    with transaction():
        return points_of(person, purpose)


def address(browser, page, end):
    return re.search(rf'action="([^"]+/{end})"', browser.get(page).text).group(1)


def test_family_is_asked_agrees_and_is_given_points(as_, place):
    mine, theirs = as_("volunteer"), as_("cousin")
    asked = mine.send("/me/giving/invite", volunteer_number=place.cousin.volunteer_number)
    assert (asked.status_code, asked.location) == (303, "/me/giving")
    theirs.send(address(theirs, "/me/giving", "accept"))
    mine = as_("volunteer")
    given = mine.send(address(mine, "/me/giving", "transfer"), points=30)
    assert given.status_code == 303
    assert (has(place.volunteer), has(place.cousin)) == (70, 30)
    refused = mine.send(address(mine, "/me/giving", "transfer"), points=400)
    assert refused.status_code == 409
    assert "Needs 400 points" in refused.text
    assert "Between family members" in mine.get("/me/statement").text
    mine.send(address(mine, "/me/giving", "end"))
    assert "no family member" in mine.get("/me/giving").text


def test_points_are_donated_to_the_community(as_, place):
    mine = as_("volunteer")
    assert mine.send("/me/giving/donate", points=30).status_code == 303
    assert has(place.volunteer) == 70
    assert mine.send("/me/giving/donate", points="many").status_code == 422


def test_points_taken_are_contested_from_the_statement_and_decided(as_, place):
    worker = as_("worker")
    number = place.volunteer.volunteer_number
    fields = {"volunteer_number": number, "direction": "take", "points": 40, "reason": "误记"}
    assert worker.send("/points/adjustments", **fields).status_code == 303
    mine = as_("volunteer")
    link = re.search(r"/me/disputes\?transaction=\d+", mine.get("/me/statement").text).group()
    assert "Why were the points" in mine.get(link).text
    contested = mine.send("/me/disputes", transaction=link.rpartition("=")[2], reason="我在场")
    assert contested.status_code == 303
    assert (has(place.volunteer), has(place.volunteer, "held")) == (60, 40)
    chief = as_("chief")
    decide = address(chief, "/points/disputes", "decide")
    unclear = chief.send(decide, outcome="both", reason="查实")
    assert unclear.status_code == 422
    assert chief.send(decide, outcome="for_person", reason="查实").status_code == 303
    assert has(place.volunteer) == 100
    assert "Reason: 查实" in as_("volunteer").get("/me/disputes").text
    assert acts() == ["points.adjust", "dispute.decide"]


def test_an_adjustment_above_the_limit_is_approved_by_another(as_, place):
    chief = as_("chief")
    number = place.volunteer.volunteer_number
    fields = {"volunteer_number": number, "direction": "give", "points": 300, "reason": "补登"}
    chief.send("/points/adjustments", **fields)
    assert "Somebody else has to decide" in chief.get("/points/adjustments").text
    second = as_("second")
    approve = address(second, "/points/adjustments", "approve")
    assert second.send(approve, reason="").status_code == 422
    assert second.send(approve, reason="属实").status_code == 303
    assert has(place.volunteer) == 400
    again = second.send(approve, reason="属实")
    assert again.status_code == 409
    assert acts() == ["points.adjust", "points.approve"]


def test_a_budget_is_set_run_over_and_raised_by_two(as_, place):
    chief = as_("chief")
    fields = {"region": place.community.code, "period": "year", "amount": 5, "policy": "queue"}
    assert chief.send("/points/budgets", **fields).status_code == 303
    assert "somebody else has to raise it" in chief.get("/points/budgets").text
    with transaction():
        earn(place.cousin, place.community)
    second = as_("second")
    over = address(second, "/points/budgets", "overrun")
    assert second.send(over, reason="一次性").status_code == 303
    more = address(second, "/points/budgets", "raise")
    assert second.send(more, points=100, reason="年底").status_code == 303
    assert acts() == ["budget.set", "budget.overrun", "budget.raise"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_reckoned_with_is_no_day(as_, place, day):
    fields = {"region": place.community.code, "period": "month", "amount": 5, "day": day}
    assert as_("chief").send("/points/budgets", **fields).status_code == 422


@pytest.mark.parametrize("page", ["adjustments", "disputes", "budgets"])
def test_a_volunteer_sees_none_of_these_pages_and_an_empty_one_says_so(as_, page):
    assert as_("volunteer").get(f"/points/{page}").status_code == 403
    assert 'class="empty"' in as_("auditor").get(f"/points/{page}").text


def test_a_warning_of_expiry_stands_on_ones_own_page(as_, place):
    now = clock.now()
    with transaction():
        give(place.volunteer, 120, clock.local_day(now, "Asia/Shanghai"))
        notices.warn(now)
    assert "120 points expire on" in as_("volunteer").get("/me").text


def test_the_address_of_a_form_leads_to_the_page_it_stands_on(as_, place):
    some = place.community.id
    for path, page in {
        "/me/giving/invite": "/me/giving",
        f"/me/giving/{some}/transfer": "/me/giving",
        f"/points/adjustments/{some}/approve": "/points/adjustments",
        f"/points/disputes/{some}/decide": "/points/disputes",
        f"/points/budgets/{some}/raise": "/points/budgets",
    }.items():
        assert as_("chief").get(path).location == page


def test_points_given_are_contested_by_a_worker_and_taken_back(as_, place):
    worker, second = as_("worker"), as_("second")
    number = place.volunteer.volunteer_number
    fields = {"volunteer_number": number, "direction": "give", "points": 40, "reason": "补登"}
    assert second.send("/points/adjustments", **fields).status_code == 303
    page = worker.get("/points/adjustments").text
    link = re.search(r"/points/disputes\?transaction=\d+", page).group()
    transaction_id = link.rpartition("=")[2]
    assert f'value="{transaction_id}"' in worker.get(link).text
    nothing = worker.send("/points/disputes", transaction=999_999, reason="查无此人")
    assert nothing.status_code == 404
    contested = worker.send("/points/disputes", transaction=transaction_id, reason="不在场")
    assert contested.status_code == 303
    assert (has(place.volunteer), has(place.volunteer, "held")) == (100, 40)
    assert "Contest points that were given" not in as_("auditor").get("/points/disputes").text
    chief = as_("chief")
    decide = address(chief, "/points/disputes", "decide")
    assert chief.send(decide, outcome="against_person", reason="查实").status_code == 303
    assert (has(place.volunteer), has(place.volunteer, "held")) == (100, 0)
    assert acts() == ["points.adjust", "dispute.open", "dispute.decide"]


def test_an_award_leads_an_administrator_to_contest_it_and_not_who_got_it(as_, place):
    with transaction():
        _, record = earn(place.volunteer, place.community)
        address = f"/awards/{record.id}"
    assert "/points/disputes?transaction=" in as_("chief").get(address).text
    assert "/points/disputes?transaction=" not in as_("volunteer").get(address).text


def test_the_policy_is_read_by_workers_and_changed_by_who_administers_all(as_, place):
    read = as_("worker").get("/points/policy").text
    assert "Change it" not in read
    chief = as_("chief")
    assert "Change it" in chief.get("/points/policy").text
    numbers = {"family_max": 5, "transfer_cap": 300, "donation_cap": 500, "adjustment_limit": 100}
    numbers |= {"worker_limit": 800, "dispute_open_days": 60, "dispute_term_days": 15}
    changed = chief.send("/points/policy", transfers_allowed="yes", **numbers)
    assert changed.status_code == 303
    with transaction():
        now = policies.policy()
        assert (now.transfers_allowed, now.donations_allowed) == (True, False)
        assert (now.transfer_cap, now.worker_limit) == (300, 800)
    same = chief.send("/points/policy", transfers_allowed="yes", **numbers)
    assert same.status_code == 303
    beyond = chief.send("/points/policy", **numbers | {"family_max": 21})
    assert beyond.status_code == 422
    assert as_("worker").send("/points/policy", **numbers).status_code == 403
    assert acts() == ["points.policy"]


def test_an_adjustment_past_a_budget_that_queues_waits_and_is_approved_over_it(as_, place):
    chief, second = as_("chief"), as_("second")
    fields = {"region": place.community.code, "period": "month", "amount": 5, "policy": "queue"}
    assert chief.send("/points/budgets", **fields).status_code == 303
    number = place.volunteer.volunteer_number
    fields = {"volunteer_number": number, "direction": "give", "points": 50, "reason": "补登"}
    assert as_("worker").send("/points/adjustments", **fields).status_code == 303
    assert has(place.volunteer) == 100
    approve = address(second, "/points/adjustments", "approve")
    assert chief.send(approve, reason="属实").status_code == 403
    assert second.send(approve, reason="属实").status_code == 303
    assert has(place.volunteer) == 150
