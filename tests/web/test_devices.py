"""Scanners and counters, paired by a code, and API tokens: what each opens, and what ends it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.people.devices.models import DevicePairing
from incentive.people.models import RoleGrant, SignIn
from tests import factories as make

API = "/api/v1"


@pytest.fixture
def api(books):
    client = books.test_client()

    def call(method, path, headers, body=None):
        return client.open(f"{API}{path}", method=method, headers=headers, json=body)

    return call


@pytest.fixture
def as_(books):
    def headers(person):
        with transaction():
            return make.bearer(person)

    return headers


def bearer(token):
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}


def scan_of(person, shift):
    return {
        "nonce": str(uuid4()),
        "scanned_at": clock.now().isoformat(),
        "volunteer_number": person.volunteer_number,
        "shift_id": str(shift.id),
    }


@pytest.fixture
def scanner(api, as_, place):
    """The headers of a scanner of the running shift, paired by the community worker."""
    paired = api(
        "POST", f"/shifts/{place.shift.id}/device-pairings", as_(place.worker), {"name": "左门"}
    )
    assert paired.status_code == 201, paired.text
    used = api("POST", "/devices", {}, {"code": paired.json["code"]})
    assert used.json["shift_id"] == str(place.shift.id)
    return bearer(used.json["token"])


@pytest.fixture
def counter(api, as_, place):
    """The headers of a device at the station's counter, paired by its manager."""
    path = f"/stations/{place.shop.id}/device-pairings"
    paired = api("POST", path, as_(place.manager), {"name": "红色平板"})
    used = api("POST", "/devices", {}, {"code": paired.json["code"]})
    assert used.json["station_id"] == str(place.shop.id)
    return bearer(used.json["token"])


def end_first(api, headers, path):
    (device,) = api("GET", path, headers).json["items"]
    return api("DELETE", f"/devices/{device['id']}", headers)


def test_a_scanner_scans_for_its_shift_and_nothing_else_in_the_name_of_who_paired_it(
    api, scanner, place
):
    with transaction():
        make.sign_up(place.volunteer, session().merge(place.shift))
    done = api("POST", "/scans", scanner, scan_of(place.volunteer, place.shift))
    assert (done.status_code, done.json["verdict"]) == (201, "check_in")
    other = api("POST", "/scans", scanner, scan_of(place.volunteer, place.later))
    assert (other.status_code, other.json["code"]) == (403, "people.out_of_scope")
    own = {"nonce": str(uuid4()), "scanned_at": clock.now().isoformat(), "code": "R0000000000000"}
    assert api("POST", "/scans", scanner, own).status_code in {403, 422}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/me/card"),
        ("GET", "/me/sessions"),
        ("DELETE", "/me/sessions"),
        ("GET", "/me/tokens"),
        ("GET", "/shifts/{shift}/code"),
        ("GET", "/shifts/{shift}/devices"),
        ("POST", "/shifts/{shift}/device-pairings"),
        ("GET", "/stations/{shop}/ledger"),
        ("POST", "/me/second-factor"),
    ],
)
def test_neither_opens_what_is_the_persons_or_needs_more(
    api, scanner, counter, place, method, path
):
    path = path.format(shift=place.shift.id, shop=place.shop.id)
    body = {"name": "x"} if path.endswith("pairings") else None
    for headers in (scanner, counter):
        assert api(method, path, headers, body).status_code == 403, path


def test_a_counter_serves_at_its_station_and_no_other(api, counter, place, points):
    with transaction():
        other = make.station(place.community)
        make.grant(place.manager, "station_manager", station=other)
        buyer = make.creating(place.volunteer)
    order = api("POST", "/redemptions", buyer, {"item_id": str(place.goods.id), "quantity": 1}).json
    code = order["code"].replace("-", "")
    assert api("POST", f"/redemptions/{code}/collect", counter).status_code == 200
    with transaction():
        elsewhere = make.item(other, points_price=1, stock=1)
        buyer = make.creating(place.volunteer)
    order = api("POST", "/redemptions", buyer, {"item_id": str(elsewhere.id), "quantity": 1}).json
    code = order["code"].replace("-", "")
    assert api("POST", f"/redemptions/{code}/collect", counter).status_code in {403, 409}
    with transaction():
        manager = make.creating(place.manager)  # who may there, without the device
    assert api("POST", f"/redemptions/{code}/collect", manager).status_code == 200


def test_ended_it_opens_nothing_at_the_next_request(api, as_, scanner, counter, place):
    worker, manager = as_(place.worker), as_(place.manager)
    shift = scan_of(place.volunteer, place.shift)
    assert end_first(api, worker, f"/shifts/{place.shift.id}/devices").status_code == 204
    assert api("POST", "/scans", scanner, shift).status_code == 401
    assert end_first(api, manager, f"/stations/{place.shop.id}/devices").status_code == 204
    assert api("POST", f"/redemptions/{'X' * 12}/collect", counter).status_code == 401
    with transaction():
        acts = session().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [act.action for act in acts] == ["device.pair"] * 2 + ["device.end"] * 2
    assert {act.subject for act in acts} == {
        f"shift:{place.shift.id}",
        f"station:{place.shop.id}",
    }
    assert acts[0].after["name"] == "左门"


