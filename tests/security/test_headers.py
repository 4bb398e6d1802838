"""What every answer says to a browser: pages, data, files, refusals and faults alike."""

import re
from dataclasses import replace

import pytest

from incentive.app import create_app
from incentive.core.db import db, transaction
from incentive.core.paths import static_dir
from tests import factories as make
from tests.security.urls import addresses

OWN = {"Origin": "http://localhost"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Neither what runs it nor where it runs is anybody's business.
TELLING = ("Server", "X-Powered-By", "X-AspNet-Version", "Via")
# Public figures that are the same for everybody, and may be kept for as long.
KEPT = {
    "/checkpoints/feed.atom": "public, max-age=60",
    "/checkpoints/feed.json": "public, max-age=60",
}
# It wants a transaction of its own kind, which no savepoint is.
SNAPSHOT = "/api/v1/ledger/export"
UNSAFE = re.compile(r"unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|https?:|\*")


@pytest.fixture
def reader(books, client):
    """A client with an administrator's cookie."""
    with transaction():
        person = make.person()
        make.grant(person, "administrator", at=make.province())
        client.set_cookie("session", make.token(person))
    return client


def faults(answer, *, static=False):
    """What is wrong with an answer's headers."""
    path = answer.request.path
    headers = answer.headers
    found = [name for name, value in ALWAYS.items() if headers.get(name) != value]
    found += [name for name in TELLING if name in headers]
    policy = headers.get("Content-Security-Policy", "")
    page = answer.mimetype == "text/html"
    if UNSAFE.search(policy) or "frame-ancestors 'none'" not in policy:
        found.append(f"policy {policy!r}")
    if f"default-src {chr(39)}{'self' if page else 'none'}{chr(39)}" not in policy:
        found.append(f"policy {policy!r}")
    if not static and headers.get("Cache-Control") not in {"no-store", KEPT.get(path)}:
        found.append(f"cache {headers.get('Cache-Control')!r}")
    if "Access-Control-Allow-Origin" in headers:
        found.append("lets others read it")
    if answer.status_code not in {204, 302, 303, 304, 308} and not headers.get("Content-Type"):
        found.append("no type")
    for cookie in headers.getlist("Set-Cookie"):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        if "samesite=lax" not in parts or "httponly" not in parts:
            found.append(f"cookie {cookie!r}")
    return found


def scan(client, asked):
    """Open each (method, path, more) and return what is wrong, by address."""
    wrong = {}
    for method, path, more in asked:
        if path.startswith(SNAPSHOT):
            continue
        answer = client.open(path, method=method, **more)
        found = faults(answer)
        answer.close()
        if answer.status_code >= 500:
            found.append(str(answer.status_code))
        if found:
            wrong[f"{method} {path}"] = found
    return wrong


@pytest.mark.parametrize("lang", ["", "?lang=en"])
def test_every_address_answers_with_every_header(books, client, lang):
    asked = [(a.method, a.path + lang, {"headers": OWN}) for a in addresses(books)]
    assert len(asked) > 250
    assert scan(client, asked) == {}


def test_so_does_it_to_somebody_who_is_signed_in(books, reader):
    asked = [(a.method, a.path, {"headers": OWN}) for a in addresses(books)]
    assert scan(reader, asked) == {}


def test_so_do_head_options_and_methods_that_there_are_not(books, client):
    paths = {a.path for a in addresses(books)}
    asked = [
        (method, path, {"headers": OWN})
        for path in sorted(paths)[::3]
        for method in ("HEAD", "OPTIONS", "PUT", "TRACE")
    ]
    assert scan(client, asked) == {}


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/nowhere", {}),
        ("/api/v1/nowhere", {}),
        ("/static/../pyproject.toml", {}),
        ("/%00", {}),
        ("/api/v1/me", {"data": b"x" * (1024 * 1024 + 1), "method": "POST"}),
        ("/api/v1/sessions", {"data": b"{", "method": "POST"}),
        ("/api/v1/sessions", {"data": b"a=b", "method": "POST"}),
        ("/", {"headers": {"Host": "evil.example"}}),
        ("/api/v1/me", {"headers": {"Authorization": "Bearer " + "x" * 5000}}),
    ],
)
def test_so_do_refusals(client, path, more):
    with client.open(path, **({"method": "GET"} | more)) as answer:
        assert faults(answer) == []
        assert answer.status_code < 500


def test_so_does_a_fault_of_ours(books, client, monkeypatch):
    def broken():
        raise ZeroDivisionError("secret words")

    monkeypatch.setitem(books.config, "PROPAGATE_EXCEPTIONS", False)
    for endpoint, path in (("web.complain", "/complain"), ("api_regions.list_regions", None)):
        monkeypatch.setitem(books.view_functions, endpoint, broken)
        answer = client.get(path or "/api/v1/regions")
        assert answer.status_code == 500
        assert faults(answer) == []
        assert "secret" not in answer.text
        assert "ZeroDivision" not in answer.text


def test_static_files_may_be_kept_but_run_nothing(books, client):
    files = sorted(p for p in static_dir().rglob("*") if p.is_file())
    assert len(files) > 20
    for file in files:
        with client.get(f"{books.static_url_path}/{file.relative_to(static_dir())}") as answer:
            assert answer.status_code == 200
            assert faults(answer, static=True) == [], file
            assert "max-age=31536000" in answer.headers["Cache-Control"]
            assert "private" not in answer.headers["Cache-Control"]
            assert "Set-Cookie" not in answer.headers


def test_pages_differ_by_reader_and_say_so(reader):
    for path in ("/", "/me", "/activities", "/nowhere"):
        assert "Cookie" in reader.get(path).headers["Vary"]


@pytest.mark.parametrize("public_url", ["https://points.example", None])
def test_only_over_tls_is_tls_demanded(books, public_url):
    app = create_app(replace(books.config["SETTINGS"], public_url=public_url))
    with app.app_context():
        try:
            answer = app.test_client().get("/sign-in?lang=en")
        finally:
            db.session.remove()
            db.engine.dispose()
    secure = public_url is not None
    assert ("Strict-Transport-Security" in answer.headers) is secure
    assert ("Secure" in answer.headers["Set-Cookie"]) is secure


def test_so_does_the_export(live):
    client = live.test_client()
    for headers in ({}, {"Authorization": "Bearer x"}):
        assert faults(client.get(SNAPSHOT, headers=headers)) == []
