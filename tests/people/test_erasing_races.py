"""An erasure and something else of the same person's, at the same moment, on real connections."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import aside, transaction
from incentive.core.ids import new_id
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.people import personal
from incentive.people.caller import identify
from incentive.people.erasing import doing, service
from incentive.people.erasing.domain import COOLING_OFF
from incentive.people.erasing.errors import PersonErased
from incentive.people.erasing.models import Erasure
from incentive.people.models import Person
from incentive.people.sessions.opening import open_session
from incentive.stations import orders
from incentive.stations.errors import OrdersOpen
from tests import factories as make
from tests.ledger.test_postings import LATER, award


@pytest.fixture
def world(live):
    """Somebody with points whose week is over, and something to order and to come to."""
    with live.app_context(), transaction():
        home = make.region()
        person = make.person("张三丰", home_region_id=home.id)
        ledger.post([award(f"person:{person.id}", 40, "a", LATER)])
        item = make.item(make.station(home))
        shift = make.shift(make.activity(home, make.person()), clock.now())
        asked_at = clock.now() - COOLING_OFF
        erasure = service.ask(person.id, asked_at, gives_up_points=True)
        token, steward = make.token(person), make.person()
        make.grant(steward, "steward", at=home)
        return {
            "person": person.id,
            "number": person.volunteer_number,
            "item": item.id,
            "shift": shift.id,
            "erasure": erasure.id,
            "token": token,
            "steward": make.bearer(steward),
        }


def waiting():
    """Wait until somebody waits for a lock."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with aside() as beside:
            if beside.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def during_an_erasure(live, world, work):
    """Run `work` while the erasure is decided and not yet committed; return what came of it."""

    def run():
        with live.app_context():
            try:
                return work()
            except PersonErased as refused:
                return refused

    with ThreadPoolExecutor(1) as threads, live.app_context():
        with transaction():
            assert doing._begin(world["erasure"], clock.now())
            found = threads.submit(run)
            waiting()
        return found.result(30)


def redeem(world):
    with transaction():
        return orders.redeem(identify(world["token"]), world["item"], 1, clock.now())


def test_an_order_made_while_the_person_is_erased_is_refused(live, world):
    assert isinstance(during_an_erasure(live, world, lambda: redeem(world)), PersonErased)
    with live.app_context():
        assert doing.erase_due(clock.now()) == 1
        with transaction():
            assert list(checks.run()) == []


def test_an_order_that_was_first_keeps_the_erasure_waiting(live, world):
    with live.app_context(), ThreadPoolExecutor(1) as threads:
        with transaction():
            orders.redeem(identify(world["token"]), world["item"], 1, clock.now())

            def erase():
                with live.app_context():
                    return doing.erase_due(clock.now())

            # The order is not committed: the erasure gives way, and does not see half of it.
            assert threads.submit(erase).result(30) == 0
        assert doing.erase_due(clock.now()) == 0
        with transaction() as session:
            assert session.get(Erasure, world["erasure"]).waits_for == OrdersOpen.code
            assert personal.one(world["person"], "name").name == "张三丰"


def test_a_session_opened_while_the_person_is_erased_is_none(live, world):
    def sign_in():
        with transaction() as session:
            return open_session(session.get(Person, world["person"]), clock.now(), strong=True)

    assert isinstance(during_an_erasure(live, world, sign_in), PersonErased)
    with live.app_context(), transaction():
        assert identify(world["token"]) is None


def test_a_card_scanned_while_its_holder_is_erased_is_nobodys(live, world):
    def scan():
        body = {
            "nonce": str(new_id()),
            "scanned_at": clock.now().isoformat(),
            "shift_id": str(world["shift"]),
            "volunteer_number": world["number"],
        }
        return live.test_client().post("/api/v1/scans", json=body, headers=world["steward"])

    answer = during_an_erasure(live, world, scan)
    assert (answer.status_code, answer.json["code"]) == (404, "checkin.unknown_person"), answer.text


def test_two_who_erase_at_once_erase_once(live, world):
    def erase():
        with live.app_context():
            return doing.erase(world["erasure"], clock.now())

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(erase) for _ in range(4)]:
            assert done.result(30)
    with live.app_context(), transaction() as session:
        assert session.get(Erasure, world["erasure"]).points == 40
        assert list(checks.run()) == []
