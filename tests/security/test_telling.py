"""What a stranger can find out by asking: who has an account, and what lies behind a number."""

import re

import pytest
from sqlalchemy import event, text

from incentive.core.db import db, session, transaction
from incentive.core.jurisdictions import known_hosts
from incentive.people import passwords, service
from tests import factories as make
from tests.security.urls import addresses
from tests.stations.conftest import give

KNOWN, UNKNOWN = "13812345678", "13912345679"
PASSWORD = "翠湖的红嘴海鸥 8"
OWN = {"Origin": "http://localhost"}


@pytest.fixture
def somebody(books):
    with transaction():
        return service.create_person(
            name="张三",
            phone=KNOWN,
            password=PASSWORD,
            home_region_id=make.region().id,
            by=None,
            at=make.NOW,
        )


@pytest.fixture
def work(monkeypatch):
    """What an answer costs: every password hashed and every statement, in order.

    Counted and not timed: argon2 is all that takes long enough to be seen from outside.
    """
    done = []
    hasher = passwords._HASHER

    class Counting:
        def __getattr__(self, name):
            def call(*args):
                done.append(f"argon2 {name}")
                return getattr(hasher, name)(*args)

            return call

    # Both are made once for a while, whoever comes first.
    passwords._nobodys()
    known_hosts()
    monkeypatch.setattr(passwords, "_HASHER", Counting())

    def note(_connection, _cursor, statement, *_):
        if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK)", statement):
            done.append(statement.split("WHERE")[0])

    target = db.engines[None]
    event.listen(target, "before_cursor_execute", note)
    yield done
    event.remove(target, "before_cursor_execute", note)


def asked(work, ask):
    """What asking answers and costs."""
    del work[:]
    answer = ask()
    text = re.sub(r"13[89]12345\d{3}", "PHONE", answer.get_data(as_text=True))
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    headers = sorted((name, value) for name, value in answer.headers if name != "Content-Length")
    return (answer.status_code, text, headers), list(work)


def api(client, phone):
    return client.post("/api/v1/sessions", json={"phone": phone, "password": "wrong wrong"})


def page(client, phone):
    return client.post(
        "/sign-in", data={"phone": phone, "password": "wrong wrong", "next": "/me"}, headers=OWN
    )


@pytest.mark.parametrize("way", [api, page])
def test_an_unknown_phone_is_answered_as_a_known_one_and_costs_as_much(client, somebody, work, way):
    known = asked(work, lambda: way(client, KNOWN))
    unknown = asked(work, lambda: way(client, UNKNOWN))
    assert known[0] == unknown[0]
    assert known[1] == unknown[1]
    assert known[1].count("argon2 verify") == 1


@pytest.mark.parametrize("way", [api, page])
def test_the_lock_tells_them_apart_neither(client, somebody, work, way):
    seen = [
        [asked(work, lambda phone=phone: way(client, phone)) for _ in range(7)]
        for phone in (KNOWN, UNKNOWN)
    ]
    # The seconds that are left may differ by one.
    plain = [[(re.sub(r"\d+", "N", str(answer)), cost) for answer, cost in each] for each in seen]
    assert plain[0] == plain[1]
    assert seen[0][0][0][0] != seen[0][-1][0][0], "it was locked in the end"


def test_a_volunteer_number_tells_a_volunteer_nothing(client, somebody):
    with transaction():
        walker = make.person()
        make.grant(walker, "volunteer", at=make.province())
        headers = make.bearer(walker)
    there = client.get(f"/api/v1/persons/by-number/{somebody.volunteer_number}", headers=headers)
    gone = client.get("/api/v1/persons/by-number/5399999999990", headers=headers)
    assert (there.status_code, there.json) == (gone.status_code, gone.json)
    assert there.status_code == 403


def test_a_number_that_can_be_counted_up_tells_a_volunteer_nothing(client, books, somebody):
    """Ids are long and random, but for a few: these answer alike whether they are there or not."""
    with transaction():
        walker, other = make.person(), make.person()
        community = make.region("530102001002")
        make.grant(walker, "volunteer", at=community)
        station = make.station(community)
        goods = make.item(station)
        give(other.id, 10)
        headers = make.bearer(walker)
        numbers = first_of("transactions", "stock_movements", "discrepancies")
    assert goods.id
    counted = [
        address
        for address in addresses(books, {"station_id": station.id})
        if address.is_api
        and "<int:" in address.rule.rule
        and "<uuid:" not in address.rule.rule.replace("<uuid:station_id>", "")
    ]
    assert len(counted) >= 6
    for address in counted:
        # Where a body is needed, an empty one is refused before anything is looked for.
        assert answers(client, books, address, headers, numbers) in ({404}, {403}, {422}), address


def answers(client, books, address, headers, numbers):
    found = set()
    adapter = books.url_map.bind("localhost")
    keyed = headers | {"Idempotency-Key": "12345678"}
    name = next(iter(set(address.rule.arguments) - {"station_id"}))
    for number in (*numbers, 10**9):
        path = adapter.build(address.rule.endpoint, {name: number}, method=address.method)
        found.add(client.open(path, method=address.method, headers=keyed).status_code)
    return found


def first_of(*tables):
    found = (session().scalar(text(f"SELECT min(id) FROM {table}")) for table in tables)
    return [number for number in found if number]


def test_no_id_of_a_persons_can_be_counted_up(books):
    """What is a person's own has a random id; what is counted up is looked at by rights alone."""
    counted = {
        rule.endpoint
        for rule in books.url_map.iter_rules()
        if any(type(c).__name__ == "IntegerConverter" for c in rule._converters.values())
    }
    assert counted <= COUNTED, counted - COUNTED


COUNTED = {
    # versions of what everybody may read
    "web.privacy_notice",
    # the ledger's own numbers, for those who read it, or whose points they are
    "api_desk_ledger.show_transaction",
    "web.desk_transaction",
    "api_corrections.reverse",
    "api_receipts.receipt",
    "api_receipts.draw_receipt",
    "web.receipt",
    # of a station's books, for those who keep or read them
    "api_discrepancies.clear_discrepancy",
    "web.clear_discrepancy",
    "api_stock.correct_movement",
    "web.correct_movement",
    # places within something that has an id of its own
    "api_merchant_statements.list_orders",
    "api_merchant_statements.object_to",
    "web.merchant_statement_line",
    "web.object_to_line",
    "web.to_merchant_statement",
    "api_reconciliation.result",
    "api_reconciliation.figure_rows",
    "web.reconciliation_check",
    "web.reconciliation_figure",
    # what is published
    "web.checkpoint",
}
