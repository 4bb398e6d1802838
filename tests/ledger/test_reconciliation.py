import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from incentive.core import clock
from incentive.core.db import session, sqlalchemy_url, transaction
from incentive.ledger import checks, jobs, reconciliation
from incentive.ledger import service as ledger
from incentive.ledger.checks import Figure
from incentive.ledger.errors import UnknownRun
from tests.ledger.test_postings import award
from tests.ledger.test_races import together

STATEMENTS = "what a person's statement adds up to is what their purses hold"


@pytest.fixture
def own_check():
    """Register a check for this test alone."""
    names = []

    def register(name, find, *figures):
        names.append(name)
        checks.register(name, find, *figures)

    yield register
    for name in names:
        checks._checks.pop(name)


def tamper(app, statement):
    """Change rows as a superuser whom no trigger hinders."""
    engine = create_engine(
        sqlalchemy_url(app.config["SETTINGS"].admin_database_url), poolclass=NullPool
    )
    with engine.begin() as connection:
        connection.execute(text("SET search_path TO j_default"))
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(statement))


def compared(app, by="system"):
    """Ask, compare, and return (run, results by name)."""
    with app.app_context():
        with transaction():
            asked = reconciliation.ask(by, clock.now())
        jobs.reconcile()
        with transaction():
            _, run = reconciliation.request(asked.id)
            return run, {result.name: result for result in reconciliation.results(asked.id)}


def test_honest_books_agree_and_the_totals_of_both_sides_are_kept(books_with_movement):
    run, results = compared(books_with_movement)
    assert (run.failed, run.rows_found, run.checks) == (0, 0, len(checks.names()))
    assert results[STATEMENTS].figures == [
        ["points in persons' purses", 20],
        ["points on their statements", 20],
    ]
    assert all(result.clean for result in results.values())


def test_a_difference_is_kept_with_its_row_and_raises_the_alarm(books_with_movement):
    tamper(
        books_with_movement, "UPDATE accounts SET balance = balance + 3 WHERE purpose = 'available'"
    )
    with structlog.testing.capture_logs() as logs:
        run, results = compared(books_with_movement)
    wrong = results[STATEMENTS]
    assert (run.failed > 0, wrong.clean, wrong.rows_found) == (True, False, 1)
    assert wrong.figures == [["points in persons' purses", 23], ["points on their statements", 20]]
    with books_with_movement.app_context(), transaction():
        _, rows = reconciliation.result(run.id, wrong.position)
    assert rows == [{"owner": "person:1", "asset": "points", "balance": 23, "statement": 20}]
    alarms = [log for log in logs if log["event"] == "ledger.reconciliation_differs"]
    assert STATEMENTS in {log["check"] for log in alarms}
    assert {log["log_level"] for log in alarms} == {"error"}


def test_the_books_are_compared_as_of_one_moment(live, own_check):
    def post_meanwhile():
        together(live, 1, lambda _: ledger.post([award("person:1", 15, "late")]))
        return []

    own_check("nothing moves while it is looked at", post_meanwhile)
    # Registered after the writer, it would see the late points but for the snapshot.
    own_check(
        "both sides are of before",
        "SELECT id FROM transactions WHERE key = 'late'",
        Figure("points then", "SELECT id AS key, balance AS amount FROM accounts", "bigint"),
    )
    _, results = compared(live)
    late = results["both sides are of before"]
    assert (late.clean, late.figures) == (True, [["points then", 0]])
    _, results = compared(live)
    assert results["both sides are of before"].rows_found == 1


def test_figures_that_differ_fail_a_check_even_when_no_row_is_found(live, own_check):
    own_check(
        "one is two",
        "SELECT 1 WHERE false",
        Figure("one", "SELECT 'a' AS key, 1 AS amount", "text"),
        Figure("two", "SELECT 'a' AS key, 2 AS amount", "text"),
    )
    run, results = compared(live)
    assert (results["one is two"].clean, results["one is two"].rows_found, run.failed) == (
        False,
        0,
        1,
    )


def test_a_check_that_breaks_is_a_difference_and_hides_no_other(live, own_check):
    own_check("nobody can make this", "SELECT * FROM no_such_table")
    own_check("nor this", lambda: 1 / 0)
    own_check("but this", "SELECT 7 AS seven")
    run, results = compared(live)
    assert "no_such_table" in results["nobody can make this"].error
    assert "division" in results["nor this"].error
    assert (results["but this"].rows_found, run.failed) == (1, 3)


def test_a_check_that_takes_too_long_is_broken_off_and_the_rest_is_made(
    live, own_check, monkeypatch
):
    monkeypatch.setattr(reconciliation, "CHECK_SECONDS_MAX", 1)
    own_check("this takes a minute", "SELECT pg_sleep(60)")
    own_check("this does not", "SELECT 1 WHERE false")
    _, results = compared(live)
    assert "statement timeout" in results["this takes a minute"].error
    assert results["this does not"].clean


