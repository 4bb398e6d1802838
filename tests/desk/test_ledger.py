"""The ledger browser: a selection, its sums, and the way down to what caused a transaction."""

import csv
import io
from datetime import date, timedelta

import openpyxl
import pytest

from incentive.core.db import transaction
from incentive.core.ids import new_id
from incentive.core.zone import today
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.merchants.models import Merchant, Sponsor
from incentive.merchants.statement_models import Statement
from incentive.points.corrections.models import Adjustment
from incentive.settlement import service as settlement
from tests import factories as make
from tests.web.conftest import give

PATH = "/desk/transactions"


def award(side, points, day=None, key=None, source=None):
    """Give the side's person points out of its region's issuance, in the open transaction."""
    key = key or str(new_id())
    lines = transfer(
        Purse(f"region:{side.place.id}", "issuance"),
        Purse(f"person:{side.person.id}", "available", date(2099, 12, 31)),
        points,
    )
    posting = Posting(key, "award", source or f"test:{key}", "system", day or today(), lines)
    return ledger.post([posting])[0].transaction_id


@pytest.fixture
def used(two, doing):
    """Awards on both sides; on this one an order that was handed over and refunded."""
    with transaction():
        two.first = award(two.here, 100)
        two.other = award(two.there, 2000)
    order = doing(
        two.here.person, "/redemptions", {"item_id": str(two.here.goods.id), "quantity": 2}
    ).json
    code = order["code"].replace("-", "")
    assert doing(two.here.manager, f"/redemptions/{code}/collect").status_code == 200
    refund = {"reason": "=破损", "restock": True}
    assert doing(two.here.manager, f"/redemptions/{order['id']}/refund", refund).status_code == 200
    two.order = order["id"]
    return two


def kinds(answer):
    assert answer.status_code == 200, answer.text
    return [item["kind"] for item in answer.json["items"]]


def totals(answer):
    return {
        (row["kind"], row["asset"]): (row["transactions"], row["amount_in"], row["amount_out"])
        for row in answer.json["totals"]
    }


def test_the_whole_is_listed_latest_first_under_its_sums(used, asking):
    answer = asking(used.chief, PATH)
    assert kinds(answer) == ["refund", "redemption", "hold", "award", "award"]
    assert totals(answer) == {
        ("award", "points"): (2, 2100, 2100),
        ("hold", "points"): (1, 20, 20),
        ("redemption", "points"): (1, 20, 20),
        ("refund", "points"): (1, 20, 20),
    }


def test_a_regions_auditor_sees_its_accounts_and_nothing_of_the_siblings(used, asking):
    answer = asking(used.there.auditor, PATH)
    assert kinds(answer) == ["award"]
    assert totals(answer) == {("award", "points"): (1, 2000, 2000)}
    assert asking(used.there.auditor, f"{PATH}/{used.first}").status_code == 404
    assert asking(used.there.auditor, f"{PATH}/{used.other}").status_code == 200


def test_an_auditor_of_one_station_sees_what_came_to_it(used, asking):
    with transaction():
        own = make.person()
        make.grant(own, "auditor", station=used.here.shop)
    answer = asking(own, PATH)
    assert totals(answer) == {
        ("redemption", "points"): (1, 20, 0),
        ("refund", "points"): (1, 0, 20),
    }


def test_what_two_sides_share_is_seen_from_both_each_with_its_own_part(two, asking, doing):
    with transaction():
        award(two.here, 50)
    wanted = {"item_id": str(two.there.goods.id), "quantity": 1}
    order = doing(two.here.person, "/redemptions", wanted).json
    code = order["code"].replace("-", "")
    doing(two.there.manager, f"/redemptions/{code}/collect")
    here = asking(two.here.auditor, PATH, kind="redemption")
    there = asking(two.there.auditor, PATH, kind="redemption")
    assert totals(here) == {("redemption", "points"): (1, 0, 10)}
    assert totals(there) == {("redemption", "points"): (1, 10, 0)}


