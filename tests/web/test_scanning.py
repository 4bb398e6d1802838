"""Codes opened by a camera, scans by plain form, and the pages of those on duty."""

import re
from datetime import timedelta

import pytest

from incentive.checkin import showing
from incentive.checkin.models import Attendance, ServiceRecord
from incentive.core import clock
from incentive.core.codes import issue_card, rotating_code
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.core.keys import code_keys
from tests import factories as make


def rows(model):
    with transaction():
        return session().query(model).all()


@pytest.fixture
def code(books, place):
    return rotating_code(code_keys(), place.shift.number, clock.now()).text


@pytest.fixture
def member(place):
    """The volunteer, signed up for the shift that is going on, with somebody showing its code."""
    with transaction() as open_session:
        make.sign_up(place.volunteer, open_session.merge(place.shift))
        showing.note(place.shift.id, place.steward.id, clock.now())
    return place.volunteer


def scanning(browser, code, **more):
    return browser.post("/me/scans", {"nonce": str(new_id()), "code": code} | more)


def test_looking_at_a_scanned_code_changes_nothing(browsing, place, member, code):
    page = browsing(member).get(f"/s/{code}/")
    assert page.status_code == 200
    assert "Scan in or out" in page.text
    assert place.activity.title in page.text
    assert rows(Attendance) == []


def test_a_check_out_says_which_shift_and_what_it_counted(browsing, member, code, place):
    browser = browsing(member)
    scanning(browser, code)
    with transaction():
        session().query(Attendance).update({"check_in_at": clock.now() - timedelta(minutes=41)})
    assert scanning(browser, code).location == "/me"
    page = browser.get("/me").text
    assert "Checked out." in page
    assert re.search(rf"{place.shift.title}: \d+ minutes\.", page)
    assert "Only the time within the shift counts" in page


def test_a_code_scanned_while_signed_out_waits_behind_the_sign_in(browsing, code):
    answer = browsing().get(f"/s/{code}")
    assert answer.location == f"/sign-in?next=/s/{code}"


def test_the_button_checks_in_and_says_so(browsing, member, code):
    browser = browsing(member)
    answer = scanning(browser, code)
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "Checked in." in browser.get("/me").text
    assert len(rows(Attendance)) == 1


def test_the_form_sent_twice_scans_once(browsing, member, code):
    browser, nonce = browsing(member), str(new_id())
    for _time in range(2):
        assert scanning(browser, code, nonce=nonce).status_code == 303
    assert [row.check_out_at for row in rows(Attendance)] == [None]


@pytest.mark.parametrize(
    ("typed", "status"), [("", 422), ("XYZ", 422), ("R" * 600, 422), ("a\x00b", 422)]
)
def test_what_is_no_code_is_told_at_the_box_that_keeps_it(browsing, member, typed, status):
    answer = scanning(browsing(member), typed)
    assert answer.status_code == status
    assert rows(Attendance) == []


def test_an_expired_code_is_told_at_the_box(browsing, place, member):
    old = rotating_code(code_keys(), place.shift.number, clock.now() - timedelta(minutes=10)).text
    answer = scanning(browsing(member), old)
    assert answer.status_code == 410
    assert 'id="my-scan-code-error"' in answer.text
    assert old[:4] in answer.text


@pytest.mark.parametrize("garbled", ["nonsense", "a/b", "%00", "X"])
def test_a_garbled_address_is_a_page_not_a_fault(browsing, member, garbled):
    answer = browsing(member).get(f"/s/{garbled}")
    assert answer.status_code == 422
    assert "<h1" in answer.text


def test_a_member_card_offers_the_shifts_that_its_reader_runs(browsing, place, member):
    card = issue_card(code_keys(), member.volunteer_number, 1).text
    page = browsing(place.steward).get(f"/s/{card}").text
    assert member.volunteer_number in page
    assert f'value="{place.shift.id}"' in page
    assert "钱多多" not in page
    assert f'value="{place.shift.id}"' not in browsing(member).get(f"/s/{card}").text


def test_a_steward_types_a_number_and_lands_at_the_cards(browsing, place, member):
    answer = scanning(
        browsing(place.steward), member.volunteer_number, shift_id=str(place.shift.id)
    )
    assert answer.location == f"/duty?shift={place.shift.id}"
    assert len(rows(Attendance)) == 1


def test_a_stewards_refusal_stands_at_the_cards(browsing, place, member):
    answer = scanning(browsing(place.steward), "nobody", shift_id=str(place.shift.id))
    assert answer.status_code == 422
    assert 'id="card-scan-code-error"' in answer.text


@pytest.fixture
def pending(place):
    with transaction() as open_session:
        shift = open_session.merge(place.shift)
        return make.service_record(shift, place.volunteer, status="pending")


def test_duty_shows_the_shifts_and_what_waits(browsing, place, pending, queries):
    browser = browsing(place.steward)
    with queries() as sent:
        page = browser.get(f"/duty?shift={place.shift.id}").text
    assert str(pending.id) in page
    assert f"/shifts/{place.shift.id}/code" in page
    assert len(sent) <= 5, sent


def test_verifying_and_rejecting_need_a_record_in_scope(browsing, place, pending):
    browser = browsing(place.steward)
    answer = browser.send(f"/service-records/{pending.id}/verify")
    assert (answer.status_code, answer.location) == (303, "/duty")
    assert rows(ServiceRecord)[0].status == "verified"
    assert browser.send(f"/service-records/{new_id()}/verify").status_code == 404


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\nb"])
def test_rejecting_without_a_reason_keeps_the_form_open_at_the_record(
    browsing, place, pending, reason
):
    answer = browsing(place.steward).send(f"/service-records/{pending.id}/reject", reason=reason)
    assert answer.status_code == 422
    assert f'id="reason-{pending.id}-error"' in answer.text
    assert '<details class="confirm" open>' in answer.text
    assert rows(ServiceRecord)[0].status == "pending"


def test_rejecting_with_a_reason_is_told(browsing, place, pending):
    browser = browsing(place.steward)
    browser.send(f"/service-records/{pending.id}/reject", reason="当天没有到场")
    assert "is rejected" in browser.get("/duty").text


def test_duty_is_closed_to_volunteers(browsing, place):
    answer = browsing(place.volunteer).get("/duty")
    assert answer.status_code == 403
    assert "<h1" in answer.text


@pytest.mark.parametrize("kind", ["code", "printed-code"])
def test_the_code_page_shows_no_number_and_the_counts(browsing, place, kind):
    page = browsing(place.steward).get(f"/shifts/{place.shift.id}/{kind}")
    assert page.status_code == 200
    header = page.text.partition("<main")[0].partition("<header")[2]
    assert place.steward.volunteer_number not in header
    assert f"/shifts/{place.shift.id}/counts" in page.text


def test_the_counts_are_for_those_who_run_the_shift(browsing, place):
    path = f"/shifts/{place.shift.id}/counts"
    assert browsing(place.steward).get(path).status_code == 200
    assert browsing(place.volunteer).get(path).status_code == 403
    assert browsing().get(path, headers={"HX-Request": "true"}).status_code == 204


def test_what_is_not_there_is_a_page(browsing, place):
    browser = browsing(place.steward)
    for path in (f"/shifts/{new_id()}/code", f"/shifts/{new_id()}/counts", "/shifts/1/code"):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "<h1" in answer.text
