"""A file is looked at first, taken in whole or not at all, and the same row never counts twice."""

import base64

import pytest

from incentive.core.db import session, transaction
from incentive.core.money import yuan
from incentive.merchants import banking, confirming, paying, statements
from incentive.merchants.domain import reference
from incentive.merchants.matching import Match, Owed, match
from incentive.merchants.payment_errors import BankRowMatched, BankRowsWrong, UnknownBankRow
from incentive.merchants.payment_models import BankRow, Payment
from incentive.merchants.settling_errors import WrongState
from incentive.merchants.statement_errors import PaidTooMuch
from incentive.people.errors import OutOfScope
from tests.merchants.conftest import (
    PRICE,
    charged,
    confirmed,
    day,
    findings,
    get,
    noon,
    open_market,
    owed,
    paid,
    post,
)
from tests.merchants.test_races import together

HEAD = "日期,金额,附言,对方户名\n"
AT = noon(day(11, 20))


def csv(*rows):
    return (HEAD + "".join(",".join(row) + "\n" for row in rows)).encode("gb18030")


def row(fen, quoted, who="翠湖便利店", on="2026-11-10"):
    return (on, yuan(fen).replace(",", ""), quoted, who)


@pytest.fixture
def due(market):
    market.give_out(day(10, 5), 4)
    return charged(market).statement


@pytest.fixture
def quoted(due):
    return f"货款 {reference(due.serial)}"


def take_in(market, *rows, by="worker"):
    return banking.take_in(
        market.callers[by], region=market.region.code, name="bank.csv", content=csv(*rows), at=AT
    )


def kinds(found):
    return [seen.match and seen.match.kind for seen in found.rows]


def test_a_payment_that_quotes_the_number_and_is_all_that_is_owed_pays_the_statement(
    market, due, quoted
):
    found = take_in(market, row(4 * PRICE, quoted))
    assert (found.rows_new, found.matched) == (1, 1)
    assert (due.status, due.paid_fen) == ("paid", 4 * PRICE)
    assert (owed(market), paid(market)) == (0, 4 * PRICE)
    payment = session().query(Payment).one()
    assert (payment.paid_on, payment.reference) == (day(11, 10), quoted)
    assert findings() == []


def test_the_same_file_again_changes_nothing(market, due, quoted):
    rows = [row(4 * PRICE, quoted), row(500, "水费", "自来水")]
    first = take_in(market, *rows)
    again = take_in(market, *rows)
    assert (again.file_id, again.rows_new, again.rows_known) == (None, 0, 2)
    assert first.file_id
    assert session().query(BankRow).count() == 2
    assert session().query(Payment).count() == 1


def test_of_a_longer_file_only_the_new_rows_are_taken(market, due, quoted):
    take_in(market, row(500, "水费", "自来水"))
    found = take_in(
        market, row(500, "水费", "自来水"), row(500, "水费", "自来水"), row(4 * PRICE, quoted)
    )
    assert (found.rows_new, found.rows_known) == (2, 1)
    assert due.status == "paid"


def test_one_bad_row_keeps_the_whole_file_out(market, due, quoted):
    with pytest.raises(BankRowsWrong) as refused:
        take_in(market, row(4 * PRICE, quoted), ("x", "1", "y", "z"))
    assert refused.value.figures["rows"][0]["line"] == 3
    assert session().query(BankRow).count() == 0
    assert due.status == "payable"


def test_a_preview_tells_everything_and_changes_nothing(market, due, quoted):
    seen = banking.preview(
        market.callers["worker"],
        region=market.region.code,
        content=csv(row(4 * PRICE, quoted), ("x", "1", "y", "z")),
        at=AT,
    )
    assert seen[0].match.statement.id == due.id
    assert "2026-10-31" in str(seen[1].why)
    assert session().query(BankRow).count() == 0


def test_a_part_is_left_to_a_person_and_then_counts(market, due, quoted):
    found = take_in(market, row(PRICE, quoted))
    assert kinds(found) == ["partial"]
    ((shown, now),) = banking.rows(market.callers["worker"]).items
    assert now.kind == "partial"
    banking.assign(market.callers["worker"], shown[0].id, due.id, AT)
    assert (due.status, due.paid_fen) == ("payable", PRICE)
    assert banking.rows(market.callers["worker"]).items == []
    ((shown, _now),) = banking.rows(market.callers["worker"], state="matched").items
    assert shown.statement_ids == [due.id]
    with pytest.raises(BankRowMatched):
        banking.assign(market.callers["worker"], shown[0].id, due.id, AT)
    assert findings() == []


def test_a_payment_without_the_number_is_suggested_but_not_booked(market, due):
    found = take_in(market, row(4 * PRICE, "货款"))
    assert kinds(found) == ["unquoted"]
    assert found.rows[0].match.statement.id == due.id
    assert due.status == "payable"


def test_too_much_is_not_booked_even_by_hand(market, due, quoted):
    assert kinds(take_in(market, row(4 * PRICE + 1, quoted))) == ["too_much"]
    ((shown, _now),) = banking.rows(market.callers["worker"]).items
    with pytest.raises(PaidTooMuch):
        banking.assign(market.callers["worker"], shown[0].id, due.id, AT)


def test_what_is_paid_before_it_is_owed_is_found_again_when_it_is(market):
    market.give_out(day(10, 5), 4)
    early = confirmed(market).statement
    assert kinds(take_in(market, row(4 * PRICE, reference(early.serial)))) == ["not_payable"]
    ((shown, _now),) = banking.rows(market.callers["worker"]).items
    with pytest.raises(WrongState):
        banking.assign(market.callers["worker"], shown[0].id, early.id, AT)
    confirming.charge(market.callers["worker"], early.id, AT)
    ((shown, now),) = banking.rows(market.callers["worker"]).items
    assert now.kind == "matched"
    banking.assign(market.callers["worker"], shown[0].id, early.id, AT)
    assert early.status == "paid"