def test_of_many_wrong_rows_a_hundred_are_kept_and_all_are_counted(live, own_check):
    own_check("there are no numbers", "SELECT n FROM generate_series(1, 250) n")
    run, results = compared(live)
    assert results["there are no numbers"].rows_found == run.rows_found == 250
    with live.app_context(), transaction():
        _, rows = reconciliation.result(run.id, results["there are no numbers"].position)
    assert rows == [{"n": n} for n in range(1, 101)]


def test_asked_for_by_eight_at_once_the_books_are_compared_once(live):
    ids = together(live, 8, lambda n: reconciliation.ask(f"person:{n}", clock.now()).id)
    assert len(set(ids)) == 1
    with live.app_context():
        jobs.reconcile()
        jobs.reconcile()
        with transaction():
            assert len(reconciliation.runs(cursor=None, limit=10).items) == 1
            assert reconciliation.waiting() is None


def test_two_workers_do_not_compare_at_once(live, own_check):
    seen = []

    def try_meanwhile():
        def second(_):
            return reconciliation.next_request(clock.now())

        seen.extend(together(live, 1, second))
        return []

    own_check("a second worker finds nothing to do", try_meanwhile)
    compared(live)
    assert seen == [None]


def test_what_takes_its_workers_life_three_times_is_given_up_aloud(live):
    with live.app_context():
        with transaction():
            asked = reconciliation.ask("system", clock.now())
        for _ in range(reconciliation.ATTEMPTS_MAX):
            with transaction():  # a worker that dies before it has kept anything
                assert reconciliation.next_request(clock.now()).id == asked.id
        with structlog.testing.capture_logs() as logs:
            jobs.reconcile()
        with transaction():
            request, run = reconciliation.request(asked.id)
            assert (run, request.error) == (None, "given up: broken off 3 times")
            assert reconciliation.waiting() is None
    assert [log["event"] for log in logs] == ["ledger.reconciliation_given_up"]


@pytest.mark.parametrize("table", ["check_runs", "check_results", "check_findings"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET run_id = run_id", "DELETE FROM {}"])
def test_what_a_comparison_saw_is_never_changed(live, table, verb):
    statement = verb.format(table).replace(
        "run_id = run_id", "id = id" if table == "check_runs" else "run_id = run_id"
    )
    with live.app_context(), pytest.raises(DBAPIError, match="permission denied"), transaction():
        session().execute(text(statement))


def test_every_figure_opens_down_to_the_rows_that_make_it_up(books_with_movement):
    run, results = compared(books_with_movement)
    app = books_with_movement
    with app.app_context(), transaction():
        for result in results.values():
            for number, (_name, total) in enumerate(result.figures, 1):
                seen, cursor = [], None
                while True:
                    _, page = reconciliation.rows_behind(
                        run.id, result.position, number, cursor=cursor, limit=1
                    )
                    seen += page.items
                    cursor = page.next_cursor
                    if cursor is None:
                        break
                assert sum(row["amount"] for row in seen) == total
                assert len({row["key"] for row in seen}) == len(seen)


def test_a_figure_that_was_never_counted_has_no_rows(live):
    run, _ = compared(live)
    with live.app_context(), transaction(), pytest.raises(UnknownRun):
        reconciliation.rows_behind(run.id, 1, 99, cursor=None, limit=5)


def test_the_command_prints_both_sides_and_exits_with_1_on_a_difference(books_with_movement):
    from incentive.ledger.commands import commands

    with books_with_movement.app_context():
        runner = books_with_movement.test_cli_runner()
        clean = runner.invoke(commands, ["reconcile"], env={"COLUMNS": "200"})
        tamper(books_with_movement, "UPDATE accounts SET balance = 99 WHERE limited")
        wrong = runner.invoke(commands, ["reconcile"], env={"COLUMNS": "200"})
    assert clean.exit_code == 0, clean.output
    assert "20 points in persons' purses" in clean.output
    assert wrong.exit_code == 1
    assert "1 rows wrong" in wrong.output


def test_prometheus_is_told_what_the_last_comparison_found(books_with_movement):
    tamper(books_with_movement, "UPDATE accounts SET balance = 99 WHERE limited")
    compared(books_with_movement)
    figures = books_with_movement.test_client().get("/metrics").text
    named = f'incentive_check_findings{{check="{STATEMENTS}",jurisdiction="default"}} 1.0'
    assert named in figures
    assert 'incentive_checks_made_seconds{jurisdiction="default"}' in figures
