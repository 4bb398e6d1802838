"""What is past its time goes, what is not stays: each rule of the table, whoever made it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from click.testing import CliRunner
from sqlalchemy import func, inspect, select

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.people import commands
from incentive.people.models import SignIn, SignInFailure
from incentive.people.retention import doing, queries
from incentive.people.retention.models import RetentionFigure
from incentive.people.retention.table import Rule, keep, rules
from tests import factories
from tests.people.retention_samples import SAMPLES, add

DAY = timedelta(days=1)
NAMES = sorted(SAMPLES)


class Killed(BaseException):
    """Nothing catches it."""


@pytest.fixture
def rule(name):
    return next(rule for rule in rules() if rule.name == name)


def contents(row):
    """Where a row is, and all it says, as the database has it."""
    table, key = type(row).__table__, inspect(row).identity
    same = [column == value for column, value in zip(table.primary_key, key, strict=True)]
    return lambda: session().execute(select(table).where(*same)).one_or_none()


def test_every_rule_has_a_row_to_be_tried_with(app):
    told = sorted(rule.name for rule in rules())
    assert told == NAMES, "say in retention_samples.py what a row of the new rule looks like"


@pytest.mark.parametrize(
    "name", ["sessions", "origins", "unconfirmed_factors", "used_recovery_codes"]
)
def test_what_is_past_is_found_by_an_index(books, name, rule):
    keys = rule.table.primary_key
    wanted = select(*keys).where(rule.past(clock.now())).limit(1000)
    with transaction():
        driver = session().connection()
        told = wanted.compile(driver, compile_kwargs={"literal_binds": True})
        driver.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in driver.exec_driver_sql(f"EXPLAIN {told}"))
    # Walking all of an index by its key is no better than the table.
    assert "Index Cond" in plan or "Recheck Cond" in plan, plan


def test_every_rule_says_why_and_from_when(app):
    for rule in rules():
        assert str(rule.title)
        assert str(rule.since)
        assert str(rule.why)
        assert str(rule.law)
        assert rule.kept >= DAY


def test_two_rules_of_one_name_are_refused(app):
    first = rules()[0]
    with pytest.raises(ValueError, match=first.name):
        keep(first)


def test_the_application_may_do_it(books):
    with transaction():
        for rule in rules():
            needed = "UPDATE" if rule.is_blanked else "DELETE"
            may = select(func.has_table_privilege(rule.table.name, needed))
            assert session().scalar(may), (rule.name, needed)


def test_no_rule_is_about_evidence(app):
    evidence = {
        "accounts", "transactions", "entries", "scans", "attendances", "service_records",
        "record_decisions", "awards", "audit_entries", "consents", "leaf_packs", "checkpoints",
    }  # fmt: skip
    assert not evidence & {rule.table.name for rule in rules()}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_past_goes_and_what_is_not_stays(books, name, rule):
    now = clock.now()
    with transaction():
        who = factories.person(home_region_id=factories.region().id)
        late = add(name, who, now - rule.kept - DAY)
        early = add(name, who, now - rule.kept + DAY)
        session().flush()
        past, present = contents(late), contents(early)
        before = past(), present()
        assert queries.count(rule, now) == 1
    run_id = doing.run(now)
    with transaction():
        session().expire_all()
        assert queries.figures(run_id) == dict.fromkeys(SAMPLES, 0) | {name: 1}
        assert present() == before[1]
        left = past()
        assert (left is not None) == rule.is_blanked
        assert left != before[0]
        assert queries.count(rule, now) == 0


def test_a_blanked_origin_leaves_the_token_as_good_as_it_was(books):
    now = clock.now()
    with transaction():
        token = add("origins", factories.person(), now - 201 * DAY)
        session().flush()
        token_id, until = token.id, token.expires_at
    doing.run(now)
    with transaction():
        session().expire_all()
        left = session().get(SignIn, token_id)
        assert (left.browser, left.network) == ("", "")
        assert (left.name, left.expires_at, left.revoked_at) == ("报表", until, None)


def tries(number, at):
    """Wrong tries that are past their time."""
    with transaction():
        session().add_all(
            SignInFailure(phone_blind=new_id().bytes, failures=1, failed_at=at - 2 * DAY)
            for _ in range(number)
        )


def left():
    with transaction():
        return session().scalar(select(func.count()).select_from(SignInFailure))


def test_killed_in_the_middle_whole_batches_are_done_and_the_next_run_goes_on(books, monkeypatch):
    now = clock.now()
    tries(7, now)
    end_batch, calls = queries.end_batch, []

    def dying(rule, at, limit):
        gone = end_batch(rule, at, limit)
        if rule.name == "wrong_tries":
            calls.append(gone)
            if len(calls) == 3:
                raise Killed
        return gone

    with monkeypatch.context() as patch:
        patch.setattr(queries, "end_batch", dying)
        with pytest.raises(Killed):
            doing.run(now, limit=2)
    assert calls == [2, 2, 2]
    assert left() == 3
    with transaction():
        (broken,) = queries.last_runs(5)
        assert (broken.gone, broken.whole) == (4, False)
    again = doing.run(now, limit=2)
    assert left() == 0
    with transaction():
        assert queries.figures(again)["wrong_tries"] == 3
        assert {row.run_id: row.whole for row in queries.last_runs(5)}[again]
    nothing = doing.run(now)
    with transaction():
        assert sum(queries.figures(nothing).values()) == 0


def test_a_rule_that_fails_does_not_hold_up_the_others(books, monkeypatch):
    now = clock.now()
    tries(2, now)
    end_batch = queries.end_batch

    def failing(rule, at, limit):
        if rule.name == "answers":
            session().execute(select(func.no_such_function()))
        return end_batch(rule, at, limit)

    monkeypatch.setattr(queries, "end_batch", failing)
    run_id = doing.run(now)
    assert left() == 0
    with transaction():
        (row,) = queries.last_runs(1)
        assert (row.run_id, row.gone, row.whole) == (run_id, 2, False)


def test_two_runs_at_once_end_each_row_once(live):
    now, start = clock.now(), Barrier(2)
    with live.app_context():
        tries(300, now)

    def run():
        with live.app_context():
            start.wait(timeout=30)
            return doing.run(now, limit=20)

    with ThreadPoolExecutor(2) as pool:
        runs = [each.result(timeout=120) for each in [pool.submit(run), pool.submit(run)]]
    with live.app_context():
        assert left() == 0
        with transaction():
            gone = [queries.figures(each)["wrong_tries"] for each in runs]
            open_ones = select(RetentionFigure.rule).where(RetentionFigure.ended_at.is_(None))
            assert session().scalars(open_ones).all() == []
    assert sum(gone) == 300


def test_a_row_that_is_used_again_meanwhile_stays(live, monkeypatch):
    """Between the question and the deletion somebody fails at the same phone once more."""
    now = clock.now()
    with live.app_context():
        tries(1, now)
        past, asked = Rule.past, []

        def slow(rule, at):
            if rule.name == "wrong_tries":
                asked.append(at)
                if len(asked) == 2:
                    with ThreadPoolExecutor(1) as pool:
                        pool.submit(fail_again).result(timeout=30)
            return past(rule, at)

        def fail_again():
            with live.app_context(), transaction():
                session().scalars(select(SignInFailure)).one().failed_at = now

        monkeypatch.setattr(Rule, "past", slow)
        doing.run(now)
        assert len(asked) >= 2
        assert left() == 1


def test_the_command_says_what_would_go_and_then_what_went(books):
    now = clock.now()
    tries(3, now)
    dry = CliRunner().invoke(commands.commands, ["retention", "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert "3  delete  wrong_tries, 1 d after" in dry.output
    assert "3  would go" in dry.output
    assert left() == 3
    wet = CliRunner().invoke(commands.commands, ["retention"])
    assert "3  gone" in wet.output
    assert left() == 0
