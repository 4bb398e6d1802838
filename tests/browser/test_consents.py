"""Notices, consents and guardians in a real browser, on a small phone."""

from incentive.activities.models import SignUp
from incentive.core import clock
from incentive.core.db import transaction
from incentive.people.caller import identify
from incentive.people.consents import notices
from tests import factories as make

NEW = {"changes_zh": "写明了日志保留多久。", "changes_en": "Says how long logs are kept."}


def is_wide(page):
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def seen(page, site, name):
    """Let nothing stand out of a small screen; the picture lies in the test's folder."""
    assert not is_wide(page), name
    page.screenshot(path=site.folder / f"{name}.png", full_page=True)


def test_a_new_version_is_read_agreed_to_and_found_in_the_history(site, place):
    with place.app.app_context(), transaction():
        chief = make.person()
        make.grant(chief, "administrator", at=make.province())
        by = identify(make.token(chief))
        begun = notices.draft("privacy", NEW, by, clock.now())
        notices.publish(begun.id, by, clock.now())
    page = site.open_for(place.volunteer, "/me/statement")
    assert page.url.endswith("/me/notice?next=/me/statement")
    assert NEW["changes_zh"] in page.inner_text("#changes")
    assert not page.is_checked("#agree")
    seen(page, site, "new_notice")
    page.check("#agree")
    page.click("main .button-accent")
    page.wait_for_url("**/me/statement")
    page.goto(f"{site.address}/me/consents")
    assert "第 2 版" in page.inner_text("#history")
    seen(page, site, "my_consents")


def test_an_item_is_told_and_taken_back(site, place):
    page = site.open_for(place.volunteer, "/me/consents/address")
    seen(page, site, "consent_item")
    page.fill("#value", "翠湖北路1号")
    page.check("#agree")
    page.click("main form .button-accent")
    page.wait_for_url("**/me/consents")
    page.click("#address summary")
    page.click("#address .button-danger")
    page.wait_for_selector(".toasts .alert-success")
    assert "已撤回" in page.inner_text("#address")


def test_a_guardian_accepts_on_their_own_phone_and_the_child_signs_up(site, place):
    with place.app.app_context(), transaction():
        born = f"{clock.now().year - 15}-01"
        child = make.person("李小明", told={"birth_month": born}, home_region_id=place.home.id)
    page = site.open_for(child, "/me/guardians")
    seen(page, site, "guardians_needed")
    page.click("#guardians .button-accent")
    page.wait_for_selector("#link")
    seen(page, site, "guardian_invited")
    link = page.input_value("#link")
    other = site.open_for(place.volunteer, link.removeprefix(site.address))
    assert "李**" in other.inner_text("main")
    seen(other, site, "guardian_invitation")
    other.check("#agree")
    other.click("main form .button-accent")
    other.wait_for_url("**/me/guardians")
    other.click("#wards a")
    other.wait_for_url("**/me/wards/**")
    seen(other, site, "ward")
    page.goto(f"{site.address}/activities")
    page.goto(f"{site.address}/privacy/minors")
    seen(page, site, "privacy_notice")
    assert site.rows(SignUp)
