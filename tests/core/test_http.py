import gzip
import json

import pytest

from incentive.core.db import transaction
from tests import factories

SESSIONS = "/api/v1/sessions"
NOWHERE = "00000000-0000-0000-0000-000000000000"
GOOD = {"phone": "13812345678", "password": "a password"}


def refusal(answer):
    assert answer.mimetype == "application/problem+json", answer.text
    assert answer.json["status"] == answer.status_code
    assert answer.json["type"] == f"urn:incentive:{answer.json['code']}"
    assert answer.json["detail"]
    return answer.status_code, answer.json["code"]


def post(client, body, content_type="application/json", url=SESSIONS, **headers):
    return client.post(url, data=body, content_type=content_type, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"{'phone': 1}",
        b"\xff\xfe",
        b'{"phone": "1",}',
        b"null",
        b"[]",
        b"[1]",
        b'"text"',
        b"5",
        b"true",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_object_is_refused(client, body):
    status, _code = refusal(post(client, body))
    assert status in (400, 422)


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}, ["13812345678"], 10**18])
def test_a_value_of_the_wrong_type_names_its_field(client, value):
    answer = post(client, json.dumps(GOOD | {"phone": value}))
    assert refusal(answer) == (422, "http.unprocessable_entity")
    assert answer.json["field"] == "phone"
    assert set(answer.json["errors"]) == {"phone"}


def test_a_field_that_nobody_asked_for_is_refused(client):
    answer = post(client, json.dumps(GOOD | {"role": "administrator"}))
    assert refusal(answer) == (422, "http.unprocessable_entity")
    assert set(answer.json["errors"]) == {"role"}


def test_a_missing_field_is_named(client):
    answer = post(client, json.dumps({"phone": "13812345678"}))
    assert refusal(answer) == (422, "http.unprocessable_entity")
    assert answer.json["field"] == "password"


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800"])
def test_a_text_that_the_books_cannot_hold_is_refused(client, text):
    answer = post(client, json.dumps(GOOD | {"password": text}))
    assert refusal(answer) == (422, "http.unprocessable_entity")


@pytest.mark.parametrize(
    "body",
    [
        r'{"\ud800": 1}',
        r'{"phone": "13812345678", "password": "a password", "\u0000": 1}',
        r'{"phone": {"\ud800": 1}, "password": "x"}',
        r'{"phone": [["\udfff"]], "password": "x"}',
    ],
)
def test_a_name_or_a_text_deep_inside_that_the_books_cannot_hold_is_refused(client, body):
    assert refusal(post(client, body)) == (422, "http.unprocessable_entity")


def test_opening_hours_with_a_text_that_the_books_cannot_hold_are_refused(client):
    with transaction():
        home = factories.region()
        worker = factories.person()
        factories.grant(worker, "administrator", at=home)
        headers = factories.creating(worker)
    hours = r'{"mon": [["\ud800", "10:00"]], "\u0000": []}'
    body = f'{{"region_id": "{home.id}", "name": "x", "hours": {hours}}}'
    answer = post(client, body, url="/api/v1/stations", **headers)
    assert refusal(answer) == (422, "http.unprocessable_entity")


@pytest.mark.parametrize("number", ["0", "-1", "101", str(10**18), "1e3", "NaN", "x", ""])
def test_a_figure_out_of_range_is_refused(client, number):
    answer = client.get("/api/v1/regions", query_string={"limit": number})
    assert refusal(answer) == (422, "http.unprocessable_entity")


def test_a_huge_figure_inside_a_body_is_refused(client):
    with transaction():
        home = factories.region()
        worker = factories.person()
        factories.grant(worker, "community_worker", at=home)
        headers = factories.creating(worker)
    body = f'{{"name": {10**18}, "kind": "place"}}'
    answer = post(client, body, url=f"/api/v1/regions/{home.id}/grids", **headers)
    assert refusal(answer) == (422, "http.unprocessable_entity")
    body = f'{{"name": {"9" * 5000}, "kind": "place"}}'
    answer = post(client, body, url=f"/api/v1/regions/{home.id}/grids", **headers)
    assert refusal(answer)[0] in (400, 422)


def test_a_body_above_a_mebibyte_is_refused(client):
    answer = post(client, json.dumps(GOOD | {"password": "x" * 1024 * 1024}))
    assert refusal(answer) == (413, "http.request_entity_too_large")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_that_is_not_called_json_is_refused(client, content_type):
    answer = post(client, json.dumps(GOOD), content_type)
    assert refusal(answer) == (415, "http.unsupported_media_type")


