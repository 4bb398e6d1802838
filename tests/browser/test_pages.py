"""Every page fits a small phone, speaks both languages, and needs neither mouse nor script."""

import pytest

from incentive.activities.models import SignUp
from incentive.checkin.models import Attendance
from tests.browser.conftest import PASSWORD

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """() => [...document.querySelectorAll('a.button, button, summary, select, .tabs a,'
    + ' .top-link, input:not([type=hidden]):not([type=checkbox]):not(.visually-hidden)')]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44)
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    ("width", "height", "languages"), [(360, 740, ["en", "zh"]), (1280, 800, ["zh"])]
)
def test_pages_fit_the_screen_and_the_thumb(site, place, width, height, languages):
    shift, shop = f"/shifts/{place.shift.id}", f"/stations/{place.shop.id}"
    visits = {
        None: ["/", "/sign-in", "/register?q=翠湖", "/activities", "/stations", shop],
        place.volunteer: ["/me", "/me/statement", "/me/service-records", shop, f"/s/{site.code()}"],
        place.steward: ["/duty", f"{shift}/code", f"{shift}/printed-code"],
        place.manager: [
            f"{shop}/counter",
            f"{shop}/ledger",
            f"{shop}/stock",
            f"{shop}/stocktakes",
            "/counters",
            "/kit",
        ],
    }
    for who, paths in visits.items():
        size = {"width": width, "height": height}
        page = site.open_for(who, paths[0], **size) if who else site.open(**size)
        for path in paths:
            for lang in languages:
                mark = "&" if "?" in path else "?"
                answer = page.goto(f"{site.address}{path}{mark}lang={lang}")
                assert answer.status == 200, path
                assert page.evaluate(TOO_WIDE) <= 0, (path, lang)
                assert page.evaluate(TOO_SMALL) == [], (path, lang)


def test_the_language_is_switched_and_kept(site, place):
    page = site.open_for(place.volunteer, "/me")
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.click(".top-link[hreflang=en]")
    assert page.get_attribute("html", "lang") == "en"
    assert "Points available" in page.inner_text(".purse")
    page.goto(f"{site.address}/me")
    assert page.get_attribute("html", "lang") == "en"


def test_signing_in_needs_no_mouse(site, place):
    page = site.open("/sign-in")
    reach(page, "phone")
    page.keyboard.type(site.phone(place.volunteer))
    reach(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")
    assert place.volunteer.volunteer_number in page.inner_text("header")


def test_a_wrong_password_is_told_where_the_reader_is(site, place):
    site.expected = ["401"]
    page = site.open("/sign-in")
    page.fill("#phone", site.phone(place.volunteer))
    page.fill("#password", "not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("#phone") == site.phone(place.volunteer)
    assert page.input_value("#password") == ""


def test_without_script_people_sign_up_and_scan_all_the_same(site, place):
    page = site.open_for(place.volunteer, "/me", java_script_enabled=False)
    page.click("#activities form button")
    assert "报名成功" in page.inner_text(".toasts")
    page.fill("#my-scan-code", site.code())
    page.click("#my-scan .scan-form button")
    assert "签到成功" in page.inner_text(".toasts")
    assert len(site.rows(Attendance)) == 1
    assert len(site.rows(SignUp)) == 2


def test_somebody_new_registers_and_is_at_home(site, place):
    page = site.open("/register")
    page.fill("#q", "翠湖")
    page.click("#place button")
    page.fill("#name", "周小雨")
    page.fill("#phone", "13898765432")
    page.fill("#password", PASSWORD)
    page.check("#notice")
    page.click("#who .button-accent")
    page.wait_for_url("**/me")
    assert "欢迎" in page.inner_text(".toasts")
    assert "积分" in page.inner_text("main")


def test_a_code_opened_by_a_phones_camera_leads_through_sign_in_to_one_button(site, place):
    page = site.open(f"/s/{site.code()}")
    page.fill("#phone", site.phone(place.volunteer))
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/*")
    assert site.rows(Attendance) == []
    page.click("#shift .button-accent")
    page.wait_for_selector(".toasts .alert-success")
    assert len(site.rows(Attendance)) == 1


def reach(page, field):
    """Press Tab until the focus is there."""
    for _press in range(15):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == field:
            return
    pytest.fail(f"Tab never reaches {field}")
