"""Days, durations and points as people read them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incentive.web import rendering
from tests.web import preview


@pytest.fixture(params=["zh", "en"])
def language(request):
    with preview.create_app().test_request_context(f"/kit?lang={request.param}"):
        yield request.param


def test_a_shift_within_one_local_day_names_the_day_once(language):
    # 16:30 to 18:00 UTC is 00:30 to 02:00 of the next day in Shanghai.
    text = rendering.span(
        datetime(2025, 11, 28, 16, 30, tzinfo=UTC), datetime(2025, 11, 28, 18, tzinfo=UTC)
    )
    assert text == {"zh": "11月29日周六 00:30–02:00", "en": "Sat, Nov 29 00:30–02:00"}[language]


def test_a_shift_over_midnight_names_both_days(language):
    text = rendering.span(
        datetime(2025, 11, 29, 14, tzinfo=UTC), datetime(2025, 11, 29, 18, tzinfo=UTC)
    )
    assert (
        text
        == {
            "zh": "11月29日周六 22:00–11月30日周日 02:00",
            "en": "Sat, Nov 29 22:00–Sun, Nov 30 02:00",
        }[language]
    )


def test_figures_are_grouped_and_signed():
    with preview.create_app().test_request_context("/kit?lang=en"):
        assert rendering.figure(1_234_567) == "1,234,567"
        assert [rendering.signed(n) for n in (80, 0, -120)] == ["+80", "0", "−120"]
        assert [rendering.minutes(n) for n in (0, 45, 120, 61_205)] == [
            "0 min",
            "45 min",
            "2 h",
            "1,020 h 5 min",
        ]


def test_every_form_gets_a_key_of_its_own():
    assert rendering.new_key() != rendering.new_key()


def test_a_shift_without_a_place_shows_no_pin():
    app = preview.create_app()
    with app.test_request_context("/kit"):
        ui = app.jinja_env.get_template("web/macros.html").module
        start = datetime(2025, 11, 29, 14, tzinfo=UTC)
        assert "#pin" in ui.when_where(start, start, "翠湖南门")
        assert "#pin" not in ui.when_where(start, start, "")


def test_when_and_where_are_written_in_one_way():
    folder = Path(preview.__file__).parents[2] / "incentive" / "web" / "templates"
    own = [p.name for p in folder.rglob("*.html") if "|span(" in p.read_text(encoding="utf-8")]
    assert own == ["macros.html"]
