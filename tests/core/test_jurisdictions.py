from threading import Thread

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core import db as core_db
from incentive.core.db import (
    jurisdiction,
    schema_of,
    session,
    sqlalchemy_url,
    transaction,
    use_jurisdiction,
)
from incentive.core.schema import create_jurisdiction, migrate
from tests import factories

KEYS = "/api/v1/card-keys"


def entered(client, base_url="http://localhost", **headers):
    """Return whose books a request with `headers` is about."""
    (key,) = client.get(KEYS, headers=headers, base_url=base_url).json["items"]
    return key["jurisdiction"]


@pytest.fixture
def with_host(live):
    """A client of an installation whose jurisdiction `second` has a host of its own."""
    url = live.config["SETTINGS"].admin_database_url
    create_jurisdiction(url, "second", "第二", "second.example")
    return live.test_client()


def test_without_header_or_host_a_request_is_about_the_default(client):
    assert entered(client) == "default"


def test_the_header_names_the_jurisdiction(client):
    assert entered(client, **{"X-Jurisdiction": "second"}) == "second"
    assert entered(client) == "default"


@pytest.mark.parametrize(
    "code", ["third", "", "public", "j_second", "SECOND", 'x"; DROP', "x" * 99]
)
def test_a_header_that_names_none_is_refused(client, code):
    answer = client.get(KEYS, headers={"X-Jurisdiction": code})
    assert (answer.status_code, answer.json["code"]) == (404, "http.unknown_jurisdiction")
    assert (answer.mimetype, answer.json["field"]) == (
        "application/problem+json",
        "X-Jurisdiction",
    )


def test_the_host_names_the_jurisdiction_and_the_header_goes_before_it(with_host):
    assert entered(with_host, "http://second.example") == "second"
    assert entered(with_host, "http://second.example:8000") == "second"
    assert entered(with_host, "http://10.0.0.9") == "default"
    assert entered(with_host, "http://second.example", **{"X-Jurisdiction": "default"}) == "default"


def test_a_jurisdiction_opened_while_running_is_served_without_a_restart(live):
    client = live.test_client()
    headers = {"X-Jurisdiction": "third"}
    assert client.get(KEYS, headers=headers).status_code == 404
    create_jurisdiction(live.config["SETTINGS"].admin_database_url, "third", "第三")
    live.extensions["jurisdictions"]._read_at = float("-inf")  # as a second later
    assert entered(client, **headers) == "third"


def test_health_is_asked_without_books(client):
    assert client.get("/healthz", headers={"X-Jurisdiction": "third"}).status_code == 200


def test_a_request_that_fails_leaves_its_jurisdiction(client):
    client.get("/api/v1/nothing", headers={"X-Jurisdiction": "second"})
    client.get("/api/v1/me", headers={"X-Jurisdiction": "second"})
    assert jurisdiction() == "default"


def test_rows_of_one_jurisdiction_are_not_in_another(books):
    with transaction():
        factories.region("530102001001")
    with use_jurisdiction("second"), transaction():
        assert session().scalar(text("SELECT count(*) FROM regions")) == 0
        assert session().scalar(text("SHOW search_path")) == "j_second, public"
    with transaction():
        assert session().scalar(text("SELECT count(*) FROM regions")) == 2


def test_a_connection_carries_no_jurisdiction_to_its_next_user(live):
    with live.app_context():
        for _ in range(3):
            with use_jurisdiction("second"), transaction():
                session().execute(text("SELECT 1"))
        with core_db.engine().connect() as connection:
            assert connection.scalar(text("SHOW search_path")) == '"$user", public'


def test_threads_work_in_jurisdictions_of_their_own(live):
    seen = {}

    def work(code):
        with live.app_context(), use_jurisdiction(code), transaction():
            seen[code] = session().scalar(text("SELECT current_schema()"))

    threads = [Thread(target=work, args=(code,)) for code in ("default", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"default": "j_default", "second": "j_second"}


@pytest.mark.parametrize("code", ["", "Kunming", "1st", "a-b", 'x"', "a.b", "x" * 32, "昆明", "_a"])
def test_a_code_that_cannot_name_a_schema_is_refused(code):
    with pytest.raises(ValueError, match="no jurisdiction code"):
        schema_of(code)


def test_opening_a_jurisdiction_again_changes_only_name_and_host(live):
    url = live.config["SETTINGS"].admin_database_url
    with live.app_context(), use_jurisdiction("second"), transaction():
        factories.region("530102001001")
    create_jurisdiction(url, "second", "新名", "new.example")
    assert migrate(url) == ["default", "second"]
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT name, host FROM public.jurisdictions WHERE code = 'second'")
        ).one()
        assert tuple(row) == ("新名", "new.example")
        assert connection.scalar(text("SELECT count(*) FROM j_second.regions")) == 2
    engine.dispose()


def test_use_cases_do_not_nest_and_need_a_transaction(books):
    with pytest.raises(RuntimeError, match="No transaction"):
        session()
    with transaction(), pytest.raises(RuntimeError, match="open already"), transaction():
        pass


def test_what_fails_is_undone_and_its_callbacks_are_not_called(books):
    called = []

    def fail():
        with transaction():
            factories.region("530102001001")
            core_db.on_commit(lambda: called.append(1))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with transaction():
        assert session().scalar(text("SELECT count(*) FROM regions")) == 0
        core_db.on_commit(lambda: called.append(2))
    assert called == [2]
