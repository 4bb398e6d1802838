"""The books recomputed in a real browser: green when they are right, red when an answer is not."""

import base64
import json

import pytest
from sqlalchemy import text

from incentive.core.db import session, transaction
from tests import factories as make
from tests.ledger.sealed import post_many, seal
from tests.web.conftest import give

PAGE = "/desk/verify"
LEAVES = "**/api/v1/desk/leaves*"


@pytest.fixture
def auditor(place):
    """An auditor of the whole, and forty sealed transactions."""
    with place.app.app_context(), transaction():
        person = make.person()
        make.grant(person, "auditor", at=make.province())
    post_many(place.app, 40)
    seal(place.app)
    return person


def verify(page, most="10000"):
    page.select_option("[data-verify-most]", most)
    page.click("[data-verify-start]")
    page.wait_for_selector("[data-step=end]:not([hidden])")
    return {
        step.get_attribute("data-step"): step.query_selector(".alert")
        .get_attribute("class")
        .split("-")[-1]
        for step in page.query_selector_all("[data-step]")
        if step.is_visible()
    }


def changed(alter):
    """Return a handler that lets `alter` change the JSON of an answer."""

    def handle(route):
        answer = route.fetch()
        body = answer.json()
        alter(body)
        route.fulfill(response=answer, body=json.dumps(body))

    return handle


def test_right_books_turn_green_and_growth_is_proved_at_the_next_visit(site, place, auditor):
    page = site.open_for(auditor, PAGE)
    assert verify(page) == {
        "signature": "success",
        "root": "success",
        "growth": "info",
        "end": "success",
    }
    assert "40" in page.inner_text("[data-step=root]")
    post_many(place.app, 25, "later")
    seal(place.app)
    page.reload()
    assert verify(page) == dict.fromkeys(("signature", "root", "growth", "end"), "success")
    assert "40 → 65" in page.inner_text("[data-step=growth]")


def test_only_the_newest_rows_are_recomputed_if_there_are_more(site, place, auditor):
    post_many(place.app, 1203, "many")
    seal(place.app)
    page = site.open_for(auditor, PAGE)
    assert verify(page, "1000")["root"] == "success"
    told = page.inner_text("[data-step=root]")
    assert "1,000" in told
    assert "243" in told


def test_a_changed_row_turns_red_and_is_named(site, place, auditor):
    def alter(body):
        leaf = bytearray(base64.b64decode(body["items"][17]["leaf"]))
        leaf[40] ^= 1
        body["items"][17]["leaf"] = base64.b64encode(leaf).decode()

    page = site.open_for(auditor, PAGE)
    page.route(LEAVES, changed(alter))
    assert verify(page) == {"signature": "success", "root": "danger", "end": "danger"}
    assert "17" in page.inner_text("[data-step=root]")


def test_a_changed_row_with_a_hash_to_match_turns_red(site, place, auditor):
    def alter(body):
        body["items"][3] = {**body["items"][4], "seq": 3}

    page = site.open_for(auditor, PAGE)
    page.route(LEAVES, changed(alter))
    assert verify(page)["root"] == "danger"


def test_a_dropped_row_turns_red(site, place, auditor):
    page = site.open_for(auditor, PAGE)
    page.route(LEAVES, changed(lambda body: body["items"].pop(5)))
    assert verify(page)["root"] == "danger"


def test_a_false_signature_turns_red(site, place, auditor):
    def alter(body):
        head, _, last = body["note"].rpartition(" ")
        raw = bytearray(base64.b64decode(last))
        raw[-1] ^= 1
        body["note"] = f"{head} {base64.b64encode(raw).decode()}\n"

    page = site.open_for(auditor, PAGE)
    page.route("**/ledger/checkpoints/latest", changed(alter))
    assert verify(page) == {"signature": "danger", "end": "danger"}


def test_books_that_are_not_those_seen_before_turn_red(site, place, auditor):
    page = site.open_for(auditor, PAGE)
    verify(page)
    page.evaluate(
        """() => { for (const name of Object.keys(localStorage)) {
            if (!name.startsWith('incentive:checkpoint:')) continue;
            const seen = JSON.parse(localStorage.getItem(name));
            localStorage.setItem(name, JSON.stringify({ ...seen, size: 33 }));
        } }"""
    )
    assert verify(page)["growth"] == "danger"
    page.evaluate(
        """() => { for (const name of Object.keys(localStorage)) {
            if (!name.startsWith('incentive:checkpoint:')) continue;
            const seen = JSON.parse(localStorage.getItem(name));
            localStorage.setItem(name, JSON.stringify({ ...seen, size: 4000 }));
        } }"""
    )
    assert verify(page)["growth"] == "danger"


def test_an_auditor_of_a_part_recomputes_from_hashes(site, place, auditor):
    with place.app.app_context(), transaction():
        own = make.person()
        make.region("530102001008")
        make.grant(own, "auditor", at=place.home)
    page = site.open_for(own, PAGE)
    assert verify(page)["root"] == "success"
    page.route(LEAVES, changed(lambda body: body["items"].pop(5)))
    assert verify(page)["root"] == "danger"


@pytest.mark.parametrize("alter", [False, True])
def test_a_receipt_is_checked_in_the_browser_and_a_changed_one_turns_red(site, place, alter):
    with place.app.app_context(), transaction():
        give(place.volunteer.id, 40)
        number = session().scalar(text("SELECT max(id) FROM transactions"))
    post_many(place.app, 21)
    seal(place.app)

    def change(body):
        leaf = bytearray(base64.b64decode(body["leaf"]))
        leaf[-1] ^= 1
        body["leaf"] = base64.b64encode(leaf).decode()

    page = site.open_for(place.volunteer, f"/me/receipts/{number}")
    if alter:
        page.route("**/api/v1/me/receipts/*", changed(change))
    page.click("[data-receipt-check]")
    page.wait_for_selector("[data-said] .alert")
    tone = page.get_attribute("[data-said] .alert", "class")
    assert ("alert-danger" if alter else "alert-success") in tone
