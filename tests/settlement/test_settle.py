from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from incentive.activities.models import Activity
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.ledger.errors import Unbalanced
from incentive.settlement import service, setting_aside, statements
from incentive.settlement.errors import UnknownFailure
from incentive.settlement.models import Award, RuleVersion, SettlementFailure
from tests import factories as make
from tests.factories import HOUR, NINE, NOW


@pytest.fixture
def community(tx):
    return make.region()


@pytest.fixture
def activity(community):
    return make.activity(community, by=make.person("社区工作者"))


@pytest.fixture
def served(activity):
    """Add verified records: `served(person, minutes)`, each on a shift of its own."""

    def serve(person, minutes=60, day=0, status="verified", hour=0):
        shift = make.shift(activity, starts_at=NINE + timedelta(days=day, hours=hour), hours=12)
        return make.service_record(shift, person, minutes, status)

    return serve


def points_of(person):
    return sum(b.points for b in ledger.balances(f"person:{person.id}"))


def clean():
    return list(checks.run()) == []


def test_a_verified_hour_becomes_ten_points_that_last_to_the_end_of_next_year(served):
    person = make.person()
    served(person, 60)
    assert service.settle(NOW) == 1
    (balance,) = ledger.balances(f"person:{person.id}")
    assert (balance.points, balance.expires_on) == (10, date(2027, 12, 31))
    assert clean()


def test_points_come_from_the_issuance_of_the_activitys_region(served, community):
    served(make.person(), 60)
    service.settle(NOW)
    assert ledger.total(f"region:{community.id}", "issuance") == -10


def test_settling_again_pays_nothing_more(served):
    person = make.person()
    served(person, 60)
    service.settle(NOW)
    assert service.settle(NOW + HOUR) == 0
    assert points_of(person) == 10


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_a_record_that_is_not_verified_earns_nothing(served, status):
    person = make.person()
    served(person, 60, status=status)
    assert service.settle(NOW) == 0
    assert points_of(person) == 0


def test_a_day_pays_eighty_points_at_most_however_its_records_are_batched(served):
    person = make.person()
    for hour in (0, 3, 6):
        served(person, 180, hour=hour)
    assert service.settle(NOW, limit=2) == 2
    assert service.settle(NOW, limit=2) == 1
    assert points_of(person) == 80
    assert clean()


def test_another_day_pays_anew(served):
    person = make.person()
    served(person, 600)
    served(person, 600, day=1)
    service.settle(NOW)
    assert points_of(person) == 160


def test_a_record_too_short_to_pay_is_settled_with_nothing_and_says_so(served):
    record = served(make.person(), 5)
    service.settle(NOW)
    award = session().get(Award, record.id)
    assert (award.points, award.transaction_id) == (0, None)
    assert award.explanation
    assert clean()


def test_an_award_stores_the_rule_version_that_paid_and_explains_itself(served):
    record = served(make.person(), 90)
    service.settle(NOW)
    award = session().get(Award, record.id)
    assert str(award.rule_version_id) == "00000000-0000-7000-8000-000000000001"
    (line,) = statements.lines(f"person:{record.person_id}", "zh", limit=5).items
    assert "15" in " ".join(line["explanation"])


def test_each_day_is_paid_by_the_version_in_force_on_it(served):
    make.rule_version(
        {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 1}]}, date(2026, 11, 23)
    )
    person = make.person()
    before, after = served(person, 60), served(person, 60, day=1)
    while service.settle(NOW):
        pass
    assert session().get(Award, before.id).points == 10
    assert session().get(Award, after.id).points == 1


@pytest.fixture
def poisoned(served):
    """A record whose key was used in the ledger for something else."""
    record = served(make.person("坏"), 60)
    other = Purse(f"person:{record.person_id}", "available")
    lines = transfer(Purse("region:x", "issuance"), other, 1)
    ledger.post(
        [Posting(f"award:{record.id}", "adjustment", "elsewhere", "x", date(2026, 1, 1), lines)]
    )
    return record


def test_a_poisoned_record_is_set_aside_and_the_rest_are_paid(served, poisoned):
    others = [make.person() for _ in range(9)]
    for person in others:
        served(person, 60)
    assert service.settle(NOW) == 10
    assert [points_of(person) for person in others] == [10] * 9
    (failure,) = setting_aside.listing(None, cursor=None, limit=10).items
    assert failure["failure"].service_record_id == poisoned.id
    assert failure["failure"].code == "ledger.key_conflict"


def test_a_poisoned_record_waits_longer_after_each_failure(poisoned):
    service.settle(NOW)
    assert service.settle(NOW) == 0
    assert service.settle(NOW + timedelta(minutes=1)) == 1
    failure = session().get(SettlementFailure, poisoned.id, populate_existing=True)
    assert (failure.attempts, failure.retry_at) == (2, NOW + timedelta(minutes=3))


