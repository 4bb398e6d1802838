"""What two do at once, and what a death in the middle leaves: on real connections."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from incentive.core import clock
from incentive.core.db import db, session, transaction
from incentive.core.keystore.store import keystore
from incentive.people import jobs
from incentive.people.imports import entering, service
from incentive.people.imports.models import PersonImport, PersonImportRow
from incentive.people.models import Person
from tests import factories
from tests.people.conftest import territory
from tests.people.imports.conftest import caller_of, csv_of, past_made_up_numbers, phone

COMMUNITY = "530102001007"


@pytest.fixture
def worker(live):
    with live.app_context():
        past_made_up_numbers()
        places = territory()
        with transaction():
            person = factories.person()
            factories.grant(person, "community_worker", at=places["530102001"])
            return person.id


def listed(numbers):
    return csv_of(*([f"居民{'甲乙丙丁'[n % 4]}", phone(n), "", "", "", ""] for n in numbers))


def sent(worker, numbers):
    with transaction():
        made = service.send(
            caller_of(worker), region=COMMUNITY, content=listed(numbers), at=clock.now()
        )
    jobs.work_on_import(str(made.id))
    return made.id


def ask(worker, import_id):
    with transaction():
        service.enter(caller_of(worker), import_id, guardians=False)


def entered():
    with transaction():
        return session().scalar(
            select(func.count(Person.id)).where(Person.phone_blind.is_not(None))
        )


def together(app, *works):
    barrier = Barrier(len(works))

    def run(work):
        with app.app_context():
            barrier.wait()
            return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def test_two_lists_with_people_in_common_entered_at_once_enter_each_once(live, worker):
    with live.app_context():
        first, second = sent(worker, range(1500)), sent(worker, reversed(range(500, 2000)))
        ask(worker, first)
        ask(worker, second)
    together(
        live,
        lambda: jobs.work_on_import(str(first)),
        lambda: jobs.work_on_import(str(second)),
    )
    with live.app_context():
        assert entered() == 2000
        with transaction():
            rows = session().scalars(select(PersonImport).order_by(PersonImport.sent_at)).all()
            assert {row.status for row in rows} == {"entered"}
            assert sum(row.entered_rows for row in rows) == 2000


def test_one_list_worked_on_by_two_at_once_is_entered_once(live, worker):
    with live.app_context():
        one = sent(worker, range(1500))
        ask(worker, one)
    together(live, *[lambda: jobs.work_on_import(str(one))] * 2)
    with live.app_context():
        assert entered() == 1500


def test_two_who_press_at_once_have_it_entered_once(live, worker):
    with live.app_context():
        one = sent(worker, range(10))

    def press():
        try:
            ask(worker, one)
        except service.ImportNotNow:
            return False
        return True

    together(live, press, press)
    with live.app_context():
        jobs.work_on_import(str(one))
        assert entered() == 10


def test_killed_in_the_middle_nobody_is_entered_and_the_next_try_enters_all(
    live, worker, monkeypatch
):
    with live.app_context():
        one = sent(worker, range(2500))
        ask(worker, one)
        db.engine.dispose()
        keystore().dispose()
    child = os.fork()
    if not child:
        rounds = iter(range(9))
        grant = entering.person_queries.grant_volunteers

        def dying(*given):
            if next(rounds) == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            grant(*given)

        entering.person_queries.grant_volunteers = dying
        with live.app_context():
            jobs.work_on_import(str(one))
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    with live.app_context():
        assert entered() == 0
        with transaction():
            status = session().scalar(select(PersonImport.status))
            kept = session().scalar(select(func.count()).where(PersonImportRow.status == "new"))
        assert (status, kept) == ("entering", 2500)
        jobs.work_on_import(str(one))
        assert entered() == 2500


def test_what_fails_three_times_is_put_back_and_says_so(live, worker, monkeypatch):
    with live.app_context():
        one = sent(worker, range(10))
        ask(worker, one)

        def fail(*_):
            raise RuntimeError("gone")

        monkeypatch.setattr(entering.queries, "forget_tries", fail)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                jobs.work_on_import(str(one))
        assert entered() == 0
        monkeypatch.undo()
        jobs.work_on_import(str(one))
        with transaction():
            kept = session().scalars(select(PersonImport)).one()
            assert (kept.status, kept.refusal) == ("checked", "imports.broken")
        ask(worker, one)
        jobs.work_on_import(str(one))
        assert entered() == 10


def test_who_signs_in_while_the_list_is_undone_stays_whole_or_is_gone(live, worker):
    with live.app_context():
        one = sent(worker, range(10))
        ask(worker, one)
        jobs.work_on_import(str(one))
        with transaction():
            who = session().scalars(select(PersonImportRow.person_id)).first()
            service.undo(caller_of(worker), one, clock.now())

    def signs_in():
        with transaction():
            factories.token(session().get(Person, who))

    together(live, signs_in, lambda: jobs.work_on_import(str(one)))
    with live.app_context(), transaction():
        person = session().get(Person, who)
        assert (person.status == "active") == (person.name_sealed is not None)
        gone = session().scalar(select(func.count()).where(Person.status == "removed"))
        assert gone == (9 if person.status == "active" else 10)
