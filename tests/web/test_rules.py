"""A change of rules on the pages: the form, the trial, the second person."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from incentive import rules
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.rules.registry import RULES
from incentive.settlement import jobs
from incentive.settlement import service as settlement
from incentive.settlement.models import RuleVersion
from incentive.settlement.rulebook.models import RuleDraft
from incentive.web import rule_forms
from tests import factories as make

EVERY_RULE = {
    "rules": [
        {"rule": "block", "block_minutes": 6, "block_points": 1},
        {"rule": "multiplier_kind", "percents": {"patrol": 150, "翠湖 巡护": 50}},
        {
            "rule": "multiplier_day",
            "weekend_percent": 120,
            "holiday_percent": 200,
            "holidays": ["2026-10-01", "2026-10-02"],
            "workdays": ["2026-10-10"],
        },
        {"rule": "first_service", "points": 5},
        {"rule": "cap_activity", "points": 90},
        {"rule": "cap_day", "points": 60},
        {"rule": "cap_month", "points": 150},
    ]
}


@pytest.fixture
def town(books):
    with transaction():
        home = make.region()
        chief, deputy, auditor, volunteer = (make.person(name) for name in "甲乙丙丁")
        make.grant(chief, "administrator", at=home)
        make.grant(deputy, "administrator", at=home)
        make.grant(auditor, "auditor", at=home)
        make.grant(volunteer, "volunteer", at=home)
        start = clock.now() - timedelta(days=1)
        shift = make.shift(make.activity(home, by=chief), starts_at=start)
        make.service_record(shift, volunteer, 60)
        settlement.settle(clock.now())
    return SimpleNamespace(
        home=home, chief=chief, deputy=deputy, auditor=auditor, volunteer=volunteer
    )


def typed(**changes):
    tomorrow = day_of(clock.now()) + timedelta(days=1)
    usual = {"block_minutes": "60", "block_points": "12", "effective_from": str(tomorrow)}
    return usual | {"reason": "提高标准"} | changes


def draft_path():
    with transaction():
        return f"/rules/drafts/{session().query(RuleDraft.id).scalar()}"


def months():
    month = f"{clock.now() - timedelta(days=1):%Y-%m}"
    return {"first_month": month, "last_month": month}


def test_a_change_goes_from_the_form_to_being_in_force(browsing, town):
    chief, deputy = browsing(town.chief), browsing(town.deputy)
    assert "10 an hour" in chief.get("/rules/new").text
    answer = chief.send("/rules/drafts", **typed())
    assert (answer.status_code, answer.location) == (303, "/rules")
    path = draft_path()
    assert path in chief.get("/rules").text
    assert "Not simulated yet" in chief.get(path).text

    chief.send(f"{path}/simulate", **months())
    assert f'hx-get="{path}/progress"' in chief.get(path).text
    jobs.simulate()
    assert chief.get(f"{path}/progress").headers["HX-Refresh"] == "true"
    page = chief.get(path).text
    assert "Would have paid 12 points instead of 10." in page
    assert town.volunteer.volunteer_number in page
    assert "丁" not in page
    assert "12 points for every full 60 minutes" in page
    assert "At most 80 points on one day" in page  # what it would replace

    assert f"{path}/approve" not in deputy.get(path).text
    assert chief.send(f"{path}/submit").status_code == 303
    assert f"{path}/approve" not in chief.get(path).text
    assert f"{path}/approve" in deputy.get(path).text
    refused = chief.send(f"{path}/approve")
    assert (refused.status_code, "second person" in refused.text) == (409, True)
    assert deputy.send(f"{path}/approve").status_code == 303
    assert "Approved. These rules are in force from" in deputy.get(path).text
    with transaction():
        assert session().query(RuleVersion).count() == 2
    assert "to come" in browsing(town.auditor).get("/rules").text


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(browsing, town):
    answer = browsing(town.chief).send(
        "/rules/drafts", **typed(cap_day="eighty", kinds="patrol 150", reason="冬季加计")
    )
    assert answer.status_code == 422
    assert re.search(r'id="cap_day-error">.*must be a whole number from 0 to 100000', answer.text)
    assert 'value="eighty"' in answer.text
    assert "patrol 150" in answer.text
    assert "冬季加计" in answer.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"block_points": ""}, "block_points"),
        ({"kinds": "patrol"}, "kinds"),
        ({"kinds": "patrol lots"}, "kinds"),
        ({"holidays": "2026-10-01, tomorrow"}, "holidays"),
        ({"workdays": "2026-02-30"}, "workdays"),
        ({"weekend_percent": "1001"}, "weekend_percent"),
        ({"first_service": "0"}, "first_service"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"effective_from": "2026-01-01"}, "effective_from"),
        ({"reason": ""}, "reason"),
    ],
)
def test_every_field_that_can_be_wrong_says_so_itself(browsing, town, wrong, field):
    answer = browsing(town.chief).send("/rules/drafts", **typed(**wrong))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_months_in_the_wrong_order_are_refused_on_the_drafts_page(browsing, town):
    chief = browsing(town.chief)
    chief.send("/rules/drafts", **typed())
    path = draft_path()
    for wrong in ({"first_month": "2026-10", "last_month": "2026-09"}, {"first_month": "x"}):
        answer = chief.send(f"{path}/simulate", **wrong)
        assert answer.status_code == 422
        assert "months in order" in answer.text


def test_not_approving_needs_a_reason_that_the_proposer_sees(browsing, town):
    chief, deputy = browsing(town.chief), browsing(town.deputy)
    chief.send("/rules/drafts", **typed())
    path = draft_path()
    chief.send(f"{path}/simulate", **months())
    jobs.simulate()
    chief.send(f"{path}/submit")
    assert deputy.send(f"{path}/reject", reason="").status_code == 422
    assert deputy.send(f"{path}/reject", reason="预算不够").status_code == 303
    assert "预算不够" in chief.get(path).text


def test_a_draft_taken_back_cannot_be_used_any_more(browsing, town):
    chief = browsing(town.chief)
    chief.send("/rules/drafts", **typed())
    path = draft_path()
    assert chief.send(f"{path}/withdraw").status_code == 303
    page = chief.get(path).text
    assert "taken back by its proposer" in page
    assert f"{path}/simulate" not in page
    assert chief.send(f"{path}/simulate", **months()).status_code == 409


def test_auditors_read_and_volunteers_do_not(browsing, town):
    auditor, volunteer = browsing(town.auditor), browsing(town.volunteer)
    page = auditor.get("/rules")
    assert (page.status_code, "/rules/new" in page.text) == (200, False)
    assert auditor.send("/rules/drafts", **typed()).status_code == 403
    assert volunteer.get("/rules").status_code == 403


def test_a_new_draft_starts_from_another_or_from_the_rules_in_force(browsing, town):
    chief = browsing(town.chief)
    assert re.search(r'name="cap_day"[^>]*value="80"', chief.get("/rules/new").text)
    chief.send("/rules/drafts", **typed(cap_month="700"))
    start = draft_path().rpartition("/")[2]
    assert re.search(
        r'name="cap_month"[^>]*value="700"', chief.get(f"/rules/new?from={start}").text
    )


def test_addresses_of_forms_lead_to_the_page_they_stand_on(browsing, town):
    chief = browsing(town.chief)
    assert chief.get("/rules/drafts").location == "/rules"
    path = f"/rules/drafts/{make.new_id()}"
    assert chief.get(f"{path}/approve").location == path
    assert chief.get(path).status_code == 404


def test_a_form_gives_the_document_that_it_was_made_from():
    form = rule_forms.typed_of(EVERY_RULE)
    assert rule_forms.document_of(form) == EVERY_RULE
    rules.parse(EVERY_RULE)


def test_every_rule_and_parameter_has_a_field():
    every = {entry["rule"]: set(entry) - {"rule"} for entry in EVERY_RULE["rules"]}
    assert {rule: set(fields) for rule, fields in rule_forms.FIELDS.items()} == every
    assert set(every) == set(RULES)
