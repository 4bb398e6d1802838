"""The audit desk in a real browser: from the sums to the order, on a phone and on a desk."""

import pytest

from incentive.core.db import transaction
from tests import factories as make
from tests.browser.test_pages import TOO_SMALL, TOO_WIDE
from tests.ledger.sealed import seal
from tests.web.conftest import give


@pytest.fixture
def auditor(place):
    with place.app.app_context(), transaction():
        person = make.person()
        make.grant(person, "auditor", at=make.province())
        give(place.volunteer.id, 250)
    seal(place.app)
    return person


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_the_desk_fits_the_screen_and_the_thumb(site, place, auditor, width, height):
    page = site.open_for(auditor, "/desk", width=width, height=height)
    for path in (
        "/desk",
        "/desk/ledger?from=&to=",
        "/desk/ledger?least=1",
        "/desk/acts",
        "/desk/charts",
        "/desk/samples",
        "/desk/verify",
    ):
        for lang in ("en", "zh"):
            mark = "&" if "?" in path else "?"
            answer = page.goto(f"{site.address}{path}{mark}lang={lang}")
            assert answer.status == 200, path
            assert page.evaluate(TOO_WIDE) <= 0, (path, lang)
            assert page.evaluate(TOO_SMALL) == [], (path, lang)


def test_from_the_sums_down_to_the_entries_and_on_to_one_account(site, place, auditor):
    page = site.open_for(auditor, "/desk")
    page.click("main a[href='/desk/ledger']")
    page.fill("#from", "2026-01-01")
    page.click("main form .button-primary")
    page.click("#totals a")
    assert "kind=adjustment" in page.url
    page.click("#rows tbody a")
    assert "250" in page.inner_text("#entries")
    page.click(f"#entries a:has-text('{place.volunteer.volunteer_number}')")
    assert "account=" in page.url
    assert "250" in page.inner_text("#totals")


def test_a_sample_is_drawn_and_its_worksheet_filled_in_without_script(site, place, auditor):
    page = site.open_for(auditor, "/desk/samples", java_script_enabled=False)
    page.fill("#from", "2026-01-01")
    page.fill("#to", "2026-01-31")
    page.click("#draw .button-accent")
    page.click("#samples a")
    page.select_option("#seen-1", "no")
    page.fill("#note-1", "缺签收单")
    page.click("#rows .button-accent")
    assert page.input_value("#note-1") == "缺签收单"
    assert "1 / 1" in page.inner_text("#how")
