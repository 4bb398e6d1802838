"""The volunteer's page from the books, and what is done from it."""

import re

import pytest

from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.stations.models import Item, Redemption
from tests import factories as make


def count(model=Redemption):
    with transaction():
        return session().query(model).count()


@pytest.fixture
def mine(browsing, place):
    return browsing(place.volunteer)


def test_it_shows_points_shifts_offers_and_goods(mine, place):
    page = mine.get("/me")
    assert page.status_code == 200
    assert place.volunteer.volunteer_number in page.text
    assert place.goods.name in page.text
    assert str(place.later.id) in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_it_asks_few_questions_however_much_there_is(mine, place, queries, points):
    with queries() as few:
        mine.get("/me")
    with transaction():
        for _number in range(6):
            shop = make.station(place.community)
            for _item in range(5):
                make.item(shop)
            shift = make.shift(place.activity, starts_at=place.later.starts_at)
            make.sign_up(place.volunteer, shift)
            points(place.volunteer.id, 1)
    with queries() as many:
        assert mine.get("/me").status_code == 200
    assert len(many) == len(few) <= 15, many


def test_whoever_is_signed_out_signs_in_and_comes_back(browsing):
    answer = browsing().get("/me/statement?cursor=x")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/me/statement?cursor%3Dx"


def test_signing_up_gives_the_place_and_says_what_is_next(mine, place):
    answer = mine.send(f"/shifts/{place.later.id}/sign-up")
    assert (answer.status_code, answer.location) == (303, "/me")
    page = mine.get("/me").text
    assert "You are signed up." in page
    assert f"/shifts/{place.later.id}/withdraw" in page


def test_a_form_sent_twice_counts_once_and_says_the_same(mine, place):
    fields = {"key": str(new_id()), "item_id": str(place.goods.id), "points": "20"}
    said = []
    for _time in range(2):
        assert mine.post("/redemptions", fields).status_code == 303
        said.append(re.findall(r"data-title>([^<]*held for you[^<]*)<", mine.get("/me").text))
    assert said[0] == said[1]
    assert said[0]
    assert count() == 1


def test_a_form_without_its_key_does_nothing(mine, place):
    answer = mine.post("/redemptions", {"item_id": str(place.goods.id), "points": "20"})
    assert answer.status_code == 400
    assert count() == 0


def test_a_form_from_another_site_does_nothing(mine, place):
    fields = {"key": str(new_id()), "item_id": str(place.goods.id), "points": "20"}
    answer = mine.post("/redemptions", fields, {"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert count() == 0


def test_a_refusal_stands_on_the_page_with_its_status(mine, place):
    for _time in range(2):
        assert mine.send("/redemptions", item_id=place.goods.id, points=20).status_code == 303
    answer = mine.send("/redemptions", item_id=place.goods.id, points=20)
    assert answer.status_code == 409
    assert "One person may have 2 of this" in answer.text
    assert "<h1" in answer.text
    assert count() == 2


def test_a_price_that_changed_since_the_page_was_drawn_is_told_and_not_charged(mine, place):
    form = re.search(r'name="points" value="(\d+)"', mine.get("/me").text)
    with transaction():
        session().get(Item, place.goods.id).points_price = 30
    answer = mine.send("/redemptions", item_id=place.goods.id, points=form.group(1))
    assert answer.status_code == 409
    assert "This costs 30 points now, and you were shown 20." in answer.text
    assert 'name="points" value="30"' in answer.text
    assert count() == 0
    assert mine.send("/redemptions", item_id=place.goods.id, points=30).status_code == 303


def test_an_order_without_the_price_that_was_seen_is_refused(mine, place):
    assert mine.send("/redemptions", item_id=place.goods.id).status_code == 422
    assert count() == 0


def test_an_item_that_is_no_id_is_refused(mine):
    assert mine.send("/redemptions", item_id="; drop", points=20).status_code == 404


def test_cancelling_an_order_gives_the_points_back(mine, place):
    mine.send("/redemptions", item_id=place.goods.id, points=20)
    assert ">80<" in mine.get("/me").text
    with transaction():
        order = session().query(Redemption).one().id
    assert mine.send(f"/redemptions/{order}/cancel").status_code == 303
    page = mine.get("/me").text
    assert "20 points are yours again" in page
    assert ">100<" in page


def test_the_statement_and_the_records_are_listed_with_their_reasons(mine, place):
    with transaction():
        make.service_record(place.shift, place.volunteer, minutes=75)
        other = make.shift(place.activity, starts_at=place.later.starts_at)
        make.service_record(other, place.volunteer, status="rejected")
    records = mine.get("/me/service-records").text
    assert "1 h 15 min" in records
    assert "Reason: wrong" in records
    mine.send("/redemptions", item_id=place.goods.id, points=20)
    lines = mine.get("/me/statement").text
    assert place.goods.name in lines
    assert "−20" in lines


def test_a_cursor_of_another_list_is_refused_with_a_page(mine):
    answer = mine.get("/me/statement?cursor=nonsense")
    assert answer.status_code == 400
    assert "<h1" in answer.text


def test_nobody_sees_anothers_name(mine, place):
    page = mine.get("/me").text
    for other in ("王社工", "李网格", "赵站长"):
        assert other not in page


def test_the_address_of_a_form_leads_to_the_page_it_stands_on(browsing, place):
    some, shop = place.shift.id, f"/stations/{place.shop.id}"
    pages = {
        "/me/scans": "/me",
        "/redemptions": "/me",
        f"/redemptions/{some}/cancel": "/me",
        f"/shifts/{some}/sign-up": "/me",
        f"/shifts/{some}/withdraw": "/me",
        f"/service-records/{some}/verify": "/duty",
        f"/service-records/{some}/reject": "/duty",
        f"{shop}/collect": f"{shop}/counter",
        f"{shop}/redemptions/{some}/cancel": f"{shop}/counter",
        f"{shop}/redemptions/{some}/refund": f"{shop}/counter",
        "/sign-out": "/",
    }
    for path, page in pages.items():
        answer = browsing(place.volunteer).get(f"{path}?lang=en")
        assert (answer.status_code, answer.location) == (302, f"{page}?lang=en"), path
