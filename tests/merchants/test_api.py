"""The whole way over the API, with the acts it leaves in the log, and the papers' figures."""

import io

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.money import yuan
from incentive.ledger import sealing
from incentive.stations import service as stations
from tests.merchants.conftest import API, PRICE, charged, day, get, noon, open_market, post, sent
from tests.merchants.conftest import statement as draft
from tests.qr import read_qr


def acts():
    with transaction():
        return [
            (row.action, row.subject, row.role)
            for row in session().query(AuditEntry).order_by(AuditEntry.id)
        ]


@pytest.fixture
def given_out(shop):
    with transaction():
        shop.give_out(day(10, 5), 4)
        shop.give_out(day(10, 6), 2)
    return shop


@pytest.fixture
def before(given_out):
    with transaction():
        return sent(given_out).statement.id


def test_parties_and_prices_are_entered_and_listed(client, shop):
    known = len(acts())
    code = shop.region.code
    merchant = post(client, shop, "/merchants", {"region": code, "name": "粮店"}, "chief").json
    sponsor = post(client, shop, "/sponsors", {"region": code, "name": "公司"}, "chief").json
    number = shop.people["stranger"].volunteer_number
    contacts = post(
        client, shop, f"/merchants/{merchant['id']}/contacts", {"volunteer_number": number}, "chief"
    ).json["items"]
    assert [row["volunteer_number"] for row in contacts] == [number]
    budget = {"first_day": "2026-01-01", "last_day": "2026-12-31", "fen": 100}
    made = post(client, shop, f"/sponsors/{sponsor['id']}/budgets", budget, "chief").json
    changed = client.patch(
        f"{API}/sponsor-budgets/{made['id']}", json={"fen": 200}, headers=shop.headers["chief"]
    )
    assert changed.json["fen"] == 200
    wanted = {
        "item_id": shop.other.id,
        "merchant_id": merchant["id"],
        "sponsor_id": sponsor["id"],
        "price_fen": 500,
        "valid_from": "2026-02-01",
    }
    agreed = post(client, shop, "/price-agreements", wanted, "chief")
    assert (agreed.status_code, agreed.json["item"]) == (201, shop.other.name)
    assert post(client, shop, "/price-agreements", wanted, "chief").status_code == 409
    ended = post(
        client,
        shop,
        f"/price-agreements/{agreed.json['id']}/end",
        {"last_day": "2026-03-01", "reason": "换供应商"},
        "chief",
    )
    assert ended.json["valid_until"] == "2026-03-01"
    gone = client.delete(
        f"{API}/merchant-contacts/{contacts[0]['id']}", headers=shop.headers["chief"]
    )
    assert gone.status_code == 204
    assert get(client, shop, f"/merchants/{merchant['id']}/contacts").json == {"items": []}
    assert [row["name"] for row in get(client, shop, "/sponsors?q=公").json["items"]] == ["公司"]
    (shown,) = get(client, shop, "/price-agreements?day=2026-02-15&limit=1").json["items"]
    assert shown["price_fen"] == 500
    assert get(client, shop, f"/sponsors/{sponsor['id']}/budgets").json["items"] == [changed.json]
    assert [action for action, _, role in acts()[known:] if role == "administrator"] == [
        "merchant.add",
        "sponsor.add",
        "merchant.contact",
        "sponsor.budget",
        "sponsor.budget",
        "agreement.make",
        "agreement.end",
        "merchant.contact",
    ]


