import pytest
from sqlalchemy import func, select

from incentive.core.codes import MemberCard, Validity, parse, verify_card
from incentive.core.db import session, transaction, use_jurisdiction
from incentive.core.keys import code_keys
from incentive.people.models import Person
from tests import factories
from tests.people.conftest import PASSWORD, PHONE, notice_id, territory

API = "/api/v1"
KEY = {"Idempotency-Key": "a-key-of-the-tests"}


def register(client, newcomer, key="a-key-of-the-tests", **headers):
    return client.post(f"{API}/me", json=newcomer, headers={"Idempotency-Key": key} | headers)


def sign_in(client, phone=PHONE, password=PASSWORD, **headers):
    return client.post(
        f"{API}/sessions", json={"phone": phone, "password": password}, headers=headers
    )


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json['token']}"}


def refusal(answer):
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.json["code"]


def persons():
    with transaction():
        return session().scalar(select(func.count()).select_from(Person))


def test_a_volunteer_registers_signs_in_and_is_shown_to_themselves(client, newcomer, home):
    registered = register(client, newcomer)
    assert registered.status_code == 201
    signed_in = sign_in(client)
    assert signed_in.status_code == 201
    me = client.get(f"{API}/me", headers=bearer(signed_in)).json
    assert me == registered.json
    assert (me["name"], me["phone"], me["home"]["code"]) == ("张三", "138****5678", home.code)
    assert [role["role"] for role in me["roles"]] == ["volunteer"]
    assert signed_in.json["person"]["volunteer_number"] == me["volunteer_number"]


def test_a_courier_registers_as_a_gig_worker(client, newcomer):
    answer = register(client, newcomer | {"role": "gig_worker"})
    assert [role["role"] for role in answer.json["roles"]] == ["gig_worker"]


def test_a_retried_registration_is_answered_like_the_first(client, newcomer):
    first, again = register(client, newcomer), register(client, newcomer)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert persons() == 1


def test_a_second_registration_with_the_phone_is_a_conflict(client, newcomer):
    register(client, newcomer)
    again = register(client, newcomer | {"name": "李四"}, key="another-key")
    assert refusal(again) == (409, "people.phone_taken")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"phone": "12345"}, "people.phone_unusable"),
        ({"password": "12345678"}, "people.password_weak"),
        ({"password": None}, "http.unprocessable_entity"),
        ({"password": "x" * 201}, "http.unprocessable_entity"),
        ({"name": ""}, "http.unprocessable_entity"),
        ({"name": " 张三"}, "http.unprocessable_entity"),
        ({"name": "张\u202e三"}, "http.unprocessable_entity"),
        ({"name": "张" * 51}, "http.unprocessable_entity"),
        ({"role": "administrator"}, "http.unprocessable_entity"),
        ({"home_region_id": "53"}, "http.unprocessable_entity"),
        ({"volunteer_number": "5300000000010"}, "http.unprocessable_entity"),
    ],
)
def test_a_registration_that_cannot_be_right_is_refused_and_writes_nothing(
    client, newcomer, changed, code
):
    assert refusal(register(client, newcomer | changed)) == (422, code)
    assert persons() == 0


def test_a_whole_city_is_nobodys_home(client, newcomer, places):
    changed = {"home_region_id": str(places["5301"].id)}
    assert refusal(register(client, newcomer | changed)) == (422, "people.home_too_wide")


def test_wrong_credentials_are_refused_alike_and_the_sixth_try_is_locked_out(client, newcomer):
    register(client, newcomer)
    unknown = sign_in(client, "13912345678", "wrong wrong")
    for _ in range(5):
        wrong = sign_in(client, PHONE, "wrong wrong")
        assert (wrong.status_code, wrong.json) == (401, unknown.json)
    locked = sign_in(client)
    assert refusal(locked) == (429, "people.sign_in_locked")
    assert 890 <= int(locked.headers["Retry-After"]) <= 900


def test_signing_out_ends_the_session(client, newcomer):
    register(client, newcomer)
    headers = bearer(sign_in(client))
    assert client.delete(f"{API}/sessions/current", headers=headers).status_code == 204
    assert refusal(client.get(f"{API}/me", headers=headers)) == (401, "people.not_signed_in")
    again = client.delete(f"{API}/sessions/current", headers=headers)
    assert refusal(again) == (401, "people.not_signed_in")


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer x", "Basic eDp4", "令牌"])
def test_nobody_is_shown_to_who_is_not_signed_in(client, books, authorization):
    headers = {"Authorization": authorization.encode().decode("latin-1")} if authorization else {}
    for path in ("/me", "/me/card", "/me/card.svg", "/me/card.png"):
        assert refusal(client.get(API + path, headers=headers)) == (401, "people.not_signed_in")


