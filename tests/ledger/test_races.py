from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from incentive.core.db import transaction
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Purse
from incentive.ledger.errors import AlreadyClosed, InsufficientPoints
from tests.ledger.test_postings import LATER, TODAY, award, points_of


def together(app, count, work):
    """Run `work(n)` in `count` threads at once, each in a transaction; return results or errors."""
    barrier = Barrier(count)

    def run(n):
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    return work(n)
            except (InsufficientPoints, AlreadyClosed) as refused:
                return refused

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def clean(app):
    with app.app_context(), transaction():
        return list(checks.run()) == []


def test_one_award_posted_by_eight_at_once_is_posted_once(live):
    results = together(live, 8, lambda _: ledger.post([award("person:1", 15, "a")])[0])
    assert sum(posted.fresh for posted in results) == 1
    assert len({posted.transaction_id for posted in results}) == 1
    assert clean(live)


def test_of_ten_holds_with_points_for_one_one_succeeds(live):
    together(live, 1, lambda _: ledger.post([award("person:1", 10, "a")]))
    wanted = {"owner": "person:1", "amount": 10, "source": "o", "actor": "p", "today": TODAY}
    results = together(live, 10, lambda n: ledger.hold(key=f"h{n}", **wanted))
    assert sum(isinstance(result, InsufficientPoints) for result in results) == 9
    assert clean(live)


def test_sets_in_opposite_order_do_not_wait_for_each_other_forever(live):
    people = [f"person:{n}" for n in range(30)]

    def post(n):
        order = people if n % 2 else people[::-1]
        ledger.post([award(person, 1, f"{n}:{person}") for person in order])

    for _ in range(3):
        results = together(live, 8, post)
        assert results == [None] * 8
    with live.app_context(), transaction():
        assert all(points_of(person) == 8 for person in people)
    assert clean(live)


def test_a_hold_spent_and_released_at_once_goes_one_way(live):
    def prepare(_):
        ledger.post([award("person:1", 10, "a", LATER)])
        ledger.hold(key="h", owner="person:1", amount=10, source="o", actor="p", today=TODAY)

    together(live, 1, prepare)

    def close(n):
        if n % 2:
            return ledger.spend(
                key="s", hold_key="h", to=Purse("system", "clearing"), actor="m", today=TODAY
            ).key
        return ledger.release(key="r", hold_key="h", actor="p", today=TODAY).key

    results = together(live, 6, close)
    assert len({result for result in results if isinstance(result, str)}) == 1
    assert clean(live)
