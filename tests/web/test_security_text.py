"""RFC 9116: where a flaw is reported."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from incentive.config import Settings, SettingsError
from incentive.core import clock

PATH = "/.well-known/security.txt"


def fields(app, client, **settings):
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, **settings)
    try:
        answer = client.get(PATH)
    finally:
        app.config["SETTINGS"] = kept
    return answer, dict(line.split(": ", 1) for line in answer.text.splitlines() if ": " in line)


def test_without_a_contact_there_is_no_such_page(books, client):
    assert fields(books, client)[0].status_code == 404


def test_it_names_the_contact_and_is_good_for_half_a_year(books, client):
    answer, said = fields(
        books,
        client,
        security_contact="mailto:security@points.example",
        public_url="https://points.example",
    )
    assert answer.content_type == "text/plain; charset=utf-8"
    assert said["Contact"] == "mailto:security@points.example"
    assert said["Canonical"] == f"https://points.example{PATH}"
    assert said["Preferred-Languages"] == "zh, en"
    left = datetime.fromisoformat(said["Expires"]) - clock.now()
    assert timedelta(days=179) <= left <= timedelta(days=181)


@pytest.mark.parametrize("text", ["security@points.example", "http://points.example", "mailto:a b"])
def test_only_an_address_that_the_standard_takes_may_be_set(text):
    environ = {
        "INCENTIVE_DATABASE_URL": "postgresql://x/y",
        "INCENTIVE_REDIS_URL": "redis://x",
        "INCENTIVE_SECRET": "s" * 32,
        "INCENTIVE_SECURITY_CONTACT": text,
    }
    with pytest.raises(SettingsError, match="INCENTIVE_SECURITY_CONTACT"):
        Settings.from_environment(environ)