def test_of_what_moved_between_two_scopes_the_others_purse_is_not_told(
    two, asking, doing, browsing
):
    """A person of here redeems there: there one sees how much came, and from which number."""
    with transaction():
        award(two.here, 50)
    wanted = {"item_id": str(two.there.goods.id), "quantity": 1}
    code = doing(two.here.person, "/redemptions", wanted).json["code"].replace("-", "")
    doing(two.there.manager, f"/redemptions/{code}/collect")
    (row,) = asking(two.there.auditor, PATH, kind="redemption").json["items"]
    theirs = asking(two.there.auditor, f"{PATH}/{row['id']}").json["entries"]
    own, other = sorted(theirs, key=lambda entry: entry["amount"], reverse=True)
    assert (own["whose"], own["account_id"] is None) == (two.there.shop.name, False)
    number = two.here.person.volunteer_number
    assert (other["whose"], other["amount"]) == (number, -10)
    assert [other[name] for name in ("account_id", "balance", "expires_on")] == [None] * 3
    page = browsing(two.there.auditor).get(f"/desk/transactions/{row['id']}").text
    assert number in page
    assert str(two.here.person.id) not in page
    for all_seeing in (two.chief, two.here.auditor):
        entries = asking(all_seeing, f"{PATH}/{row['id']}").json["entries"]
        assert all(entry["account_id"] for entry in entries)


@pytest.mark.parametrize("who", ["manager", "person"])
def test_who_audits_nothing_is_refused(used, asking, who):
    assert asking(getattr(used.here, who), PATH).status_code == 403
    assert asking(getattr(used.here, who), f"{PATH}/{used.first}").status_code == 403
    assert asking(getattr(used.here, who), "/desk/entries.csv").status_code == 403


def test_each_filter_selects(used, asking):
    def found(**query):
        return kinds(asking(used.chief, PATH, **query))

    here = used.here
    assert found(kind="refund") == ["refund"]
    assert found(purpose="income") == ["refund", "redemption"]
    assert found(asset="fen") == []
    assert found(person=here.person.volunteer_number, kind="award") == ["award"]
    assert found(station=here.shop.id) == ["refund", "redemption"]
    assert found(region=used.there.place.code) == ["award"]
    assert found(least=1000) == ["award"]
    assert found(most=99) == ["refund", "redemption", "hold"]
    assert found(actor=here.manager.volunteer_number) == ["refund", "redemption"]
    assert found(actor="system") == ["award", "award"]
    assert found(source=f"redemption:{used.order}") == ["refund", "redemption", "hold"]


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("award:{}", "service_record:{}"),
        ("award:{}", "service_record:other"),
        ("odd:{}", "service_record:{}"),
        ("award:{}", "anything"),
        ("award:", "short"),
    ],
)
def test_an_award_is_found_by_its_source_whatever_its_key(used, asking, key, source):
    number = str(new_id())
    key, source = key.format(number), source.format(number)
    with transaction():
        known = award(used.here, 3, key=key, source=source)
        award(used.here, 4)
    found = asking(used.chief, PATH, source=source).json["items"]
    assert [each["id"] for each in found] == [known]


def test_days_are_those_that_it_is_for_or_those_it_was_booked_on(used, asking):
    with transaction():
        award(used.here, 7, day=date(2026, 3, 5))
    march = {"from": "2026-03-01", "to": "2026-03-31"}
    assert totals(asking(used.chief, PATH, **march)) == {("award", "points"): (1, 7, 7)}
    assert kinds(asking(used.chief, PATH, by="booked", **march)) == []
    booked = {"by": "booked", "from": today(), "to": today()}
    assert len(kinds(asking(used.chief, PATH, **booked))) == 6


def test_filters_that_cannot_be_are_refused(used, asking):
    tomorrow = today() + timedelta(days=1)
    backwards = asking(used.chief, PATH, **{"from": tomorrow, "to": today()})
    assert backwards.json["code"] == "desk.days_backwards"
    assert asking(used.chief, PATH, person="5300000099994").json["field"] == "person"
    assert asking(used.chief, PATH, region="99").status_code == 404
    assert asking(used.chief, PATH, kind="gift").status_code == 422