def test_the_card_is_genuine_and_drawn_as_svg_and_png(client, newcomer):
    register(client, newcomer)
    headers = bearer(sign_in(client))
    shown = client.get(f"{API}/me/card", headers=headers).json
    assert shown["url"] == f"http://localhost/s/{shown['text']}"
    card = parse(shown["url"])
    assert isinstance(card, MemberCard)
    assert card.volunteer_number == shown["volunteer_number"]
    assert verify_card(card, code_keys().card_public_key, "default") is Validity.VALID
    drawn = client.get(f"{API}/me/card.svg", headers=headers)
    assert (drawn.mimetype, b"<svg" in drawn.data) == ("image/svg+xml", True)
    drawn = client.get(f"{API}/me/card.png", headers=headers)
    assert (drawn.mimetype, drawn.data[:4]) == ("image/png", b"\x89PNG")
    assert drawn.headers["Cache-Control"] == "private, no-store"


def test_anyone_gets_the_key_that_verifies_cards(client, books):
    (key,) = client.get(f"{API}/card-keys").json["items"]
    assert key["public_key"] == code_keys().card_public_key.public_bytes_raw().hex()
    assert (key["jurisdiction"], key["algorithm"]) == ("default", "Ed25519")


def test_nothing_of_one_jurisdiction_leaks_into_another(client, newcomer, books):
    first = register(client, newcomer)
    with use_jurisdiction("second"):
        home = str(territory()["530102001007"].id)
        there_too = {"name": "李四", "home_region_id": home, "notice": str(notice_id())}
    there = {"X-Jurisdiction": "second"}
    # The same phone, and the same Idempotency-Key, are free there.
    second = register(client, newcomer | there_too, **there)
    assert (second.status_code, second.json["name"]) == (201, "李四")
    assert "Idempotent-Replay" not in second.headers
    with use_jurisdiction("second"):
        assert persons() == 1
    ours, theirs = bearer(sign_in(client)), bearer(sign_in(client, **there))
    assert client.get(f"{API}/me", headers=ours).json == first.json
    assert client.get(f"{API}/me", headers=theirs | there).json == second.json
    # A token of one is no token in the other.
    assert refusal(client.get(f"{API}/me", headers=theirs)) == (401, "people.not_signed_in")
    assert refusal(client.get(f"{API}/me", headers=ours | there)) == (401, "people.not_signed_in")
    # A card of one is foreign in the other, whichever key it is held against.
    card = parse(client.get(f"{API}/me/card", headers=theirs | there).json["text"])
    assert verify_card(card, code_keys().card_public_key, "default") is Validity.FOREIGN
    with use_jurisdiction("second"):
        assert verify_card(card, code_keys().card_public_key, "second") is Validity.VALID


def test_a_wrong_password_here_is_no_wrong_try_there(client, newcomer, books):
    with use_jurisdiction("second"):
        home = str(territory()["530102001007"].id)
        there_too = {"home_region_id": home, "notice": str(notice_id())}
    there = {"X-Jurisdiction": "second"}
    register(client, newcomer | there_too, **there)
    for _ in range(6):
        sign_in(client, PHONE, "wrong wrong")
    assert sign_in(client, **there).status_code == 201


def test_a_new_password_ends_the_other_sessions_and_no_more_than_those(client, newcomer):
    register(client, newcomer)
    here, there = bearer(sign_in(client)), bearer(sign_in(client))
    change = {"current": PASSWORD, "new": "another password"}
    assert client.post(f"{API}/me/password", json=change, headers=here).status_code == 204
    assert client.get(f"{API}/me", headers=here).status_code == 200
    assert client.get(f"{API}/me", headers=there).status_code == 401
    assert sign_in(client).status_code == 401
    assert sign_in(client, PHONE, "another password").status_code == 201


def test_a_password_is_not_changed_by_whoever_does_not_know_it(client, newcomer):
    register(client, newcomer)
    here = bearer(sign_in(client))
    url = f"{API}/me/password"
    weak = client.post(url, json={"current": PASSWORD, "new": "12345678"}, headers=here)
    assert refusal(weak) == (422, "people.password_weak")
    change = {"current": "wrong wrong", "new": "another password"}
    for _ in range(5):
        wrong = client.post(url, json=change, headers=here)
        assert refusal(wrong) == (401, "people.wrong_credentials")
    locked = client.post(url, json=change | {"current": PASSWORD}, headers=here)
    assert refusal(locked) == (429, "people.sign_in_locked")
    assert refusal(client.post(url, json=change)) == (401, "people.not_signed_in")