def test_it_ends_with_the_role_of_who_paired_it(api, scanner, counter, place):
    with transaction():
        session().execute(
            update(RoleGrant)
            .where(RoleGrant.person_id.in_([place.worker.id, place.manager.id]))
            .values(valid_until=clock.now() - timedelta(minutes=1))
        )
    refused = api("POST", "/scans", scanner, scan_of(place.volunteer, place.shift))
    assert refused.json["code"] == "checkin.scanner_out_of_scope"
    assert api("POST", f"/redemptions/{'X' * 12}/collect", counter).status_code == 403


def test_it_ends_with_its_time_and_when_its_person_signs_out_everywhere(
    api, as_, scanner, counter, place
):
    with transaction():
        device = session().scalars(select(SignIn).filter_by(shift_id=place.shift.id)).one()
        assert device.expires_at == place.shift.ends_at + timedelta(hours=12)
        device.expires_at = clock.now()
    shift = scan_of(place.volunteer, place.shift)
    assert api("POST", "/scans", scanner, shift).status_code == 401
    assert api("DELETE", "/me/sessions", as_(place.manager)).status_code == 204
    assert api("POST", f"/redemptions/{'X' * 12}/collect", counter).status_code == 401


def test_a_pairing_code_is_good_once_for_ten_minutes_and_while_its_maker_is_signed_in(
    api, as_, place
):
    worker = as_(place.worker)

    def code():
        path = f"/shifts/{place.shift.id}/device-pairings"
        return {"code": api("POST", path, worker, {"name": "门"}).json["code"]}

    def spent(body):
        answer = api("POST", "/devices", {}, body)
        return (answer.status_code, answer.json.get("code")) == (404, "people.pairing_spent")

    once = code()
    assert api("POST", "/devices", {}, once).status_code == 201
    assert spent(once)
    late = code()
    with transaction():
        session().execute(update(DevicePairing).values(expires_at=clock.now()))
    assert spent(late)
    orphan = code()
    assert api("DELETE", "/sessions/current", worker).status_code == 204
    assert spent(orphan)
    assert spent({"code": "nothing"})


def test_who_may_not_run_the_shift_pairs_and_ends_nothing(api, as_, scanner, place):
    volunteer = as_(place.volunteer)
    path = f"/shifts/{place.shift.id}/device-pairings"
    assert api("POST", path, volunteer, {"name": "x"}).status_code == 403
    with transaction():
        device = session().scalars(select(SignIn).filter_by(shift_id=place.shift.id)).one()
        stranger = make.person()
        make.grant(stranger, "community_worker", at=make.region("530103001001"))
        headers = make.bearer(stranger)
    assert api("DELETE", f"/devices/{device.id}", headers).status_code == 403


def test_pairing_with_a_browser(browsing, place):
    lead, phone = browsing(place.worker), browsing()
    page = lead.get(f"/shifts/{place.shift.id}/devices")
    assert page.status_code == 200
    assert lead.send(f"/shifts/{place.shift.id}/devices", name="").status_code == 422
    shown = lead.send(f"/shifts/{place.shift.id}/devices", name="左门")
    assert "data:image/svg+xml;base64," in shown.text
    with transaction():
        (pairing,) = session().scalars(select(DevicePairing)).all()
        code = "a code that the test knows"
        from incentive.people.caller import token_hash

        pairing.code_hash = token_hash(code)
    assert phone.get(f"/pair/{code}").status_code == 200
    went = phone.send(f"/pair/{code}")
    assert went.location == f"/duty?shift={place.shift.id}#cards"
    page = phone.get(went.location).text
    assert f'value="{place.shift.id}"' in page
    assert "/shifts/" + str(place.later.id) not in page
    assert phone.get("/me").status_code == 403
    assert phone.send(f"/pair/{code}").status_code == 404
    listed = lead.get(f"/shifts/{place.shift.id}/devices").text
    assert "左门" in listed
    (end,) = re.findall(r'action="(/shifts/[^"]+/end)"', listed)
    assert lead.send(end).status_code == 303
    assert phone.get("/duty").location.startswith("/sign-in")