def test_pages_follow_each_other_under_the_same_sums(used, asking):
    for query in ({}, {"from": today()}, {"by": "booked", "to": today()}):
        seen, cursor = [], None
        whole = asking(used.chief, PATH, **query)
        while True:
            more = {"cursor": cursor} if cursor else {}
            answer = asking(used.chief, PATH, limit=2, **query, **more)
            assert totals(answer) == totals(whole)
            seen += [item["id"] for item in answer.json["items"]]
            cursor = answer.json["next_cursor"]
            if cursor is None:
                break
        assert seen == [item["id"] for item in whole.json["items"]]


def test_both_ways_of_finding_give_the_same(used, asking, monkeypatch):
    queries = [{"region": used.here.place.code}, {"purpose": "income"}, {"least": 20, "most": 100}]
    few = [asking(used.chief, PATH, **query).json for query in queries]
    few.append(asking(used.here.auditor, PATH).json)
    monkeypatch.setattr("incentive.desk.ledger_queries.FEW", 0)
    many = [asking(used.chief, PATH, **query).json for query in queries]
    many.append(asking(used.here.auditor, PATH).json)
    assert few == many


def test_a_transaction_leads_to_its_entries_and_to_what_closed_it(used, asking):
    hold = asking(used.chief, PATH, kind="hold").json["items"][0]["id"]
    shown = asking(used.chief, f"{PATH}/{hold}").json
    assert [(each["purpose"], each["amount"]) for each in shown["entries"]] == [
        ("available", -20),
        ("held", 20),
    ]
    assert {each["whose"] for each in shown["entries"]} == {used.here.person.volunteer_number}
    closing = asking(used.chief, f"{PATH}/{shown['closed_by']}").json
    assert (closing["kind"], closing["closes"]) == ("redemption", hold)
    assert closing["entries"][-1]["whose"] == used.here.shop.name


def test_the_page_leads_from_an_order_to_who_handed_it_over(used, asking, browsing):
    refund = asking(used.chief, PATH, kind="refund").json["items"][0]["id"]
    page = browsing(used.chief).get(f"/desk/transactions/{refund}").text
    for told in (used.here.goods.name, used.here.manager.volunteer_number, used.here.shop.name):
        assert told in page
    assert "甲某" not in page


def test_the_page_leads_from_an_award_to_the_scans_the_decision_and_the_rule(two, doing, browsing):
    with transaction():
        shift = make.shift(make.activity(two.here.place, by=two.administrator))
        record = make.service_record(shift, two.here.person, status="pending")
        record.decided_at = None
    verified = doing(
        two.administrator, f"/service-records/{record.id}/verify", {"reason": "看见了"}
    )
    assert verified.status_code == 200
    with transaction():
        settlement.settle(make.NOW)
    browser = browsing(two.chief)
    listing = browser.get(f"/desk/ledger?source=service_record:{record.id}").text
    assert "清洁家园" in listing
    link = listing.partition('href="/desk/transactions/')[2].partition('"')[0]
    page = browser.get(f"/desk/transactions/{link}").text
    assert "清洁家园" in page
    assert two.administrator.volunteer_number in page
    assert "60" in page


def file_of(answer):
    assert answer.status_code == 200, answer.text
    data = answer.data
    answer.close()
    return data


def csv_rows(answer):
    return list(csv.reader(io.StringIO(file_of(answer).decode("utf-8-sig"))))


