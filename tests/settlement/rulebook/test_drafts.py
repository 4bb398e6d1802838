"""A change of rules needs a simulation and a second person, and no settled day is ruled again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.ledger import checks
from incentive.people.caller import Caller
from incentive.settlement import service as settlement
from incentive.settlement.models import Award, RuleVersion
from incentive.settlement.rulebook import service, simulation
from incentive.settlement.rulebook.errors import (
    DraftClosed,
    DraftNotSimulated,
    DraftNotSubmitted,
    EffectiveDayTaken,
    EffectiveTooEarly,
    NotOwnDraft,
    OwnDraft,
    RulesInvalid,
    UnknownDraft,
)
from tests import factories as make
from tests.factories import NINE, NOW
from tests.ledger.test_races import together

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
RULES = {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 7}]}


def caller_of(person):
    return Caller(person.id, person.volunteer_number, new_id(), ())


@pytest.fixture
def proposer(tx):
    return caller_of(make.person("提议人"))


@pytest.fixture
def second(tx):
    return caller_of(make.person("审批人"))


@pytest.fixture
def draft(proposer):
    return service.propose(RULES, TOMORROW, "提高标准", proposer, NOW, TODAY)


def simulate(draft, by):
    month = date(2026, 10, 1)
    simulation.ask(draft.id, month, month, by, NOW, TODAY)
    while simulation.step(NOW):
        pass


def acts():
    """What was recorded: the act, and the draft's state before and after."""
    found = session().query(AuditEntry).order_by(AuditEntry.id).all()
    return [(a.action, a.before and a.before["state"], a.after["state"]) for a in found]


def state_of(draft):
    return service.draft(draft.id)[0].state


def test_a_draft_is_simulated_submitted_and_approved_by_a_second_person(draft, proposer, second):
    simulate(draft, proposer)
    assert state_of(draft) == "simulated"
    service.submit(draft.id, proposer)
    version = service.approve(draft.id, second, NOW, TODAY)
    assert state_of(draft) == "approved"
    assert (version.document, version.effective_from) == (RULES, TOMORROW)
    assert (version.created_by, version.approved_by) == (proposer.person_id, second.person_id)
    assert acts() == [
        ("rules.propose", None, "draft"),
        ("rules.submit", "simulated", "submitted"),
        ("rules.approve", "submitted", "approved"),
    ]
    assert list(checks.run()) == []


def test_approved_rules_pay_from_their_day_on(draft, proposer, second):
    simulate(draft, proposer)
    service.submit(draft.id, proposer)
    service.approve(draft.id, second, NOW, TODAY)
    activity = make.activity(make.region(), by=make.person())
    person = make.person()
    records = [
        make.service_record(make.shift(activity, starts_at=NINE + timedelta(days=day)), person, 60)
        for day in (0, 1)
    ]
    while settlement.settle(NOW):
        pass
    assert [session().get(Award, record.id).points for record in records] == [10, 7]


def test_a_document_that_cannot_be_used_is_refused_at_its_field(proposer):
    broken = {"rules": [{"rule": "block", "block_minutes": 0, "block_points": 1}]}
    with pytest.raises(RulesInvalid) as refusal:
        service.propose(broken, TOMORROW, "x", proposer, NOW, TODAY)
    assert refusal.value.field == "rules[0].block_minutes"
    assert "1440" in str(refusal.value)


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1)])
def test_new_rules_begin_tomorrow_at_the_earliest(proposer, day):
    with pytest.raises(EffectiveTooEarly) as refusal:
        service.propose(RULES, day, "x", proposer, NOW, TODAY)
    assert refusal.value.figures == {"earliest": str(TOMORROW)}


def test_what_was_not_simulated_is_neither_submitted_nor_approved(draft, proposer, second):
    with pytest.raises(DraftNotSimulated):
        service.submit(draft.id, proposer)
    with pytest.raises(DraftNotSubmitted):
        service.approve(draft.id, second, NOW, TODAY)


def test_who_proposed_does_not_decide(draft, proposer):
    simulate(draft, proposer)
    service.submit(draft.id, proposer)
    with pytest.raises(OwnDraft):
        service.approve(draft.id, proposer, NOW, TODAY)
    with pytest.raises(OwnDraft):
        service.reject(draft.id, proposer, "x", NOW)


def test_nobody_else_submits_or_withdraws(draft, proposer, second):
    simulate(draft, proposer)
    with pytest.raises(NotOwnDraft):
        service.submit(draft.id, second)
    with pytest.raises(NotOwnDraft):
        service.withdraw(draft.id, second, NOW)


def test_a_draft_that_is_decided_on_stays_so(draft, proposer, second):
    service.withdraw(draft.id, proposer, NOW)
    for act in (
        lambda: service.submit(draft.id, proposer),
        lambda: service.approve(draft.id, second, NOW, TODAY),
        lambda: service.reject(draft.id, second, "x", NOW),
        lambda: service.withdraw(draft.id, proposer, NOW),
        lambda: simulate(draft, proposer),
    ):
        with pytest.raises(DraftClosed):
            act()


def test_a_draft_is_rejected_for_a_reason_that_stays(draft, proposer, second):
    simulate(draft, proposer)
    service.submit(draft.id, proposer)
    service.reject(draft.id, second, "预算不够", NOW)
    row = service.draft(draft.id)
    assert (row[0].state, row[0].decision, row.decider) == (
        "rejected",
        "预算不够",
        second.volunteer_number,
    )
    assert acts()[-1] == ("rules.reject", "submitted", "rejected")


def test_a_draft_taken_back_is_recorded(draft, proposer):
    service.withdraw(draft.id, proposer, NOW)
    assert acts()[-1] == ("rules.withdraw", "draft", "withdrawn")


