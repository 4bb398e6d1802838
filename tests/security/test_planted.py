"""Planted phones, ID numbers and addresses are found nowhere in clear: not in a dump of the books
or of the key store, not in any log, not in Valkey, not in anything that can be exported.
"""

import base64
import io
import json
import logging
import os
import subprocess
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace

import pytest
import redis
from pypdf import PdfReader

from incentive.core import clock, jobs, limits
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.embedded import binaries
from incentive.ledger import jobs as ledger_jobs
from incentive.people import jobs as people_jobs
from incentive.regions.models import Region
from incentive.settlement import jobs as settlement_jobs
from tests import factories as make
from tests import server as test_server
from tests.people.conftest import PASSWORD
from tests.people.imports.conftest import past_made_up_numbers
from tests.security import world
from tests.security.urls import addresses

# Real in form, and nobody's.
PHONES = ("13812340917", "15987206431", "13987206437")
ID_NUMBERS = ("530102199003077998", "530103198504231262", "530103199104121288")
ADDRESS = "翠湖南路九百九十九号附七"
PLANTED = (*PHONES, *ID_NUMBERS, ADDRESS)
PG_DUMP = binaries.postgres_program("pg_dump")


def forms(text):
    """The ways in which a text could lie about: plain, in wide characters, escaped, in hex or base64."""
    plain = text.encode()
    yield plain
    yield text.encode("utf-16-le")
    yield json.dumps(text)[1:-1].encode()
    yield plain.hex().encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        # What stands at either end depends on the neighbours.
        yield coded[4 if before else 0 : -4]


NEEDLES = {form: text for text in PLANTED for form in forms(text)}


def found_in(content):
    return sorted({text for form, text in NEEDLES.items() if form in content})


def test_the_search_finds_what_there_is():
    for text in PLANTED:
        for content in (
            f"x{text}y".encode(),
            f"+86{text}".encode("utf-16-le"),
            json.dumps({"a": text}).encode(),
            base64.b64encode(f"name {text} and more".encode()),
            f"x{text}".encode().hex().encode(),
            opened(zipped(f"<v>{text}</v>")),
        ):
            assert found_in(content) == [text]


