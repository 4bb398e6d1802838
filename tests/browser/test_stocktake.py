"""From the demo: a wrong stock count is found, explained and, by a second person, booked."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from incentive.core import clock
from incentive.core.db import transaction
from incentive.demo import books, people, queries
from incentive.demo.ids import demo_id
from incentive.demo.places import SINCE
from tests.browser.conftest import Site
from tests.demo.test_loading import load

STATION = f"/stations/{books.STATION.id}"
TISSUES = demo_id(SINCE, "item", books.STATION.name, "抽纸一提")
MANAGER, WORKER = "13800000005", "13800000003"


@pytest.fixture
def demo(chromium, address, live, tmp_path):
    """A browser on a server with the demo, in which nothing may go wrong."""
    with live.app_context():
        load(clock.now())
    site = Site(chromium, address, SimpleNamespace(app=live), tmp_path)
    yield site
    for context in site.contexts:
        context.close()
    assert site.wrong == []


def sign_in(site, phone, path, **size):
    page = site.open(f"/sign-in?next={path}", **size)
    page.fill("#phone", phone)
    page.fill("#password", people.PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"**{path}")
    return page


def on_shelf(site):
    with site.place.app.app_context(), transaction():
        return queries.on_shelf(books.STATION.id)


def test_a_wrong_count_is_found_explained_and_booked_by_a_second_person(demo):
    before = on_shelf(demo)
    counting = sign_in(demo, MANAGER, f"{STATION}/stocktakes")
    counting.fill("#note", "月末复盘")
    counting.click("#open .button-accent")
    counting.click("#open .button-accent")
    # Saved in parts: first one item, then the others, with two packs of tissues missing.
    (first, *others) = before
    counting.fill(f"#counted-{first}", str(before[first] - 2 * (first == TISSUES)))
    counting.click("#count .button-block")
    assert "已保存" in counting.inner_text(".toasts")
    for item in others:
        counting.fill(f"#counted-{item}", str(before[item] - 2 * (item == TISSUES)))
    counting.click("#count .button-block")
    row = f"#line-{TISSUES}"
    counting.wait_for_selector(row)
    assert "−2" in counting.inner_text(row)
    assert counting.locator("#lines li").count() == 1

    counting.click(f"{row} .confirm:first-child summary")
    counting.select_option(f"#cause-{TISSUES}", "lost")
    counting.fill(f"#note-{TISSUES}", "货架后、库房都没有")
    counting.click(f"{row} details[open] form button")
    counting.wait_for_selector("#book")
    assert counting.query_selector("#book form") is None
    assert on_shelf(demo) == before

    checking = sign_in(demo, WORKER, f"{STATION}/stocktakes", width=1280, height=800)
    checking.click("#open .button-accent")
    assert "货架后、库房都没有" in checking.inner_text("#lines")
    checking.click("#book form button")
    checking.wait_for_selector(".toasts .alert-success")
    assert on_shelf(demo) == before | {TISSUES: before[TISSUES] - 2}

    checking.click(".tabs a[href$='/stock']")
    moved = checking.inner_text("#movements tbody tr:first-child")
    assert "盘点调整" in moved
    assert "−2" in moved
    assert "货架后、库房都没有" in moved
    shelf = checking.inner_text(f"#goods tr:has(a[href*='{TISSUES}'])")
    assert str(before[TISSUES] - 2) in shelf

    today = clock.local_day(clock.now(), "Asia/Shanghai")
    days = f"?from={today - timedelta(days=40)}&to={today}"
    counting.goto(f"{demo.address}{STATION}/statement{days}")
    told = counting.inner_text("#goods tr:has-text('抽纸一提')")
    assert "−4" in told  # two in the demo's own stocktake, and these
    assert str(before[TISSUES] - 2) in told
    counting.goto(f"{demo.address}{STATION}/ledger{days}")
    assert counting.locator("#rows tbody tr").count() > 10


def test_yesterday_is_closed_with_a_signature(demo):
    yesterday = clock.local_day(clock.now(), "Asia/Shanghai") - timedelta(days=1)
    page = sign_in(demo, MANAGER, f"{STATION}/days")
    page.click(f"a[href$='/days/{yesterday}#close']")
    page.fill("#note", "无差异")
    page.click("#close button")
    page.wait_for_selector("#signed")
    assert "签名有效" in page.inner_text("#signed")
    assert "无差异" in page.inner_text("#signed")