def test_a_record_of_a_day_without_rules_is_set_aside_by_name(activity):
    shift = make.shift(activity, starts_at=NINE - timedelta(days=365 * 30))
    record = make.service_record(shift, make.person())
    service.settle(NOW)
    (failure,) = setting_aside.listing(None, cursor=None, limit=10).items
    assert failure["failure"].service_record_id == record.id
    assert failure["failure"].code == "settlement.no_rule_in_force"


def test_lapsed_points_expire_and_the_books_stay_whole(activity):
    person = make.person()
    shift = make.shift(activity, starts_at=NINE.replace(year=2024))
    make.service_record(shift, person, 60)
    service.settle(NOW)
    assert service.expire(date(2025, 12, 31)) == 0
    assert service.expire(date(2026, 1, 1)) == 1
    assert points_of(person) == 0
    assert clean()


def test_nothing_expires_on_a_day_that_is_still_to_come(served):
    served(make.person(), 60)
    service.settle(NOW)
    with pytest.raises(Unbalanced):
        service.expire(date(9999, 1, 1))


def test_records_of_days_under_two_versions_take_a_transaction_each(served):
    make.rule_version(
        {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 1}]}, date(2026, 11, 23)
    )
    person = make.person()
    served(person, 60)
    served(person, 60, day=1)
    assert [service.settle(NOW) for _ in range(3)] == [1, 1, 0]
    assert clean()


def test_a_rule_document_that_cannot_be_read_stops_only_its_own_days(served):
    make.rule_version({"rules": 7}, date(2026, 11, 23))
    person, other = make.person(), make.person()
    served(person, 60)
    later = served(other, 60, day=1)
    while service.settle(NOW):
        pass
    assert (points_of(person), points_of(other)) == (10, 0)
    (failure,) = setting_aside.listing(None, cursor=None, limit=10).items
    assert failure["failure"].service_record_id == later.id


def test_a_record_rejected_while_set_aside_is_no_longer_listed(poisoned):
    service.settle(NOW)
    poisoned.status, poisoned.reason = "rejected", "nobody came"
    session().flush()
    assert setting_aside.listing(None, cursor=None, limit=10).items == []
    with pytest.raises(UnknownFailure):
        setting_aside.retry(poisoned.id, None, NOW)


def test_a_record_that_is_paid_after_all_is_no_longer_among_the_failures(served):
    record = served(make.person(), 60)
    make.add(
        SettlementFailure(
            service_record_id=record.id,
            person_id=record.person_id,
            region_id=session().scalar(select(Activity.region_id)),
            day=record.day,
            code="x",
            message="x",
            failed_at=NOW,
            retry_at=NOW,
        )
    )
    assert len(setting_aside.listing(None, cursor=None, limit=10).items) == 1
    service.settle(NOW)
    assert session().get(SettlementFailure, record.id, populate_existing=True) is None


def test_lapsed_points_no_longer_count_even_before_the_nightly_run(served):
    person = make.person()
    served(person, 60)
    service.settle(NOW)
    owner = f"person:{person.id}"
    assert [b.points for b in ledger.usable_balances(owner, date(2027, 12, 31))] == [10]
    assert ledger.usable_balances(owner, date(2028, 1, 1)) == []


AWARD = text(
    "SELECT settlement_award(ARRAY[CAST(:record AS uuid)], '{0}', '{NULL}', '{NULL}', '{1}', '[[]]',"
    " :version, now())"
)


def test_an_award_is_its_records_whoever_makes_it(served):
    record = served(make.person(), 60)
    version = session().scalar(select(RuleVersion.id))
    session().execute(AWARD, {"record": record.id, "version": version})
    award = session().get(Award, record.id)
    assert (award.person_id, award.day) == (record.person_id, record.day)
    assert award.activity_id == session().scalar(select(Activity.id))


@pytest.mark.parametrize("unknown", ["record", "version"])
def test_an_award_without_a_record_or_a_rule_version_is_refused_by_the_database(served, unknown):
    known = {"record": served(make.person(), 60).id}
    known["version"] = session().scalar(select(RuleVersion.id))
    with pytest.raises(IntegrityError) as refused, session().begin_nested():
        session().execute(AWARD, known | {unknown: new_id()})
    assert refused.value.orig.diag.constraint_name == "fk_awards_record"
    session().execute(AWARD, known)


def test_the_application_makes_no_award_but_by_the_function(served):
    served(make.person(), 60)
    service.settle(NOW)
    with pytest.raises(ProgrammingError, match="permission denied"), session().begin_nested():
        session().execute(text("INSERT INTO awards SELECT * FROM awards"))
