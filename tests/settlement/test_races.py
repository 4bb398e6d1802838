from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from incentive.core.db import session, transaction
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.people.models import Person
from incentive.settlement import service
from tests import factories as make
from tests.factories import NOW

PEOPLE = 60


def test_four_workers_settling_the_same_records_pay_each_once(live):
    with live.app_context(), transaction():
        shift = make.shift(make.activity(make.region(), by=make.person()), quota=100)
        people = [make.person().id for _ in range(PEOPLE)]
        for person_id in people:
            make.service_record(shift, session().get(Person, person_id), 60)
    barrier = Barrier(4)

    def work(_):
        with live.app_context():
            barrier.wait()
            done = 0
            while True:
                with transaction():
                    batch = service.settle(NOW, limit=7)
                if not batch:
                    return done
                done += batch

    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(work, range(4)))
    assert sum(counts) == PEOPLE
    with live.app_context(), transaction():
        assert [sum(b.points for b in ledger.balances(f"person:{p}")) for p in people] == [
            10
        ] * PEOPLE
        assert list(checks.run()) == []


def test_a_cap_holds_when_two_workers_settle_one_persons_day(live):
    with live.app_context(), transaction():
        activity = make.activity(make.region(), by=make.person())
        person = make.person()
        owner = f"person:{person.id}"
        for _ in range(8):
            make.service_record(make.shift(activity, hours=10), person, 300)
    barrier = Barrier(2)

    def work(_):
        with live.app_context():
            barrier.wait()
            for _ in range(10):
                with transaction():
                    service.settle(NOW, limit=1)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, range(2)))
    with live.app_context(), transaction():
        assert sum(b.points for b in ledger.balances(owner)) == 80