def test_a_statement_goes_all_the_way_and_each_step_is_recorded(client, given_out):
    shop = given_out
    known = len(acts())
    period = {"first_day": "2026-10-01", "last_day": "2026-10-31"}
    parties = {"merchant_id": shop.merchant_id, "sponsor_id": shop.sponsor_id}
    made = post(client, shop, "/merchant-statements", parties | period)
    assert (made.status_code, made.json["statement"]["total_fen"]) == (201, 6 * PRICE)
    path = f"/merchant-statements/{made.json['statement']['id']}"
    assert post(client, shop, f"{path}/send").json["statement"]["status"] == "sent"
    objected = post(
        client,
        shop,
        f"{path}/lines/1/objections",
        {"side": "merchant", "text": "少一袋"},
        "contact",
    )
    (objection,) = objected.json["objections"]
    answered = post(
        client,
        shop,
        f"{path}/objections/{objection['id']}/answer",
        {"answer": "补记", "quantity": 1},
    )
    assert answered.json["statement"]["total_fen"] == 7 * PRICE
    post(client, shop, f"{path}/confirmations", {"side": "merchant"}, "contact")
    both = post(client, shop, f"{path}/confirmations", {"side": "sponsor"})
    assert both.json["statement"]["status"] == "confirmed"
    assert post(client, shop, f"{path}/charge").json["statement"]["status"] == "payable"
    payment = {"fen": 7 * PRICE, "reference": "网银 123", "paid_on": "2026-11-01"}
    paid = post(client, shop, f"{path}/payments", payment)
    assert paid.json["statement"]["status"] == "paid"
    payment_id = paid.json["payments"][0]["id"]
    back = post(client, shop, f"{path}/payments/{payment_id}/take-back", {"reason": "退票"})
    assert back.json["statement"]["status"] == "payable"
    reversed_ = post(client, shop, f"{path}/reverse", {"reason": "重做"})
    assert reversed_.json["statement"]["status"] == "reversed"
    assert [(action, role) for action, _, role in acts()[known:]] == [
        ("statement.make", "community_worker"),
        ("statement.send", "community_worker"),
        ("statement.object", "volunteer"),
        ("statement.answer", "community_worker"),
        ("statement.confirm", "volunteer"),
        ("statement.confirm", "community_worker"),
        ("statement.charge", "community_worker"),
        ("statement.pay", "community_worker"),
        ("statement.take_back", "community_worker"),
        ("statement.reverse", "community_worker"),
    ]


def test_an_objection_is_declined_in_words(client, given_out, before):
    path = f"/merchant-statements/{before}"
    objected = post(
        client,
        given_out,
        f"{path}/lines/1/objections",
        {"side": "merchant", "text": "少一袋"},
        "contact",
    )
    objection = objected.json["objections"][0]["id"]
    answered = post(
        client, given_out, f"{path}/objections/{objection}/answer", {"answer": "监控可查"}
    )
    assert answered.json["objections"][0]["outcome"] == "declined"
    assert len(answered.json["lines"]) == 1


def test_making_a_statement_twice_with_one_key_makes_one(client, given_out):
    body = {
        "merchant_id": given_out.merchant_id,
        "sponsor_id": given_out.sponsor_id,
        "first_day": "2026-10-01",
        "last_day": "2026-10-31",
    }
    first, second = (
        post(client, given_out, "/merchant-statements", body, key="statement-once")
        for _ in range(2)
    )
    assert first.json == second.json
    assert len(get(client, given_out, "/merchant-statements").json["items"]) == 1


def test_a_line_opens_down_to_orders(client, given_out, before):
    path = f"/merchant-statements/{before}/lines/1/orders"
    page = get(client, given_out, f"{path}?limit=1").json
    rest = get(client, given_out, f"{path}?cursor={page['next_cursor']}").json
    rows = page["items"] + rest["items"]
    assert [(row["day"], row["quantity"]) for row in rows] == [("2026-10-05", 4), ("2026-10-06", 2)]
    assert {row["volunteer_number"] for row in rows} == {given_out.people["buyer"].volunteer_number}
    assert (
        get(client, given_out, f"/merchant-statements/{before}/lines/9/orders").status_code == 404
    )