def zipped(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sheet.xml", text)
    return file.getvalue()


def opened(content):
    """A file with what it has inside: a workbook's parts, a PDF's texts, what is deflated."""
    parts = [content]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts += [book.read(name) for name in book.namelist()]
    elif content.startswith(b"%PDF"):
        parts += [page.extract_text().encode() for page in PdfReader(io.BytesIO(content)).pages]
    with suppress(zlib.error):
        parts.append(zlib.decompress(content))
    return b"\n".join(parts)


@pytest.fixture
def logs(caplog, capfd):
    """All that was written to any log, by whatever way."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

    def read():
        out, err = capfd.readouterr()
        return f"{out}\n{err}\n{caplog.text}".encode()

    return read


@pytest.fixture
def valkey(live, monkeypatch):
    """The application on the run's own Valkey; returns all that lies in it."""
    url = os.environ[test_server.REDIS_URL]
    live.config["SETTINGS"] = replace(live.config["SETTINGS"], redis_url=url)
    limits.init_app(live)
    client = redis.Redis.from_url(url)

    def read():
        return b"\n".join(_contents(client))

    yield read
    client.close()


def _contents(client):
    readers = {
        b"string": lambda key: [client.get(key) or b""],
        b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": lambda key: list(client.smembers(key)),
        b"zset": lambda key: [member for member, _score in client.zscan_iter(key)],
        b"stream": lambda key: [repr(client.xrange(key)).encode()],
    }
    for key in client.scan_iter():
        yield key
        for part in readers[client.type(key)](key):
            yield opened(part)


def dump(url):
    """The whole database as `pg_dump` writes it, rows and all."""
    made = subprocess.run(
        [PG_DUMP, "--inserts", "--no-owner", url], capture_output=True, check=True, timeout=120
    )
    return made.stdout


def agreed(client):
    """The notices that have to be agreed to by who tells all this."""
    listed = client.get("/api/v1/privacy-notices").json["items"]
    notices = {each["kind"]: each["id"] for each in listed}
    items = [notices["id_number"], notices["address"]]
    return {"notice": notices["privacy"], "item_notices": items}


def plant(client, home_id):
    """Everything that somebody may tell about themselves, by every way that takes it."""
    keyed = {"Idempotency-Key": str(new_id())}
    body = agreed(client) | {
        "name": "植入者",
        "phone": PHONES[0],
        "password": PASSWORD,
        "home_region_id": str(home_id),
        "id_type": "resident_id",
        "id_number": ID_NUMBERS[0],
        "address": ADDRESS,
    }
    first = client.post("/api/v1/me", json=body, headers=keyed)
    assert first.status_code == 201, first.text
    # The same again is a conflict, whose message must not repeat it; and so on.
    client.post("/api/v1/me", json=body, headers={"Idempotency-Key": str(new_id())})
    client.post("/api/v1/me", json=body | {"id_number": ID_NUMBERS[0] + "0"}, headers=keyed)
    client.post("/api/v1/me", data=json.dumps(body)[:-1], content_type="application/json")
    client.post("/api/v1/sessions", json={"phone": PHONES[0], "password": "wrong wrong"})
    client.post("/api/v1/sessions", json={"phone": PHONES[1], "password": PASSWORD})
    own = {"Origin": "http://localhost"}
    client.post("/sign-in", data={"phone": PHONES[1], "password": "x"}, headers=own)
    signed_in = client.post("/api/v1/sessions", json={"phone": PHONES[0], "password": PASSWORD})
    assert signed_in.status_code in {200, 201}, signed_in.text


def plant_by_worker(client, headers, home_id):
    body = agreed(client) | {
        "name": "被登记者",
        "phone": PHONES[1],
        "home_region_id": str(home_id),
        "id_type": "resident_id",
        "id_number": ID_NUMBERS[1],
        "address": ADDRESS,
    }
    answer = client.post(
        "/api/v1/persons", json=body, headers=headers | {"Idempotency-Key": str(new_id())}
    )
    assert answer.status_code == 201, answer.text


def plant_by_list(client, headers, code):
    """One list that waits, one that was looked at, and one that was entered; with wrong rows."""
    right = f"登记者,{PHONES[2]},{ID_NUMBERS[2]},{ADDRESS}"
    wrong = f"登记者二,{PHONES[1]}0,{ID_NUMBERS[2]}0,{ADDRESS}"
    content = f"姓名,手机号,身份证号,地址\n{right}\n{wrong}\n".encode()
    for steps in ("", "check", "check enter"):
        keyed = headers | {"Idempotency-Key": str(new_id())}
        path = f"/api/v1/person-imports?region={code}"
        sent = client.post(path, data=content, headers=keyed)
        assert sent.status_code == 201, sent.text
        if "check" in steps:
            people_jobs.work_on_import(sent.json["id"])
        if "enter" in steps:
            again = headers | {"Idempotency-Key": str(new_id())}
            path = f"/api/v1/person-imports/{sent.json['id']}"
            assert client.post(f"{path}/enter", json={}, headers=again).status_code == 202
            people_jobs.work_on_import(sent.json["id"])
            assert client.get(path, headers=headers).json["entered"] == 1


@pytest.mark.timeout(600)
def test_what_was_planted_is_found_nowhere_in_clear(live, logs, valkey):
    client = live.test_client()
    with live.app_context():
        with transaction():
            made = world.build()
            auditor = make.person()
            make.grant(auditor, "auditor", at=make.province())
            as_auditor = make.bearer(auditor)
        plant(client, made.ids["home_region_id"])
        plant_by_worker(client, made.headers, made.ids["home_region_id"])
        with transaction():
            home = session().get(Region, made.ids["home_region_id"])
        past_made_up_numbers()
        plant_by_list(client, made.headers, home.code)
        for job in (settlement_jobs.settle, ledger_jobs.reconcile):
            with suppress(Exception):
                job()
        with transaction():
            jobs.enqueue(settlement_jobs.settle)
        told = exports(live, client, made, as_auditor)
        settings = live.config["SETTINGS"]
    assert told == []
    in_books = dump(settings.admin_database_url)
    assert b"INSERT INTO" in in_books
    assert found_in(in_books) == []
    assert found_in(dump(settings.keys_admin_database_url)) == []
    assert found_in(valkey()) == []
    assert found_in(logs()) == []


def exports(app, client, made, as_auditor):
    """Ask every address that shows anything, as whoever may see most; say where something was found."""
    told = []
    for headers in (made.headers, as_auditor):
        for address in addresses(app, made.ids):
            if address.method != "GET":
                continue
            with client.get(address.path, headers=headers) as answer:
                inside = found_in(opened(answer.get_data()))
            if inside:
                told.append((str(address), inside))
    assert clock.now()
    return told
