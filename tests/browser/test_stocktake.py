"""A wrong stock count is found, explained and booked through the pages, by two people."""

from incentive.core.db import session, transaction
from incentive.stations.models import Item
from tests import factories as make


def test_a_wrong_count_is_found_explained_and_booked_by_a_second_person(site, place):
    with place.app.app_context(), transaction():
        second = make.person("钱二")
        make.grant(second, "station_manager", station=place.shop)
    shop = f"/stations/{place.shop.id}"

    counting = site.sign_in(place.manager, f"{shop}/stocktakes")
    counting.click("#open .button-accent")
    counting.click("#open .button-accent")
    counting.fill(f"#counted-{place.goods.id}", "3")
    counting.click("#count .button-block")
    counting.wait_for_selector("#lines")
    assert "−2" in counting.inner_text("#lines")

    counting.click("#lines .confirm summary")
    counting.select_option("#lines select", "lost")
    counting.fill(f"#note-{place.goods.id}", "货架后也没有")
    counting.click("#lines details[open] form button")
    counting.wait_for_selector("#book")
    assert counting.query_selector("#book form") is None

    checking = site.open_for(second, f"{shop}/stocktakes", width=1280, height=800)
    checking.click("#open .button-accent")
    assert "货架后也没有" in checking.inner_text("#lines")
    checking.click("#book form button")
    checking.wait_for_selector(".toasts .alert-success")
    with place.app.app_context(), transaction():
        assert session().get(Item, place.goods.id).on_shelf == 3

    checking.click(".tabs a[href$='/stock']")
    row = checking.inner_text("#movements tbody tr:first-child")
    assert "盘点调整" in row
    assert "−2" in row
    assert "货架后也没有" in row
