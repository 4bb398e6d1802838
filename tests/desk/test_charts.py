"""Points over time agree with the rows behind each figure."""

from datetime import date
from itertools import pairwise

import pytest

from incentive.core.db import transaction
from incentive.core.zone import today
from incentive.desk.charts import begin_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.web.chart import chart
from tests.desk.test_ledger import award

PATH = "/desk/series"
MONTHS = {"unit": "month", "from": "2026-01-01", "to": "2026-04-30"}


@pytest.fixture
def moved(two):
    """January: 100 and 40 issued; February: 30 spent; March: 25 lapsed; 7 on the other side."""
    with transaction():
        two.first = award(two.here, 100, date(2026, 1, 5))
        award(two.here, 40, date(2026, 1, 31))
        award(two.there, 7, date(2026, 3, 2))
        purse = Purse(f"person:{two.here.person.id}", "available", date(2099, 12, 31))
        shop, gone = Purse(f"station:{two.here.shop.id}", "income"), Purse("system", "breakage")
        ledger.post(
            [
                Posting(
                    "s", "redemption", "t:1", "system", date(2026, 2, 3), transfer(purse, shop, 30)
                ),
                Posting(
                    "e", "expiry", "t:2", "system", date(2026, 3, 4), transfer(purse, gone, 25)
                ),
            ]
        )
    return two


def figures(answer):
    assert answer.status_code == 200, answer.text
    names = ("issued", "spent", "expired", "outstanding")
    return [tuple(item[name] for name in names) for item in answer.json["items"]]


def test_a_period_sums_up_what_was_issued_spent_and_expired_and_what_people_held_at_its_end(
    moved, asking
):
    assert figures(asking(moved.chief, PATH, **MONTHS)) == [
        (140, 0, 0, 140),
        (0, 30, 0, 110),
        (7, 0, 25, 92),
        (0, 0, 0, 92),
    ]


def test_an_auditor_sees_the_points_of_the_own_region(moved, asking):
    assert figures(asking(moved.there.auditor, PATH, **MONTHS)) == [
        (0, 0, 0, 0),
        (0, 0, 0, 0),
        (7, 0, 0, 7),
        (0, 0, 0, 7),
    ]
    assert asking(moved.here.manager, PATH).status_code == 403


def test_every_figure_is_the_net_of_the_rows_that_it_leads_to(moved, browsing, asking):
    page = browsing(moved.chief).get("/desk/charts", query_string=MONTHS).text
    links = [part.partition('"')[0] for part in page.split('href="/desk/ledger?')[1:]]
    assert len(links) == 16
    shown = iter(figures(asking(moved.chief, PATH, **MONTHS))[::-1])
    for row in range(4):
        expected = next(shown)
        for column, sign in enumerate((-1, 1, -1, 1)):
            query = links[row * 4 + column].replace("&amp;", "&")
            given = dict(part.split("=") for part in query.split("&") if part.split("=")[1])
            totals = asking(moved.chief, "/desk/transactions", **given).json["totals"]
            assert sum(total["net"] for total in totals) * sign == expected[column], given


def test_weeks_begin_on_mondays_and_years_do_not_break_them():
    assert begin_of("week", date(2026, 11, 22)) == date(2026, 11, 16)
    assert begin_of("week", date(2027, 1, 1)) == date(2026, 12, 28)


@pytest.mark.parametrize(("unit", "count"), [("day", 31), ("week", 26), ("month", 12)])
def test_without_days_the_periods_run_up_to_today(moved, asking, unit, count):
    items = asking(moved.chief, PATH, unit=unit).json["items"]
    assert len(items) == count
    assert items[-1]["first_day"] <= str(today()) <= items[-1]["last_day"]


def test_more_periods_than_can_be_drawn_are_refused_with_how_many(moved, asking, browsing):
    query = {"unit": "day", "from": "2026-01-01", "to": "2026-12-31"}
    answer = asking(moved.chief, PATH, **query)
    assert (answer.status_code, answer.json["code"]) == (422, "desk.too_many_periods")
    assert answer.json["figures"] == {"periods": 365, "most": 62}
    page = browsing(moved.chief).get("/desk/charts", query_string=query)
    assert page.status_code == 422
    assert "365" in page.text
    backwards = asking(moved.chief, PATH, **{"from": "2026-03-01", "to": "2026-01-01"})
    assert backwards.json["code"] == "desk.days_backwards"


def test_a_bar_is_as_high_as_its_value_and_hangs_below_zero():
    drawn = chart(["a", "b"], [[100, -50]], line=False)
    high, low = drawn.bars
    assert high.height == pytest.approx(2 * low.height, abs=0.2)
    assert high.y + high.height == pytest.approx(drawn.zero)
    assert low.y == drawn.zero
    assert [mark.words for mark in drawn.levels] == ["-50", "0", "50", "100"]


@pytest.mark.parametrize("values", [[], [0], [1], [3, 10_000_000]])
def test_any_values_make_a_chart_within_its_frame(values):
    labels = [str(n) for n in range(len(values))]
    for line in (False, True):
        drawn = chart(labels, [values], line=line)
        assert all(0 <= bar.y <= bar.y + bar.height <= 240 for bar in drawn.bars)
        assert len(drawn.levels) >= 2


@pytest.mark.parametrize("months", [1, 2, 12, 60])
@pytest.mark.parametrize("words", ["{}年12月", "{}"])
def test_labels_stand_beside_each_other_and_the_latest_is_among_them(months, words):
    labels = [words.format(2000 + n) for n in range(months)]
    marks = chart(labels, [[1] * months], line=True).labels
    wide = 4 * 7 + 2 * 12 + 2 * 7 if "年" in words else 4 * 7
    assert marks[-1].words == labels[-1]
    assert marks[-1].at + wide / 2 <= 720
    assert all(after.at - before.at > wide for before, after in pairwise(marks))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("path", ["audit-log", "desk/series", "desk/transactions"])
@pytest.mark.parametrize("end", ["from", "to"])
def test_days_that_cannot_be_reckoned_with_are_refused(two, asking, path, end, day):
    more = {"by": "booked"} if path == "desk/transactions" else {}
    assert asking(two.chief, f"/{path}", **more | {end: day}).status_code == 422
