"""A month of one station, from `demo load`: statement, files, ledger page and API agree."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.demo import books, people
from incentive.ledger import checks
from incentive.people.models import Person
from incentive.stations.days.models import DayClose
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.models import Stocktake
from tests import factories
from tests.demo.test_loading import load

API = "/api/v1"


@pytest.fixture
def loaded(live):
    """The live application with the demo in it, and the days of the month before today."""
    with live.app_context():
        at = clock.now()
        load(at)
        yield live, day_of(at) - timedelta(days=books.DAYS_BACK), day_of(at)


def staff(number=5):
    """The demo's people by the last digits of their phones; 5 manages the station."""
    human = next(h for h in people.listed() if h.phone.endswith(f"{number:03d}"))
    with transaction():
        return factories.token(session().get(Person, human.id))


def test_a_month_of_one_station_has_the_same_totals_wherever_it_is_told(loaded):
    app, first, last = loaded
    client = app.test_client()
    token = staff()
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    station, days = f"/stations/{books.STATION.id}", f"?from={first}&to={last}"

    def get(path):
        answer = client.get(path, headers=headers, buffered=True)
        assert answer.status_code == 200, path
        return answer

    told = get(f"{API}{station}/statement{days}").json
    assert told["orders"] >= 20
    assert told["points_in"] > told["points_out"] > 0
    assert {name for name, number in told["total"].items() if number} >= {
        "opening",
        "received",
        "given",
        "returned",
        "spoiled",
        "sent_back",
        "counted",
        "closing",
    }
    sums = {name: told[name] for name in ("points_in", "points_out", "net")}

    totals = get(f"{API}{station}/ledger{days}").json["totals"]
    assert {name: totals[name] for name in sums} == sums
    ledger = load_workbook(io.BytesIO(get(f"{API}{station}/ledger.xlsx{days}").data)).active
    rows = list(ledger.iter_rows(values_only=True))
    assert rows[-1][6:8] == (sums["points_in"], sums["points_out"])
    csv = get(f"{API}{station}/ledger.csv{days}").text
    assert len(csv.strip().splitlines()) - 1 == totals["count"]

    book = load_workbook(io.BytesIO(get(f"{API}{station}/statement.xlsx{days}").data)).active
    rows = [
        list(filter(lambda cell: cell is not None, row)) for row in book.iter_rows(values_only=True)
    ]
    assert ["Total", *told["total"].values()] in rows
    assert [told["orders"], told["refunds"], *sums.values()] in rows
    paper = PdfReader(io.BytesIO(get(f"{API}{station}/statement.pdf{days}").data))
    words = " ".join(page.extract_text() for page in paper.pages).split()
    for figures in (told["total"].values(), [told["orders"], told["refunds"], *sums.values()]):
        assert f"{' '.join(f'{figure:,}' for figure in figures)} " in " ".join([*words, ""])

    client.set_cookie("session", token)
    client.set_cookie("lang", "en")
    shown = {"In": sums["points_in"], "back": sums["points_out"]}
    for page in (f"{station}/ledger{days}", f"{station}/statement{days}"):
        figures = re.findall(r'<span class="figure">([+−\d,]+)</span>', client.get(page).text)
        plain = {int(figure.replace(",", "").replace("−", "-")) for figure in figures}
        assert set(shown.values()) | {sums["net"]} <= plain, page

    movements, cursor = [], ""
    while cursor is not None:
        page = get(f"{API}{station}/stock/movements{days}&limit=100{cursor}").json
        movements += page["items"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    given = sum(-row["shelf"] for row in movements if row["kind"] == "given")
    assert given == told["total"]["given"]
    opening = told["total"]["opening"]
    assert opening + sum(row["shelf"] for row in movements) == told["total"]["closing"]


def test_the_month_has_deliveries_losses_an_explained_count_and_closed_days(loaded):
    with transaction():
        kinds = {kind for (kind,) in session().query(StockMovement.kind).distinct()}
        assert kinds >= {"received", "given", "spoiled", "sent_back", "corrected", "counted"}
        (count,) = session().query(Stocktake).all()
        assert count.status == "booked"
        assert count.closed_by != count.opened_by
        closes = session().query(DayClose).all()
        assert len({row.day for row in closes}) == books.DAYS_BACK - books.LAST_CLOSED + 1
        assert [row.version for row in closes if row.version > 1] == [2]
        assert list(checks.run()) == []


def test_every_signature_of_the_month_is_good_and_nothing_is_after_the_close(loaded):
    app, first, _last = loaded
    client = app.test_client()
    headers = {"Authorization": f"Bearer {staff()}"}
    for back in (0, 10, 19, 20, 21):
        path = f"{API}/stations/{books.STATION.id}/days/{first + timedelta(days=back)}"
        shown = client.get(path, headers=headers).json
        assert shown["versions"], path
        assert {each["genuine"] for each in shown["versions"]} == {True}
        assert (shown["differs"], shown["goods_after"]) == (False, [])