def test_two_rule_sets_never_begin_on_one_day(draft, proposer, second):
    other = service.propose(RULES, TOMORROW, "另一份", proposer, NOW, TODAY)
    for one in (draft, other):
        simulate(one, proposer)
        service.submit(one.id, proposer)
    service.approve(draft.id, second, NOW, TODAY)
    with pytest.raises(EffectiveDayTaken):
        service.approve(other.id, second, NOW, TODAY)
    with pytest.raises(EffectiveDayTaken):
        service.propose(RULES, TOMORROW, "第三份", proposer, NOW, TODAY)


def test_a_draft_approved_too_late_is_refused(draft, proposer, second):
    simulate(draft, proposer)
    service.submit(draft.id, proposer)
    with pytest.raises(EffectiveTooEarly):
        service.approve(draft.id, second, NOW, TOMORROW)


def test_a_day_that_was_settled_ahead_of_time_is_not_ruled_again(draft, proposer, second):
    simulate(draft, proposer)
    service.submit(draft.id, proposer)
    activity = make.activity(make.region(), by=make.person())
    ahead = make.shift(activity, starts_at=NINE + timedelta(days=3))
    make.service_record(ahead, make.person(), 60)
    settlement.settle(NOW)
    with pytest.raises(EffectiveTooEarly) as refusal:
        service.approve(draft.id, second, NOW, TODAY)
    assert refusal.value.figures == {"earliest": "2026-11-26"}


def test_an_unknown_draft_is_named_so(proposer):
    with pytest.raises(UnknownDraft):
        service.submit(new_id(), proposer)


# What the database itself holds, whoever writes.


def forged(draft, **changes):
    usual = {
        "effective_from": draft.effective_from,
        "document": draft.document,
        "created_by": draft.proposed_by,
        "created_at": NOW,
        "draft_id": draft.id,
    }
    return RuleVersion(**usual | changes)


def test_the_database_takes_no_version_without_a_submitted_draft(tx):
    drafted = make.rule_draft(RULES, TOMORROW, state="draft")
    for draft_id in (drafted.id, None):
        with pytest.raises(DBAPIError, match="needs a submitted draft"), session().begin_nested():
            make.add(forged(drafted, draft_id=draft_id, approved_by=make.person().id))


def test_the_database_takes_no_other_document_than_the_drafts(tx):
    draft = make.rule_draft(RULES, TOMORROW)
    with pytest.raises(DBAPIError, match="what its draft says"), session().begin_nested():
        make.add(forged(draft, document={"rules": []}, approved_by=make.person().id))


def test_the_database_takes_nothing_that_was_not_simulated_as_it_stands(tx):
    draft = make.rule_draft(RULES, TOMORROW)
    session().execute(text("UPDATE simulations SET error = 'broken off'"))
    with pytest.raises(DBAPIError, match="simulated as it stands"), session().begin_nested():
        make.add(forged(draft, approved_by=make.person().id))


def test_the_database_takes_no_approval_by_who_proposed(tx):
    draft = make.rule_draft(RULES, TOMORROW)
    with pytest.raises(DBAPIError, match="second_person"), session().begin_nested():
        make.add(forged(draft, approved_by=draft.proposed_by))


def test_the_database_takes_no_rules_for_a_settled_day(tx):
    draft = make.rule_draft(RULES, TODAY)
    make.service_record(
        make.shift(make.activity(make.region(), by=make.person())), make.person(), 60
    )
    settlement.settle(NOW)
    with pytest.raises(DBAPIError, match="no settled day"), session().begin_nested():
        make.add(forged(draft, approved_by=make.person().id))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rule_drafts SET document = '{}'",
        "UPDATE rule_drafts SET effective_from = effective_from + 1",
        "UPDATE rule_drafts SET proposed_by = decided_by",
        "DELETE FROM rule_drafts",
        "UPDATE simulations SET document_hash = ''",
        "DELETE FROM simulations",
        "UPDATE simulation_persons SET would_pay = 0",
        "UPDATE rule_versions SET approved_by = NULL",
    ],
)
def test_the_application_cannot_change_what_was_drafted_simulated_and_approved(live, statement):
    with live.app_context():
        with transaction():
            make.rule_version(RULES, TOMORROW)
        with pytest.raises(DBAPIError, match="permission denied"), transaction():
            session().execute(text(statement))


def test_of_two_people_who_decide_at_once_one_does(live):
    with live.app_context(), transaction():
        draft = make.rule_draft(RULES, date(2099, 1, 1))
        deciders = [caller_of(make.person()) for _ in range(2)]

    def decide(n):
        if n:
            return service.approve(draft.id, deciders[n], NOW, TODAY).id
        return service.reject(draft.id, deciders[n], "不同意", NOW)

    def either(n):
        try:
            return decide(n)
        except DraftClosed as refused:
            return refused

    results = together(live, 2, either)
    assert sum(isinstance(result, DraftClosed) for result in results) == 1


def test_no_day_is_settled_under_the_old_rules_while_it_gets_new_ones(live):
    """Settling and approving meet in the settlement's lock: either the day has an award or rules."""
    with live.app_context(), transaction():
        draft = make.rule_draft(RULES, TOMORROW)
        second = caller_of(make.person())
        activity = make.activity(make.region(), by=make.person())
        record = make.service_record(
            make.shift(activity, starts_at=NINE + timedelta(days=1)), make.person(), 60
        )

    def race(n):
        try:
            return settlement.settle(NOW) if n else service.approve(draft.id, second, NOW, TODAY).id
        except EffectiveTooEarly as refused:
            return refused

    approved, _settled = together(live, 2, race)
    with live.app_context(), transaction():
        points = session().get(Award, record.id).points
        assert points == (10 if isinstance(approved, EffectiveTooEarly) else 7)
        assert list(checks.run()) == []
