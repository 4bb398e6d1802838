"""Consents: one for each sensitive item, withdrawn as easily as given, kept for good."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import personal
from incentive.people.amending import service as amending
from incentive.people.caller import identify
from incentive.people.consents import service
from incentive.people.consents.domain import Kind, missing, must_read
from incentive.people.consents.errors import GuardianDecides, ItemMissing, NothingToWithdraw
from incentive.people.consents.giving import Giver
from incentive.people.models import Person
from tests import factories as make
from tests.people.conftest import notice_id

API = "/api/v1"
NUMBER = "53010219900101001X"


def refusal(answer):
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.json["code"]


def registering(client, body, key="a-key-of-the-tests"):
    return client.post(f"{API}/me", json=body, headers={"Idempotency-Key": key})


def held(person_id):
    known = personal.one(person_id, "id_number", "birth_month", "address")
    return known.id_number, known.birth_month, known.address


@pytest.mark.parametrize(
    ("agreed", "required", "wanted"),
    [(None, None, False), (None, 1, True), (1, 1, False), (1, 2, True), (3, 2, False)],
)
def test_a_notice_is_read_again_only_if_one_in_force_asks_for_it(agreed, required, wanted):
    assert must_read(agreed, required) is wanted


def test_each_item_needs_its_own_consent():
    assert missing(["address", "id_number"], {Kind.ID_NUMBER}) is Kind.ADDRESS
    assert missing(["address"], {Kind.ADDRESS}) is None


def test_nobody_registers_without_the_notice_in_force(client, newcomer):
    unsaid = {name: newcomer[name] for name in newcomer if name != "notice"}
    assert refusal(registering(client, unsaid)) == (422, "http.unprocessable_entity")
    other = newcomer | {"notice": str(notice_id("address"))}
    assert refusal(registering(client, other)) == (422, "people.notice_not_agreed")
    unknown = newcomer | {"notice": newcomer["home_region_id"]}
    assert refusal(registering(client, unknown)) == (404, "people.unknown_notice")


def test_an_item_without_its_consent_is_refused_at_its_field(client, newcomer):
    refused = registering(client, newcomer | {"address": "翠湖北路1号"})
    assert refusal(refused) == (422, "people.consent_missing")
    assert refused.json["field"] == "address"


def test_what_registering_agreed_to_is_kept_and_shown(client, newcomer):
    told = {"address": "翠湖北路1号", "item_notices": [str(notice_id("address"))]}
    made = registering(client, newcomer | told)
    assert made.status_code == 201, made.text
    with transaction():
        person = session().get_one(Person, made.json["id"])
        rows = service.history(person.id, cursor=None, limit=10).items
        assert person.agreed_notice == 1
        assert held(person.id) == (None, None, "翠湖北路1号")
    assert {(row.kind, row.given, row.capacity, row.channel) for row in rows} == {
        ("privacy", True, "self", "api"),
        ("address", True, "self", "api"),
    }
    assert {row.by for row in rows} == {made.json["volunteer_number"]}


def test_an_id_number_brings_no_month_of_birth_along_without_its_consent(client, newcomer):
    told = {"id_number": NUMBER, "item_notices": [str(notice_id("id_number"))]}
    made = registering(client, newcomer | told)
    with transaction():
        assert held(UUID(made.json["id"])) == (f"resident_id:{NUMBER}", None, None)


def test_a_worker_enters_what_stands_on_paper(client, newcomer, home, holding, headers):
    worker = holding("grid_worker", home)
    given = {name: newcomer[name] for name in ("name", "phone", "home_region_id", "notice")}
    made = client.post(f"{API}/persons", json=given, headers=headers(worker))
    with transaction():
        (row,) = service.history(made.json["id"], cursor=None, limit=10).items
    assert (row.capacity, row.channel, row.by) == ("worker", "paper", worker.volunteer_number)


@pytest.fixture
def mine(client, books):
    """A person, and a function that asks as them."""
    with transaction():
        person = make.person()
        headers = make.bearer(person)
    keys = iter(range(1000))

    def ask(method, path, body=None):
        key = {"Idempotency-Key": f"a-key-of-the-tests-{next(keys)}"}
        return getattr(client, method)(API + path, json=body, headers=headers | key)

    ask.person_id = person.id
    return ask


def test_an_item_is_told_with_its_consent_withdrawn_with_it_and_told_again(mine):
    notice = str(notice_id("address"))
    told = {"notice": notice, "value": "翠湖北路1号"}
    given = mine("post", "/me/consents", told)
    assert (given.status_code, given.json["given"], given.json["held"]) == (201, True, True)
    gone = mine("delete", "/me/consents/address")
    assert (gone.status_code, gone.json["given"], gone.json["held"]) == (200, False, False)
    assert gone.json["effect"]
    with transaction():
        assert held(mine.person_id) == (None, None, None)
    assert refusal(mine("delete", "/me/consents/address")) == (409, "people.nothing_to_withdraw")
    assert mine("post", "/me/consents", told | {"value": "翠湖南路2号"}).status_code == 201
    listed = mine("get", "/me/consents/history").json["items"]
    assert [row["given"] for row in listed] == [True, False, True]


def test_a_withdrawn_id_number_finds_nobody_and_is_free_for_others(mine):
    notice = str(notice_id("id_number"))
    mine("post", "/me/consents", {"notice": notice, "value": NUMBER})
    mine("delete", "/me/consents/id_number")
    with transaction():
        assert session().get_one(Person, mine.person_id).id_number_blind is None
        other = make.person()
        service.give(
            other.id, notice_id_of("id_number"), Giver(other.id), clock.now(), value=NUMBER
        )


def test_another_id_number_than_the_one_held_waits_for_a_correction(mine):
    told = {"notice": str(notice_id("id_number")), "value": NUMBER}
    assert mine("post", "/me/consents", told).status_code == 201
    other = mine("post", "/me/consents", told | {"value": "530102199003070032"})
    assert refusal(other) == (409, "people.item_held")
    assert mine("post", "/me/consents", told).status_code == 201
    with transaction():
        assert personal.one(mine.person_id, "id_number").id_number.endswith(NUMBER)


def test_whoever_withdrew_an_id_number_and_tells_another_waits_for_approval(mine):
    told = {"notice": str(notice_id("id_number")), "value": NUMBER}
    assert mine("post", "/me/consents", told).json["held"] is True
    mine("delete", "/me/consents/id_number")
    other = told | {"value": "530102199003070032"}
    waits = mine("post", "/me/consents", other)
    assert (waits.status_code, waits.json["given"], waits.json["held"]) == (201, True, False)
    with transaction():
        assert held(mine.person_id)[0] is None
    again = mine("post", "/me/consents", told)
    assert refusal(again) == (409, "people.correction_asked")
    (wish,) = mine("get", "/me/corrections").json["items"]
    assert (wish["field"], wish["status"]) == ("id_number", "waiting")
    with transaction():
        home = make.region()
        session().get_one(Person, mine.person_id).home_region_id = home.id
        worker = make.person()
        make.grant(worker, "administrator", at=home)
        amending.approve(UUID(wish["id"]), identify(make.token(worker)), clock.now())
        assert held(mine.person_id)[0].endswith("530102199003070032")


def test_withdrawing_again_takes_back_what_waits(mine):
    told = {"notice": str(notice_id("birth_month")), "value": "1990-01"}
    for _ in range(2):
        mine("post", "/me/consents", told)
        mine("delete", "/me/consents/birth_month")
    (wish,) = mine("get", "/me/corrections").json["items"]
    assert wish["status"] == "withdrawn"


def notice_id_of(kind):
    return make.notices()[kind]


def test_an_item_that_is_nobody_elses(mine):
    with transaction():
        make.person(told={"id_number": f"resident_id:{NUMBER}"})
    notice = str(notice_id("id_number"))
    taken = mine("post", "/me/consents", {"notice": notice, "value": NUMBER})
    assert refusal(taken) == (409, "people.id_number_taken")


def test_a_consent_to_nothing_is_none(tx):
    person = make.person()
    with pytest.raises(ItemMissing):
        service.give(person.id, notice_id_of("address"), Giver(person.id), clock.now())


def test_agreeing_twice_is_once(tx):
    person = make.person(agreed_notice=None)
    for _ in range(2):
        service.give(person.id, notice_id_of("privacy"), Giver(person.id), clock.now())
    assert len(service.history(person.id, cursor=None, limit=5).items) == 1


def test_nobody_gives_the_guardians_consent_for_themselves(tx):
    person = make.person()
    with pytest.raises(GuardianDecides):
        service.give(person.id, notice_id_of("minors"), Giver(person.id), clock.now())
    with pytest.raises(GuardianDecides):
        service.withdraw(person.id, Kind.MINORS, Giver(person.id), clock.now())


def test_without_the_privacy_consent_pages_wait_for_an_answer(client, mine):
    mine("post", "/me/consents", {"notice": str(notice_id())})
    assert mine("delete", "/me/consents/privacy").json["given"] is False
    assert mine("get", "/me/consents").json["must_read"] is True
    with transaction():
        assert session().get_one(Person, mine.person_id).agreed_notice is None
    assert mine("post", "/me/consents", {"notice": str(notice_id())}).status_code == 201
    assert mine("get", "/me/consents").json["must_read"] is False


@pytest.fixture
def withdrawn(client, mine):
    """Somebody who withdrew the privacy consent: asks as `mine`, and as a browser by `page`."""
    with transaction():
        token = make.token(session().get_one(Person, mine.person_id))
    mine("post", "/me/consents", {"notice": str(notice_id())})
    assert mine("delete", "/me/consents/privacy").status_code == 200

    def page(method, path, **fields):
        client.set_cookie("session", token)
        form = {"key": str(make.new_id())} | fields if method == "post" else None
        origin = {"Origin": "http://localhost"}
        return getattr(client, method)(path, data=form, headers=origin)

    mine.page = page
    return mine


def test_without_the_privacy_consent_programs_wait_too_and_are_told_the_way_out(withdrawn):
    shift = f"/shifts/{make.new_id()}/sign-ups"
    for method, path in (("get", "/me/card"), ("get", "/me/balances"), ("post", shift)):
        refused = withdrawn(method, path)
        assert refusal(refused) == (403, "people.consent_withdrawn"), path
        assert refused.json["figures"]["agree"] == "POST /api/v1/me/consents"
        assert refused.json["figures"]["close"] == "POST /api/v1/me/erasure"


def test_without_the_privacy_consent_a_form_changes_nothing_and_leads_to_the_notice(withdrawn):
    sent = withdrawn.page("post", f"/shifts/{make.new_id()}/sign-up")
    assert (sent.status_code, sent.location) == (303, "/me/notice")
    told = withdrawn.page("get", "/me/notice")
    assert "撤回" in told.text
    assert withdrawn.page("get", "/me").location.startswith("/me/notice?next=/me")


def test_without_the_privacy_consent_nothing_more_is_told(withdrawn):
    more = withdrawn("post", "/me/consents", {"notice": str(notice_id("address")), "value": "翠湖"})
    assert refusal(more) == (403, "people.consent_withdrawn")
    assert withdrawn.page("get", "/me/consents/address").status_code == 303


def test_what_is_held_and_how_to_erase_it_stays_open_without_the_privacy_consent(app, withdrawn):
    for path in ("/me", "/me/consents", "/me/consents/history", "/me/erasure", "/me/corrections"):
        assert withdrawn("get", path).status_code == 200, path
    for path in ("/me/notice", "/me/consents", "/me/held", "/me/erasure", "/me/sessions"):
        assert withdrawn.page("get", path).status_code == 200, path
    assert withdrawn.page("get", "/privacy").status_code == 200
    assert withdrawn("delete", "/sessions/current").status_code == 204


def test_agreeing_again_opens_everything_again(withdrawn):
    assert withdrawn("post", "/me/consents", {"notice": str(notice_id())}).status_code == 201
    assert withdrawn("get", "/me/card").status_code == 200


def test_who_never_answered_the_notice_is_led_there_by_pages_only(client, books):
    with transaction():
        person = make.person(agreed_notice=None)
        headers = make.bearer(person)
    assert client.get(f"{API}/me/card", headers=headers).status_code == 200
    assert client.get("/me", headers=headers).location.startswith("/me/notice")


def test_withdrawn_by_two_at_once_it_is_withdrawn_once(live):
    with live.app_context():
        with transaction():
            person_id = make.person().id
            notice = notice_id_of("address")
        with transaction():
            service.give(person_id, notice, Giver(person_id), clock.now(), value="翠湖北路1号")

        def withdraw(_):
            with live.app_context():
                try:
                    with transaction():
                        service.withdraw(person_id, Kind.ADDRESS, Giver(person_id), clock.now())
                except NothingToWithdraw as refused:
                    return refused.code

        with ThreadPoolExecutor(2) as threads:
            done = list(threads.map(withdraw, range(2)))
        assert sorted(done, key=str) == [None, "people.nothing_to_withdraw"]


def test_the_pages_tell_what_stands_and_take_it_back(client, mine):
    with transaction():
        token = make.token(session().get_one(Person, mine.person_id))
    client.set_cookie("session", token)
    origin = {"Origin": "http://localhost"}

    def form(**fields):
        return {"key": str(make.new_id()), "notice": str(notice_id("address"))} | fields

    path = "/me/consents/address"
    assert client.get(path).status_code == 200
    empty = client.post(path, data=form(agree="yes"), headers=origin)
    assert (empty.status_code, 'id="value-error"' in empty.text) == (422, True)
    assert client.post(path, data=form(value="翠湖北路1号"), headers=origin).status_code == 422
    done = client.post(path, data=form(value="翠湖北路1号", agree="yes"), headers=origin)
    assert (done.status_code, done.location) == (303, "/me/consents")
    assert "翠湖北路1号" not in client.get("/me/consents").text
    gone = client.post(f"{path}/withdraw", data=form(), headers=origin)
    assert gone.status_code == 303
    with transaction():
        assert held(mine.person_id) == (None, None, None)