def test_a_payment_taken_back_frees_its_row(market, due, quoted):
    take_in(market, row(4 * PRICE, quoted))
    payment = session().query(Payment).one()
    paying.take_back(market.callers["worker"], due.id, payment.id, reason="退票", at=AT)
    ((shown, now),) = banking.rows(market.callers["worker"]).items
    assert now.kind == "matched"
    banking.assign(market.callers["worker"], shown[0].id, due.id, AT)
    assert due.status == "paid"
    assert findings() == []


def test_files_are_taken_in_and_seen_only_within_the_scope(market, due, quoted):
    for by in ("auditor", "contact", "stranger", "manager"):
        with pytest.raises(OutOfScope):
            take_in(market, row(4 * PRICE, quoted), by=by)
    take_in(market, row(1, "x"))
    assert len(banking.rows(market.callers["auditor"]).items) == 1
    assert banking.rows(market.callers["stranger"]).items == []
    ((shown, _now),) = banking.rows(market.callers["worker"]).items
    with pytest.raises(UnknownBankRow):
        banking.assign(market.callers["auditor"], shown[0].id, due.id, AT)


class Said:
    def __init__(self, fen, reference="", counterparty=""):
        self.day, self.fen = day(11, 1), fen
        self.reference, self.counterparty = reference, counterparty


A, B = Owed(1, 7, "甲", 100), Owed(2, 8, "乙", 100)


@pytest.mark.parametrize(
    ("payment", "found"),
    [
        (Said(100, "JS7"), Match("matched", (A,))),
        (Said(100, "", "JS7 甲"), Match("matched", (A,))),
        (Said(99, "JS7"), Match("partial", (A,))),
        (Said(101, "JS7"), Match("too_much", (A,))),
        (Said(100, "JS9"), Match("unknown")),
        (Said(100, "JS7 JS8"), Match("unknown")),
        (Said(100, "JS7 JS99"), Match("matched", (A,))),
        (Said(100, "", "甲"), Match("unquoted", (A,))),
        (Said(100, "", "丙"), Match("unquoted")),
        (Said(99, "", "甲"), Match("unquoted")),
    ],
)
def test_what_a_payment_is(payment, found):
    assert match([payment], [A, B]) == [found]


def test_the_second_payment_of_one_statement_finds_nothing_owed():
    twice = match([Said(100, "JS7"), Said(100, "JS7")], [A, B])
    assert [each.kind for each in twice] == ["matched", "not_payable"]


@pytest.fixture
def payable(shop):
    with transaction():
        shop.give_out(day(10, 5), 4)
        return charged(shop).statement


def body(shop, payable, **more):
    content = csv(row(4 * PRICE, reference(payable.serial)), row(700, "水费", "自来水"))
    return {"region": shop.region.code, "content": base64.b64encode(content).decode()} | more


def test_over_the_api_a_file_is_previewed_taken_in_and_its_rows_listed(client, shop, payable):
    seen = post(client, shop, "/bank-files/preview", body(shop, payable))
    assert [each["match"] for each in seen.json["rows"]] == ["matched", "unquoted"]
    assert seen.json["rows"][0]["statements"] == [reference(payable.serial)]
    taken = post(client, shop, "/bank-files", body(shop, payable, name="十一月.csv"))
    assert (taken.status_code, taken.json["matched"], taken.json["rows_new"]) == (201, 1, 2)
    path = f"/merchant-statements/{payable.id}"
    assert get(client, shop, path).json["statement"]["status"] == "paid"
    (left,) = get(client, shop, "/bank-rows").json["items"]
    assert (left["fen"], left["match"], left["file"]) == (700, "unquoted", "十一月.csv")
    refused = post(client, shop, f"/bank-rows/{left['id']}/match", {"statement_id": payable.id})
    assert refused.json["code"] == "merchants.wrong_state"
    with transaction():
        assert "bank.import" in acts()


def test_a_row_is_matched_by_hand_over_the_api(client, shop, payable):
    content = csv(row(PRICE, "部分"))
    sent = {"region": shop.region.code, "content": base64.b64encode(content).decode()}
    post(client, shop, "/bank-files", sent | {"name": "x.csv"})
    (left,) = get(client, shop, "/bank-rows").json["items"]
    done = post(client, shop, f"/bank-rows/{left['id']}/match", {"statement_id": payable.id})
    assert done.json["statement"]["paid_fen"] == PRICE
    with transaction():
        assert acts()[-1] == "statement.pay"


def acts():
    from incentive.audit.models import AuditEntry

    return [row.action for row in session().query(AuditEntry).order_by(AuditEntry.id)]


@pytest.mark.parametrize("content", ["", "not base64!", "QUJD"])
def test_what_is_no_file_is_refused_over_the_api(client, shop, content):
    sent = {"region": shop.region.code, "content": content}
    assert post(client, shop, "/bank-files/preview", sent).status_code == 422


def test_of_five_who_send_one_file_at_once_one_takes_it_in(live):
    with live.app_context():
        market = open_market()
        with transaction():
            market.give_out(day(10, 5), 4)
            made = charged(market).statement
            quoted = reference(made.serial)
        done = together(live, [lambda: take_in(market, row(4 * PRICE, quoted)).rows_new] * 5)
        assert sorted(done) == [0, 0, 0, 0, 1]
        with transaction():
            session().expire_all()  # what this thread knew of it from before
            assert statements.detail(market.callers["worker"], made.id).statement.status == "paid"
            assert paid(market) == 4 * PRICE
            assert findings() == []
