"""The comparison of the books over the API, and what packages beside the ledger compare."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core.db import sqlalchemy_url, transaction
from incentive.ledger import jobs, reconciliation
from incentive.settlement import service
from incentive.settlement.reach import common
from tests import factories as make
from tests.factories import NOW
from tests.stations.conftest import API, collect, open_shop, order, post

PAID = "every settled record has exactly one award, and no other record has one"
WAITS = "every verified record was paid, is set aside by name, or was verified less than a day ago"
LANE = "all records of a person are in one lane of the settlement"
POINTS = "every award's points are what its transaction gave the person"
ISSUED = (
    "what the awards of a region's activities come to is what its issuance account gave for them"
)
LEDGER = "every award in the ledger is of a settled record"
STOCK = "every item's stock is the sum of its movements"
SHELF = "every order took its goods off once, left the shelf if it was handed over, and those given back are back"
HOLDS = "every order holds its points, and the hold ended the way the order did"
INCOME = "what came to a station for orders is what those handed over and not refunded cost"
STATEMENT = "what a person's statement adds up to is what their purses hold"

# What is tampered with: (statement, the checks that see it, what a row of theirs names)
TAMPERING = {
    "an award deleted": ("DELETE FROM awards", [PAID, LEDGER, ISSUED], "record"),
    "a record to be settled again": (
        "INSERT INTO unsettled_records SELECT settlement_lane(person_id), id FROM service_records",
        [PAID],
        "record",
    ),
    "a record in another lane": (
        (
            "INSERT INTO unsettled_records"
            " SELECT 1 - settlement_lane(person_id), id FROM service_records"
        ),
        [LANE],
        "record",
    ),
    "a record rejected behind the settlement's back": (
        (
            "ALTER TABLE service_records DISABLE TRIGGER no_longer_verified;"
            " UPDATE service_records SET status = 'rejected', reason = 'x'"
        ),
        [PAID],
        "record",
    ),
    "a record forgotten for a day": (
        (
            "UPDATE service_records SET decided_at = now() - interval '25 hours';"
            " INSERT INTO unsettled_records SELECT settlement_lane(person_id), id"
            " FROM service_records"
        ),
        [WAITS],
        "record",
    ),
    "an award raised": ("UPDATE awards SET points = points + 1", [POINTS, ISSUED], "record"),
    "an award of nobody's": (
        "UPDATE transactions SET key = 'award:x' WHERE kind = 'award'",
        [POINTS],
        "record",
    ),
    "an issue from another region": (
        (
            "UPDATE accounts SET owner = 'region:other' WHERE purpose = 'issuance'"
            " AND EXISTS (SELECT FROM entries e JOIN transactions t ON t.id = e.transaction_id"
            " WHERE e.account_id = accounts.id AND t.kind = 'award')"
        ),
        [ISSUED],
        "region",
    ),
    "a balance raised": (
        "UPDATE accounts SET balance = balance + 5 WHERE purpose = 'available'",
        [STATEMENT],
        "volunteer",
    ),
    "stock taken": ("UPDATE items SET stock = stock - 1", [STOCK], "item"),
    "a movement deleted": (
        "DELETE FROM stock_movements WHERE kind = 'held'",
        [STOCK, SHELF],
        "item",
    ),
    "a waiting order dearer": (
        "UPDATE redemptions SET points = points + 1 WHERE status = 'held'",
        [HOLDS],
        "waiting",
    ),
    "an order handed over in the table only": (
        "UPDATE redemptions SET status = 'collected', collected_at = now() WHERE status = 'held'",
        [HOLDS, INCOME],
        "waiting",
    ),
    "a station paid for nothing": (
        (
            "UPDATE redemptions SET status = 'cancelled', collected_at = NULL, closed_at = now()"
            " WHERE status = 'collected'"
        ),
        [INCOME, HOLDS],
        "station",
    ),
}


@pytest.fixture
def town(live):
    """Books with a paid hour, an order that waits and one handed over; ids by what they are."""
    with live.app_context():
        shop = open_shop()
        client = live.test_client()
        handed = order(client, shop).json
        assert collect(client, shop, handed["code"]).status_code == 200
        waiting = order(client, shop, 2).json
        with transaction():
            home = make.session().get(make.Region, shop.region_id)
            volunteer = make.person()
            shift = make.shift(make.activity(home, by=make.person()))
            record = make.service_record(shift, volunteer, 60)
            record.decided_at = make.clock.now()
            service.settle(NOW)
            ids = {
                "record": record.id,
                "region": home.id,
                "volunteer": volunteer.id,
                "item": shop.item_id,
                "waiting": waiting["id"],
                "station": shop.station_id,
            }
        live.shop, live.ids = shop, {name: str(value) for name, value in ids.items()}
        yield live


def compared():
    with transaction():
        asked = reconciliation.ask("system", NOW)
    jobs.reconcile()
    with transaction():
        results = reconciliation.results(asked.id)
        return {
            result.name: (result, reconciliation.result(asked.id, result.position)[1])
            for result in results
        }


def test_honest_books_agree_on_every_side(town):
    results = compared()
    assert [name for name, (result, _) in results.items() if not result.clean] == []
    assert dict(results[POINTS][0].figures) == {
        "points awarded": 10,
        "points that persons got by awards": 10,
    }
    assert {total for _, total in results[INCOME][0].figures} == {10}
    assert {total for _, total in results[HOLDS][0].figures} == {20}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_a_superuser_tampered_with_is_found_and_the_row_named(town, what):
    statement, seen_by, named = TAMPERING[what]
    engine = create_engine(
        sqlalchemy_url(town.config["SETTINGS"].admin_database_url), poolclass=NullPool
    )
    with engine.begin() as connection:
        connection.execute(text("SET search_path TO j_default"))
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(statement))
    results = compared()
    for name in seen_by:
        result, rows = results[name]
        assert not result.clean, name
        assert rows or len({total for _, total in result.figures}) > 1, name
    assert town.ids[named] in str(results[seen_by[0]][1])


def test_over_the_api_an_auditor_asks_and_reads_down_to_the_rows(town):
    client, auditor = town.test_client(), town.shop.auditor
    asked = post(client, "/reconciliation-runs", auditor)
    assert asked.status_code == 202
    jobs.reconcile()
    address = f"{API}/reconciliation-runs/{asked.json['id']}"
    run = client.get(address, headers=auditor).json
    assert (run["run"]["failed"], run["asked"]["error"]) == (0, "")
    (result,) = [one for one in run["results"] if one["name"] == POINTS]
    assert [figure["total"] for figure in result["figures"]] == [10, 10]
    rows = client.get(
        f"{address}/results/{result['position']}/figures/1/rows", headers=auditor
    ).json
    assert [(row["key"], row["amount"]) for row in rows["items"]] == [(town.ids["record"], 10)]
    detail = client.get(f"{address}/results/{result['position']}", headers=auditor).json
    assert detail["rows"] == []
    listed = client.get(f"{API}/reconciliation-runs", headers=auditor).json
    assert [one["id"] for one in listed["items"]] == [asked.json["id"]]


def test_over_the_api_nobody_else_reads_it(town):
    client = town.test_client()
    for headers in (town.shop.person, town.shop.manager, town.shop.worker):
        answer = client.get(f"{API}/reconciliation-runs", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "people.out_of_scope")


@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [
        ("53.5301", "53.5301", "53.5301"),
        ("53.5301.530102", "53.5301.530103", "53.5301"),
        ("53", "53.5301", "53"),
        ("52.5201", "53.5301", ""),
    ],
)
def test_what_all_places_share_is_what_the_first_and_the_last_share(first, last, shared):
    assert common(first, last) == shared