def test_files_hold_every_entry_of_the_selection_and_no_formula(used, asking):
    _head, *rows = csv_rows(asking(used.chief, "/desk/entries.csv", kind="refund"))
    assert len(rows) == 2
    assert {row[-1] for row in rows} == {"'=破损"}
    assert sum(int(row[9]) for row in rows) == 0
    book = openpyxl.load_workbook(io.BytesIO(file_of(asking(used.chief, "/desk/entries.xlsx"))))
    entries = list(book.active.iter_rows(min_row=2, values_only=True))
    assert len(entries) == 10
    _head, *theirs = csv_rows(asking(used.there.auditor, "/desk/entries.csv"))
    assert len(theirs) == 2


def test_the_page_starts_with_this_month_and_can_be_widened(used, browsing):
    with transaction():
        award(used.here, 7777, day=date(2020, 3, 5))
        give(used.here.person.id, 3)
    browser = browsing(used.chief)
    first = browser.get("/desk/ledger").text
    assert f'value="{today().replace(day=1)}"' in first
    assert "7,777" not in first
    assert "7,777" in browser.get("/desk/ledger?from=&to=").text


def test_the_page_tells_at_the_field_what_to_mend(used, browsing):
    answer = browsing(used.chief).get("/desk/ledger?person=5300000099994")
    assert answer.status_code == 422
    assert 'href="#person"' in answer.text
    assert browsing(used.chief).get("/desk/ledger?least=x").status_code == 422


def test_the_page_asks_a_bounded_number_of_questions(used, browsing, queries):
    browser = browsing(used.here.auditor)
    browser.get("/desk/ledger")
    with queries() as sent:
        browser.get("/desk/ledger")
    assert len(sent) <= 12


def test_what_a_sponsor_owes_a_merchant_is_seen_in_their_region_with_the_statement_behind_it(
    two, asking, browsing
):
    with transaction():
        where = {"region_id": two.here.place.id, "created_at": make.NOW}
        merchant = make.add(Merchant(name="翠湖粮油店", **where))
        sponsor = make.add(Sponsor(name="五华区慈善会", **where))
        statement = make.add(
            Statement(
                region_id=two.here.place.id,
                merchant_id=merchant.id,
                sponsor_id=sponsor.id,
                first_day=date(2026, 10, 1),
                last_day=date(2026, 10, 31),
                total_fen=12_345,
                made_by=two.administrator.id,
                made_at=make.NOW,
            )
        )
        owed = Purse(f"merchant:{merchant.id}", "payable", asset="fen")
        budget = Purse(f"sponsor:{sponsor.id}", "budget", asset="fen")
        source, lines = f"statement:{statement.id}", transfer(budget, owed, 12_345)
        ledger.post([Posting("c", "charge", source, "system", date(2026, 10, 31), lines)])
    listed = asking(two.here.auditor, PATH, asset="fen")
    assert totals(listed) == {("charge", "fen"): (1, 12_345, 12_345)}
    assert kinds(asking(two.there.auditor, PATH)) == []
    number = listed.json["items"][0]["id"]
    entries = asking(two.here.auditor, f"{PATH}/{number}").json["entries"]
    assert {entry["whose"] for entry in entries} == {"翠湖粮油店", "五华区慈善会"}
    page = browsing(two.here.auditor).get(f"/desk/transactions/{number}").text
    assert "123.45" in page
    assert "JS0" in page


def test_an_adjustment_is_opened_with_who_proposed_and_who_decided(two, browsing):
    with transaction():
        made = make.add(
            Adjustment(
                person_id=two.here.person.id,
                region_id=two.here.place.id,
                action="adjust",
                points=30,
                reason="补记",
                effective_on=today(),
                limit_then=10,
                proposed_by=two.here.auditor.id,
                proposed_at=make.NOW,
            )
        )
        lines = transfer(
            Purse(f"region:{two.here.place.id}", "issuance"),
            Purse(f"person:{two.here.person.id}", "available"),
            30,
        )
        source = f"adjustment:{made.id}"
        posted = ledger.post([Posting("j", "adjustment", source, "system", today(), lines)])
    page = browsing(two.chief).get(f"/desk/transactions/{posted[0].transaction_id}").text
    assert two.here.auditor.volunteer_number in page
    assert "补记" in page