def test_lists_are_filtered(client, given_out, before):
    def found(query):
        return len(get(client, given_out, f"/merchant-statements?{query}").json["items"])

    assert found("status=sent") == found("from=2026-10-31") == found("to=2026-10-01") == 1
    assert found("status=paid") == found("from=2026-11-01") == found("to=2026-09-30") == 0
    assert get(client, given_out, "/merchant-statements?status=x").status_code == 422
    assert get(client, given_out, "/merchant-statements", by="stranger").json["items"] == []


def words_and_figures(client, shop, path):
    with client.get(f"{API}{path}", headers=shop.headers["worker"]) as answer:
        assert answer.status_code == 200, answer.text
        return answer.data, answer.headers["Content-Disposition"]


def test_both_papers_show_the_api_s_totals_and_a_name_like_a_formula_stays_a_text(client, books):
    shop = open_market(budget=10**8)
    with transaction():
        stations.change_item(shop.callers["chief"], shop.item.id, name="=1+1")
        shop.give_out(day(10, 5), 1000)
        shop.give_out(day(10, 5), 234)
        made = charged(shop).statement.id
    shown = get(client, shop, f"/merchant-statements/{made}").json
    total, lines = shown["statement"]["total_fen"], shown["lines"]
    assert total == sum(line["amount_fen"] for line in lines) == 1234 * PRICE
    data, header = words_and_figures(client, shop, f"/merchant-statements/{made}.xlsx")
    assert "filename*=UTF-8''JS" in header
    rows = [list(row) for row in load_workbook(io.BytesIO(data)).active.values]
    (line,) = [row for row in rows if row[1] == "=1+1"]
    assert (round(line[4] * 100), line[5], round(line[6] * 100)) == (PRICE, 1234, total)
    (sums,) = [row for row in rows if row[1] == "合计"]
    assert (sums[5], round(sums[6] * 100)) == (1234, total)
    assert not [
        cell
        for row in load_workbook(io.BytesIO(data)).active
        for cell in row
        if cell.data_type == "f"
    ]
    data, _ = words_and_figures(client, shop, f"/merchant-statements/{made}.pdf")
    printed = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert "翠湖便利店" in printed
    assert "=1+1" in printed
    assert printed.count(yuan(total)) == 2
    assert shown["statement"]["reference"] in printed
    assert "第 1 页，共 1 页" in printed


def test_both_papers_carry_the_latest_checkpoint_of_the_books(live):
    with live.app_context():
        shop, client = open_market(), live.test_client()
        with transaction():
            shop.give_out(day(10, 5), 4)
            made = sent(shop).statement.id
        with transaction():
            sealing.seal_batch()
            note = sealing.checkpoint(clock.now()).note
        data, _ = words_and_figures(client, shop, f"/merchant-statements/{made}.pdf")
        (drawn,) = PdfReader(io.BytesIO(data)).pages[-1].images
        found = read_qr(drawn.image.convert("L"))
        assert found.text == note
        data, _ = words_and_figures(client, shop, f"/merchant-statements/{made}.xlsx")
        (image,) = load_workbook(io.BytesIO(data)).active._images
        with Image.open(io.BytesIO(image._data())) as picture:
            found = read_qr(picture.convert("L"))
        assert found.text == note


def test_papers_are_for_those_who_may_see_the_statement(client, given_out, before):
    for ending in ("pdf", "xlsx"):
        path = f"/merchant-statements/{before}.{ending}"
        assert get(client, given_out, path, by="stranger").status_code == 404
        assert client.get(f"{API}{path}").status_code == 401


def test_refusals_name_the_field_and_the_figures(client, given_out):
    refused = post(
        client,
        given_out,
        "/merchant-statements",
        {
            "merchant_id": given_out.merchant_id,
            "sponsor_id": given_out.sponsor_id,
            "first_day": "2026-09-01",
            "last_day": "2026-09-30",
        },
    )
    assert (refused.status_code, refused.json["code"]) == (409, "merchants.nothing_to_settle")
    assert refused.json["figures"] == {"total_fen": 0, "orders": 0}
    with transaction():
        assert draft(given_out, at=noon(day(11, 2)))
