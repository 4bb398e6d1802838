"""The statement page: days from and to, and what there was before and after."""

import pytest


@pytest.fixture
def mine(browsing, place):
    return browsing(place.volunteer)


def test_it_shows_the_opening_and_the_closing_balance_of_the_days(mine, place):
    mine.send("/redemptions", item_id=place.goods.id, points=20)
    page = mine.get("/me/statement").text
    assert "At the beginning" in page
    assert ">80<" in page
    assert "20 more on hold" in page


def test_days_without_movements_say_so_and_keep_the_balance(mine):
    page = mine.get("/me/statement?from=2999-01-01&to=2999-01-02").text
    assert "Nothing moved in these days" in page
    assert page.count(">100<") == 2


def test_a_movement_of_another_day_names_that_day(mine):
    assert "Counted on" in mine.get("/me/statement").text


@pytest.mark.parametrize(
    "query", ["from=yesterday", "from=2026-02-02&to=2026-02-01", "basis=guess", "to=9999-12-31"]
)
def test_a_filter_that_cannot_be_read_is_refused_at_its_field(mine, query):
    answer = mine.get(f"/me/statement?{query}")
    assert answer.status_code == 422
    assert "to put right" in answer.text


def test_it_asks_few_questions_however_much_there_is(mine, points, place, queries):
    from incentive.core.db import transaction

    with queries() as few:
        mine.get("/me/statement")
    with transaction():
        for _ in range(15):
            points(place.volunteer.id, 1)
    with queries() as many:
        mine.get("/me/statement")
    assert len(many) == len(few) <= 8, many