def test_wrong_passwords_from_one_address_lock_nobody_out_elsewhere(client, newcomer):
    register(client, newcomer)
    body = {"phone": PHONE, "password": "wrong wrong"}
    there = {"REMOTE_ADDR": "203.0.113.1"}
    for _ in range(6):
        answer = client.post(f"{API}/sessions", json=body, environ_overrides=there)
    assert refusal(answer) == (429, "people.sign_in_locked")
    assert sign_in(client).status_code == 201


def test_a_house_with_many_addresses_is_one_place(client, newcomer):
    register(client, newcomer)
    body = {"phone": PHONE, "password": "wrong wrong"}
    for n in range(6):
        there = {"REMOTE_ADDR": f"2001:db8::{n + 1}"}
        answer = client.post(f"{API}/sessions", json=body, environ_overrides=there)
    assert refusal(answer) == (429, "people.sign_in_locked")


def test_a_grid_worker_enters_a_person_of_the_community(client, newcomer, home, holding, headers):
    worker = holding("grid_worker", home)
    given = {name: newcomer[name] for name in ("name", "phone", "home_region_id", "notice")}
    answer = client.post(f"{API}/persons", json=given, headers=headers(worker))
    assert (answer.status_code, set(answer.json)) == (201, {"id", "volunteer_number"})
    assert refusal(sign_in(client)) == (401, "people.wrong_credentials")


def test_nobody_chooses_a_password_for_another(client, newcomer, home, holding, headers):
    worker = holding("grid_worker", home)
    answer = client.post(f"{API}/persons", json=newcomer, headers=headers(worker))
    assert refusal(answer) == (422, "http.unprocessable_entity")
    assert set(answer.json["errors"]) == {"password"}


def test_a_grid_worker_of_another_community_does_not(client, newcomer, places, holding, headers):
    worker = holding("grid_worker", places["530102001008"])
    given = {name: newcomer[name] for name in ("name", "phone", "home_region_id", "notice")}
    answer = client.post(f"{API}/persons", json=given, headers=headers(worker))
    assert refusal(answer) == (403, "people.out_of_scope")
    answer = client.post(f"{API}/persons", json=given, headers=KEY)
    assert refusal(answer) == (401, "people.not_signed_in")
    assert persons() == 1


def test_a_community_worker_draws_a_grid_and_a_volunteer_does_not(client, home, holding, headers):
    grid = {"name": "第一网格", "kind": "place"}
    url = f"{API}/regions/{home.id}/grids"
    worker = holding("community_worker", home)
    drawn = client.post(url, json=grid, headers=headers(worker))
    assert (drawn.status_code, drawn.json["code"]) == (201, f"{home.code}001")
    assert (drawn.json["kind"], drawn.json["parent_id"]) == ("place", str(home.id))
    again = client.post(url, json=grid, headers=headers(worker))
    assert refusal(again) == (409, "regions.grid_name_taken")
    second = client.post(url, json=grid | {"name": "第二网格"}, headers=headers(worker))
    assert second.json["code"] == f"{home.code}002"
    refused = client.post(url, json=grid, headers=headers(holding("volunteer", home)))
    assert refusal(refused) == (403, "people.out_of_scope")
    assert len(client.get(f"{API}/regions?parent={home.id}").json["items"]) == 2


def test_a_grid_lies_below_a_community_and_has_a_kind(client, places, holding, headers):
    chief = holding("administrator", places["53"])
    grid = {"name": "第一网格", "kind": "place"}
    url = f"{API}/regions/{places['530102'].id}/grids"
    answer = client.post(url, json=grid, headers=headers(chief))
    assert refusal(answer) == (422, "regions.not_a_community")
    for wrong in ({"kind": "round"}, {"name": ""}, {"name": 5}, {"chief": "x"}):
        answer = client.post(url, json=grid | wrong, headers=headers(chief))
        assert answer.status_code == 422
    nowhere = f"{API}/regions/{factories.new_id()}/grids"
    answer = client.post(nowhere, json=grid, headers=headers(chief))
    assert refusal(answer) == (404, "regions.unknown_region")
