"""The main job in a real browser: serve, earn, redeem, hand over, and find it in the ledger."""

from datetime import timedelta

from sqlalchemy import update

from incentive.checkin.models import Attendance
from incentive.core import clock
from incentive.core.codes import grouped, rotating_code
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.core.keys import code_keys
from incentive.people.caller import Caller
from incentive.settlement import service as settlement
from incentive.settlement.models import RuleVersion
from incentive.stations import orders
from incentive.stations.models import Redemption
from tests.web.conftest import give

VERDICT = "[data-scan-verdict]"


def test_service_becomes_points_and_points_become_goods(site, place):
    screen = site.sign_in(place.steward, f"/shifts/{place.shift.id}/code", width=1280, height=800)
    screen.wait_for_selector("[data-countdown] progress[value]")
    shown = screen.inner_text("[data-qr-code]")

    mine = site.sign_in(place.volunteer)
    mine.set_input_files("[data-scan-picture]", site.picture(shown.replace("-", "")))
    mine.wait_for_selector(f"{VERDICT} .alert-success")
    assert "已签到" in mine.inner_text(VERDICT)
    came_an_hour_ago(place)

    mine.fill("#my-scan-code", screen.inner_text("[data-qr-code]").lower())
    mine.press("#my-scan-code", "Enter")
    mine.wait_for_selector(f"{VERDICT}:has-text('已签退')")
    assert place.shift.title in mine.inner_text(VERDICT)
    assert mine.inner_text("[data-minutes]").isdigit()
    settle(place)

    mine.reload()
    assert mine.inner_text(".stat-main .figure") == "10"
    mine.click("#redeem summary")
    mine.click("#redeem details[open] form button")
    mine.wait_for_selector(".ticket")
    code = mine.inner_text(".ticket .code")
    assert mine.inner_text(".stat-main .figure") == "0"

    counter = site.sign_in(place.manager)
    counter.fill("#counter-scan-code", code)
    counter.press("#counter-scan-code", "Enter")
    counter.wait_for_selector("#order")
    assert place.volunteer.volunteer_number in counter.inner_text("#order")
    counter.click("#order .button-accent")
    counter.wait_for_selector(".toasts .alert-success")
    assert [row.status for row in site.rows(Redemption)] == ["collected"]

    counter.click(".tabs a[href$='/ledger']")
    row = counter.inner_text("#rows")
    assert place.goods.name in row
    assert place.volunteer.volunteer_number in row
    assert "+10" in row


def test_a_hand_scanner_hands_over_without_a_mouse(site, place):
    code = ordered(place)
    counter = site.open_for(
        place.manager, f"/stations/{place.shop.id}/counter", width=1280, height=800
    )
    counter.evaluate("document.activeElement.blur()")
    counter.keyboard.type(f"{site.address}/s/{code}", delay=4)
    counter.keyboard.press("Enter")
    counter.wait_for_selector("#order")
    # The button has the focus: the counter's own Enter hands over.
    counter.keyboard.press("Enter")
    counter.wait_for_selector(".toasts .alert-success")
    assert [row.status for row in site.rows(Redemption)] == ["collected"]


def test_a_steward_scans_one_card_after_the_other(site, place):
    duty = site.open_for(place.steward, f"/duty?shift={place.shift.id}")
    duty.evaluate("document.activeElement.blur()")
    duty.keyboard.type(place.volunteer.volunteer_number, delay=4)
    duty.keyboard.press("Enter")
    duty.wait_for_selector(f"{VERDICT} .alert-success")
    assert len(site.rows(Attendance)) == 1
    duty.reload()
    assert "1 / 1" in duty.inner_text("#shifts")


def test_an_expired_code_is_refused_in_words(site, place):
    site.expected = ["410"]
    mine = site.open_for(place.volunteer, "/me")
    with place.app.app_context():
        old = rotating_code(code_keys(), place.shift.number, clock.now() - timedelta(minutes=9))
    mine.fill("#my-scan-code", grouped(old.text))
    mine.press("#my-scan-code", "Enter")
    mine.wait_for_selector(f"{VERDICT} .alert-danger")
    assert "过期" in mine.inner_text(VERDICT)
    assert mine.input_value("#my-scan-code") == grouped(old.text)
    assert site.rows(Attendance) == []


def test_a_scan_without_network_is_kept_and_sent_later(site, place):
    site.expected = ["ERR_INTERNET_DISCONNECTED"]
    mine = site.open_for(place.volunteer, "/me")
    mine.context.set_offline(True)
    mine.wait_for_selector("[data-offline]")
    mine.fill("#my-scan-code", site.code())
    mine.press("#my-scan-code", "Enter")
    mine.wait_for_selector("[data-waiting]")
    above, below = (
        mine.locator(part).bounding_box() for part in ("[data-offline]", "[data-waiting]")
    )
    assert above["y"] + above["height"] <= below["y"]
    assert site.rows(Attendance) == []
    mine.context.set_offline(False)
    mine.wait_for_selector("[data-scan-kept] li")
    assert "已签到" in mine.inner_text("[data-scan-kept]")
    assert len(site.rows(Attendance)) == 1


def came_an_hour_ago(place):
    with place.app.app_context(), transaction():
        session().execute(
            update(Attendance).values(check_in_at=clock.now() - timedelta(minutes=61))
        )


def settle(place):
    with place.app.app_context(), transaction():
        assert session().query(RuleVersion).count()
        assert settlement.settle(clock.now()) == 1


def ordered(place):
    """The code of an order of the volunteer's."""
    with place.app.app_context(), transaction():
        give(place.volunteer.id, 50)
        who = Caller(place.volunteer.id, place.volunteer.volunteer_number, new_id(), ())
        return orders.redeem(who, place.goods.id, 1, clock.now()).code
