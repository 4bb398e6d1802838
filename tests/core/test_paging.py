import base64
import json
from datetime import date
from uuid import uuid4

import pytest

from incentive.core.db import transaction
from incentive.ledger import checks, reconciliation
from incentive.ledger.reconciliation import Comparison
from incentive.people.imports.models import PersonImport, PersonImportProgress
from incentive.points.budgets.models import Budget
from tests import factories

LISTS = [
    "/api/v1/bank-rows",
    "/api/v1/merchants",
    "/api/v1/sponsors",
    "/api/v1/price-agreements",
    "/api/v1/merchant-statements",
    "/api/v1/merchant-statements/{statement}/lines/{one}/orders",
    "/api/v1/regions",
    "/api/v1/activities",
    "/api/v1/activities/{activity}/shifts",
    "/api/v1/shifts/{shift}/sign-ups",
    "/api/v1/shifts/{shift}/attendances",
    "/api/v1/me/sign-ups",
    "/api/v1/me/service-records",
    "/api/v1/service-records",
    "/api/v1/stations",
    "/api/v1/stations?latitude=25&longitude=102.7",
    "/api/v1/stations/{station}/items",
    "/api/v1/stations/{station}/redemptions",
    "/api/v1/stations/{station}/ledger",
    "/api/v1/stations/{station}/stock",
    "/api/v1/stations/{station}/stock/movements",
    "/api/v1/stations/{station}/stocktakes",
    "/api/v1/stations/{station}/days",
    "/api/v1/stations/{station}/discrepancies",
    "/api/v1/discrepancies",
    "/api/v1/stocktakes/{stocktake}/lines",
    "/api/v1/me/redemptions",
    "/api/v1/me/statement",
    "/api/v1/accounts/{kind}/{station}/statement",
    "/api/v1/settlement/failures",
    "/api/v1/ledger/checkpoints",
    "/api/v1/audit-log",
    "/api/v1/points-budgets",
    "/api/v1/points-budgets/{budget}/waiting",
    "/api/v1/adjustments",
    "/api/v1/me/gifts",
    "/api/v1/me/disputes",
    "/api/v1/disputes",
    "/api/v1/reconciliation-runs",
    "/api/v1/reconciliation-runs/{run}/results/{one}/figures/{one}/rows",
    "/api/v1/rule-versions",
    "/api/v1/rule-drafts",
    "/rules",
    "/reconciliation",
    "/reconciliation/{run}/checks/{one}/figures/{one}",
    "/api/v1/desk/transactions",
    "/api/v1/desk/samples",
    "/api/v1/goods-without-agreement",
    "/api/v1/privacy-notices/{notice}/versions",
    "/api/v1/privacy-notice-drafts",
    "/api/v1/me/consents/history",
    "/api/v1/person-imports",
    "/api/v1/person-imports/{import}/rows",
    "/api/v1/person-merges",
    "/api/v1/erasures",
    "/api/v1/corrections",
    "/api/v1/me/corrections",
    "/api/v1/findings",
    "/erasures",
    "/corrections",
    "/me/corrections",
    "/findings",
    "/imports",
    "/imports/{import}",
    "/merges",
    "/roles",
    "/devices",
    "/merchant-statements",
    "/merchant-statements/{statement}/lines/{one}",
    "/price-agreements",
    "/bank",
    "/activities",
    "/stations",
    "/checkpoints",
    "/desk/acts",
    "/desk/ledger",
    "/desk/samples",
    "/duty",
    "/me/statement",
    "/me/service-records",
    "/stations/{station}/ledger",
    "/stations/{station}/stock",
    "/stations/{station}/stocktakes",
    "/stations/{station}/days",
    "/stations/{station}/discrepancies",
    "/discrepancies",
    "/stations/{station}/stocktakes/{stocktake}",
]
WRONG = [
    "i1",
    f"i{'9' * 30}",
    f"i{'9' * 5000}",
    "sx",
    "s\x00",
    "s\ud800",
    "u00000000-0000-7000-8000-0000000000ff",
    "d2020-01-01",
    "t2020-01-01T00:00:00",
    "t2020-01-01T00:00:00+00:00",
    "f1.5",
    "",
]


def cursor(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.fixture
def signed_in(client):
    """Rows for every list, and a client whose cookie is a person's who may read them all."""
    with transaction():
        home = factories.region()
        person = factories.person()
        for role in ("administrator", "community_worker", "auditor"):
            factories.grant(person, role, at=home)
        settled = factories.merchant_statement(
            home, factories.item(factories.station(home)), person
        )
        activity = factories.activity(home, by=person)
        shift = factories.shift(activity)
        station = factories.station(home)
        factories.grant(person, "station_manager", station=station)
        client.set_cookie("session", factories.token(person))
        client.ids = {
            "kind": "station",
            "activity": activity.id,
            "shift": shift.id,
            "station": station.id,
            "statement": settled.id,
            "run": comparison().request_id,
            "one": 1,
            "stocktake": factories.stocktake(station, person).id,
            "budget": budget_of(person, home).id,
            "notice": "privacy",
            "import": import_of(person, home).id,
        }
    return client


def budget_of(person, region):
    month = date(2026, 11, 1)
    return factories.add(
        Budget(
            region_id=region.id,
            period="month",
            first_day=month,
            last_day=date(2026, 11, 30),
            policy="queue",
            amount=10,
            created_by=person.id,
            created_at=factories.NOW,
        )
    )


def import_of(person, region):
    sent = factories.add(
        PersonImport(
            region_id=region.id,
            sent_by=person.id,
            sent_at=factories.NOW,
            file_bytes=100,
            status="checked",
        )
    )
    factories.add(PersonImportProgress(import_id=sent.id))
    return sent


def comparison():
    """A comparison of the books that is kept; none can be made amid a test's transaction."""
    asked = reconciliation.ask("system", factories.NOW)
    check = next(check for check in checks.registered() if check.figures)
    made = Comparison(asked.id, "system", factories.NOW, "1:1:", [checks.look(check)])
    reconciliation.keep(made, factories.NOW)
    return made


def lists_of(app):
    """The paths of the API's list endpoints, by the document: those that take a cursor."""
    document = app.test_client().get("/api/v1/openapi.json").json
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if parameter.get("name") == "cursor":
                yield path


def test_every_list_of_the_api_is_in_the_list_of_lists(books):
    known = {_shape(path) for path in LISTS}
    assert {_shape(path) for path in lists_of(books)} <= known


def _shape(path):
    path = path.partition("?")[0]
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("path", LISTS)
def test_a_list_refuses_a_cursor_that_another_gave_or_nobody(signed_in, path):
    url = path.format(**signed_in.ids)
    assert signed_in.get(url).status_code == 200, url
    for wrong in WRONG:
        for parts in (
            [wrong],
            [wrong, "u00000000-0000-7000-8000-0000000000ff"],
            [f"u{uuid4()}", wrong],
            [wrong, wrong],
        ):
            answer = signed_in.get(f"{url}{'&' if '?' in url else '?'}cursor={cursor(*parts)}")
            assert answer.status_code in (200, 400, 422), (parts, answer.text)


@pytest.mark.parametrize("wrong", [*WRONG, "u1"])
def test_a_cursor_of_another_kind_is_named_unknown(client, wrong):
    answer = client.get("/api/v1/activities", query_string={"cursor": cursor(wrong, wrong)[:400]})
    assert (answer.status_code, answer.json["code"]) == (400, "http.cursor_unknown")
    assert answer.json["field"] == "cursor"