def test_a_counter_with_a_browser_lands_at_the_counter(browsing, api, as_, place):
    manager = browsing(place.manager)
    assert manager.get(f"/stations/{place.shop.id}/devices").status_code == 200
    shown = manager.send(f"/stations/{place.shop.id}/devices", name="平板", days="7")
    assert shown.status_code == 200
    path = f"/stations/{place.shop.id}/device-pairings"
    code = api("POST", path, as_(place.manager), {"name": "平板二", "days": 7}).json["code"]
    tablet = browsing()
    went = tablet.send(f"/pair/{code}")
    assert went.location == f"/stations/{place.shop.id}/counter"
    assert tablet.get(went.location).status_code == 200
    assert tablet.get(f"/stations/{place.shop.id}/devices").status_code == 403


# API tokens


def make_token(api, headers, scopes, **more):
    return api("POST", "/me/tokens", headers, {"name": "报表", "scopes": scopes} | more)


def test_a_token_is_known_by_its_beginning_and_kept_as_a_hash(api, as_, place):
    made = make_token(api, as_(place.worker), ["own"], days=7).json
    assert made["token"].startswith("inct_")
    with transaction():
        kept = session().scalars(select(SignIn).filter_by(kind="token")).one()
        assert made["token"].encode() not in kept.token_hash
        assert kept.expires_at == kept.created_at + timedelta(days=7)
    listed = api("GET", "/me/tokens", as_(place.worker)).json["items"]
    assert [row["name"] for row in listed] == ["报表"]
    assert "token" not in listed[0]


def test_a_token_opens_what_it_was_given_and_no_more(api, as_, place):
    token = bearer(make_token(api, as_(place.manager), ["station.goods"]).json["token"])
    assert api("GET", f"/stations/{place.shop.id}/stock", token).status_code == 200
    assert api("GET", f"/stations/{place.shop.id}/ledger", token).status_code == 403
    assert api("GET", "/me", token).status_code == 403
    own = bearer(make_token(api, as_(place.manager), ["own"]).json["token"])
    assert api("GET", "/me", own).status_code == 200
    assert api("GET", f"/stations/{place.shop.id}/stock", own).status_code == 403


def test_a_token_never_has_more_than_its_persons_present_roles(api, as_, place):
    manager = as_(place.manager)
    refused = make_token(api, manager, ["role.grant"])
    assert (refused.status_code, refused.json["code"]) == (422, "people.scope_not_held")
    token = bearer(make_token(api, manager, ["station.goods"]).json["token"])
    with transaction():
        session().execute(
            update(RoleGrant)
            .where(RoleGrant.person_id == place.manager.id)
            .values(valid_until=clock.now() - timedelta(minutes=1))
        )
    assert api("GET", f"/stations/{place.shop.id}/stock", token).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/me/tokens", {"name": "x", "scopes": ["own"]}),
        ("DELETE", "/me/sessions", None),
        ("POST", "/me/second-factor", None),
        ("POST", "/stations/{shop}/device-pairings", {"name": "x"}),
    ],
)
def test_no_token_makes_another_way_in_or_ends_one(api, as_, place, method, path, body):
    token = make_token(api, as_(place.manager), ["own", "station.serve"]).json["token"]
    answer = api(method, path.format(shop=place.shop.id), bearer(token), body)
    assert (answer.status_code, answer.json["code"]) == (403, "people.session_needed")


def test_an_ended_token_opens_nothing_and_both_acts_are_recorded(api, as_, place):
    headers = as_(place.worker)
    made = make_token(api, headers, ["own"]).json
    assert api("DELETE", f"/me/tokens/{made['id']}", as_(place.manager)).status_code == 404
    assert api("DELETE", f"/me/tokens/{made['id']}", headers).status_code == 204
    assert api("GET", "/me", bearer(made["token"])).status_code == 401
    assert api("DELETE", f"/me/tokens/{made['id']}", headers).status_code == 404
    with transaction():
        acts = session().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [act.action for act in acts] == ["token.make", "token.end"]
    assert made["token"] not in str([act.after for act in acts])


def test_a_token_scans_only_if_it_was_given_that(api, as_, place):
    with transaction():
        make.sign_up(place.volunteer, session().merge(place.shift))
    without = bearer(make_token(api, as_(place.worker), ["own"]).json["token"])
    scan = scan_of(place.volunteer, place.shift)
    assert api("POST", "/scans", without, scan).status_code == 403
    given = bearer(make_token(api, as_(place.worker), ["shift.scan"]).json["token"])
    assert api("POST", "/scans", given, scan).status_code == 201


def test_tokens_with_a_browser(browsing, place):
    browser = browsing(place.manager)
    page = browser.get("/me/tokens").text
    assert 'value="station.serve"' in page
    assert "role.grant" not in page
    assert browser.send("/me/tokens", name="报表", days="30").status_code == 422
    shown = browser.send("/me/tokens", name="报表", days="30", scopes="station.goods")
    assert "inct_" in shown.text
    page = browser.get("/me/tokens").text
    assert "inct_" not in page
    (end,) = re.findall(r'action="(/me/tokens/[^"]+/end)"', page)
    assert browser.send(end).location == "/me/tokens"
    assert end not in browser.get("/me/tokens").text