def test_an_empty_body_misses_its_fields_whatever_it_is_called(client):
    answer = post(client, b"", "text/plain")
    assert refusal(answer) == (422, "http.unprocessable_entity")


def test_a_query_that_nobody_knows_is_named_and_refused(client):
    answer = client.get("/api/v1/regions?name=五华区")
    assert refusal(answer) == (422, "http.unprocessable_entity")
    assert (answer.json["field"], set(answer.json["errors"])) == ("name", {"name"})


def test_the_language_may_be_asked_for_anywhere(client):
    assert client.get("/api/v1/regions?lang=en&limit=5").status_code == 200


@pytest.mark.parametrize("key", [None, "short", "x" * 81, "with blank"])
def test_a_key_that_is_none_is_told_how_long_it_has_to_be(client, key):
    headers = {"Idempotency-Key": key} if key else {}
    body = {"name": "a", "phone": "13812345678", "password": "x" * 12}
    body |= {"home_region_id": NOWHERE, "notice": NOWHERE}
    answer = client.post("/api/v1/me?lang=en", json=body, headers=headers)
    assert refusal(answer) == (400, "http.idempotency_key_missing")
    assert "missing, or is not 8 to 80 visible" in answer.json["detail"]


def test_the_document_says_how_long_a_name_may_be(client):
    shapes = client.get("/api/v1/openapi.json").json["components"]["schemas"]
    for shape, field in (("NewActivity", "title"), ("NewTeam", "name"), ("NewShift", "title")):
        assert shapes[shape]["properties"][field]["maxLength"] == 100


def test_a_compressed_body_is_no_json(client):
    answer = post(client, gzip.compress(json.dumps(GOOD).encode()), **{"Content-Encoding": "gzip"})
    assert refusal(answer)[0] in (400, 415)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/regions/53",
        "/api/v1/regions/00000000-0000-0000-0000-000000000000",
        "/api/v1/regions/" + "9" * 5000,
        "/api/v1/persons/by-number/1",
        "/api/",
        "/api/v1/../../etc/passwd",
    ],
)
def test_an_unknown_path_is_not_found(client, path):
    assert refusal(client.get(path))[0] == 404


def test_a_method_that_a_path_does_not_take_is_refused_with_those_that_it_takes(client):
    answer = client.put(SESSIONS, json=GOOD)
    assert refusal(answer) == (405, "http.method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Authorization", "Bearer " + "x" * 5000),
        ("Authorization", "Bearer \x7f\xff"),
        ("Cookie", "session=\x00; lang=zz"),
        ("Accept-Language", "xx;q=nonsense,,"),
        ("X-Jurisdiction", "\xff"),
    ],
)
def test_a_strange_header_breaks_nothing(client, header, value):
    assert client.get("/api/v1/me", headers={header: value}).status_code in (401, 404)


def test_a_refusal_speaks_the_language_that_is_asked_for(client):
    answer = client.get("/api/v1/me", headers={"Accept-Language": "en"})
    assert answer.json["detail"].startswith("Sign in first")
    assert answer.headers["Content-Language"] == "en"


def test_the_document_describes_every_endpoint_with_its_refusals(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            assert {"401", "404", "422"} <= set(operation["responses"]), (path, method)
            assert any(status.startswith("2") for status in operation["responses"]), path


def test_every_post_that_creates_asks_for_a_key_in_the_document(client):
    document = client.get("/api/v1/openapi.json").json
    grids = document["paths"]["/api/v1/regions/{region_id}/grids"]["post"]
    assert [p["name"] for p in grids["parameters"] if p["in"] == "header"] == ["Idempotency-Key"]


def test_what_anyone_may_read_needs_no_token_in_the_document(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["paths"]["/api/v1/regions"]["get"]["security"] == []
    assert document["paths"]["/api/v1/me"]["get"].get("security") is None
    assert document["security"] == [{"bearer": []}]


def test_a_row_that_the_books_cannot_hold_takes_no_other_of_its_batch_along(client):
    with transaction():
        headers = factories.bearer(factories.person())
    rows = r'{"nonce": "\ud800"}, {"\ud800": 1}, {"nonce": "x", "code": "\u0000"}, 1'
    answer = post(client, f'{{"scans": [{rows}]}}', url="/api/v1/scans/batch", **headers)
    assert answer.status_code == 200, answer.text
    assert [row["code"] for row in answer.json["results"]] == ["checkin.unreadable_scan"] * 4
