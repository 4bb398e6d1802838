"""A closed day: signed, never opened again, and what comes later shows as later."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.ledger import notes, seal_keys
from incentive.stations.days import domain
from incentive.stations.days.models import DayClose
from tests.stations.conftest import API, collect, findings, post
from tests.stations.test_redemptions import refused
from tests.stations.test_stock import spoil


@pytest.fixture
def today(shop):
    return day_of(clock.now())


def close(client, shop, day, who=None, **body):
    return post(client, f"/stations/{shop.station_id}/days/{day}/close", who or shop.manager, body)


def amend(client, shop, day, who=None, note="补记一笔"):
    path = f"/stations/{shop.station_id}/days/{day}/amendments"
    return post(client, path, who or shop.manager, {"note": note})


def day_now(client, shop, day, who=None):
    path = f"{API}/stations/{shop.station_id}/days/{day}"
    return client.get(path, headers=who or shop.auditor)


def listed(client, shop):
    path = f"{API}/stations/{shop.station_id}/days"
    return client.get(path, headers=shop.auditor).json["items"]


def test_a_day_is_closed_with_its_figures_signed_by_the_jurisdictions_key(
    client, shop, collected, today
):
    answer = close(client, shop, today, note="少一包，已登记")
    assert answer.status_code == 201, answer.text
    (signed,) = answer.json["versions"]
    assert (signed["version"], signed["genuine"], signed["note"]) == (1, True, "少一包，已登记")
    with transaction():
        text_signed = notes.verify_text(signed["signed"], seal_keys.public_keys())
    form, line, end = text_signed.split("\n")
    assert (form, end) == (domain.FORM, "")
    figures = json.loads(line)
    assert (figures["orders"], figures["points_in"], figures["cash_fen"]) == (1, 20, 0)
    assert figures["day"] == str(today)
    assert figures["goods"][0][4] == 2  # given out
    assert answer.json["differs"] is False
    assert findings() == []


def test_a_day_is_closed_once_and_never_opened_again(client, shop, today):
    assert close(client, shop, today).status_code == 201
    refused(close(client, shop, today), 409, "stations.day_closed")
    with transaction():
        for privilege in ("UPDATE", "DELETE"):
            known = session().scalar(
                text("SELECT has_table_privilege('j_default.day_closes', :p)"), {"p": privilege}
            )
            assert known is False


def test_what_is_booked_later_on_a_closed_day_shows_as_after_the_close(client, shop, held, today):
    close(client, shop, today)
    assert listed(client, shop)[0]["after_close"] is False
    collect(client, shop, held["code"])
    shown = day_now(client, shop, today).json
    assert shown["differs"] is True
    assert [row["kind"] for row in shown["goods_after"]] == ["given"]
    assert [(row["kind"], row["amount"]) for row in shown["points_after"]] == [("redemption", 20)]
    assert listed(client, shop)[0]["after_close"] is True


def test_goods_written_down_for_a_closed_day_show_as_after_the_close(client, shop, today):
    day = today - timedelta(days=1)
    body = {"quantity": 3, "day": str(day)}
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 1, "day": str(day)})
    close(client, shop, day)
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, body)
    shown = day_now(client, shop, day).json
    assert [row["delta"] for row in shown["goods_after"]] == [3]
    assert day_now(client, shop, today).json["goods_after"] == []


def test_a_correction_is_signed_as_an_amendment_and_the_first_signing_stays(client, shop, today):
    refused(amend(client, shop, today), 409, "stations.day_open")
    close(client, shop, today)
    refused(amend(client, shop, today), 409, "stations.nothing_to_amend")
    spoil(client, shop, 2)
    amended = amend(client, shop, today)
    assert amended.status_code == 201, amended.text
    first, second = amended.json["versions"]
    assert (first["genuine"], second["genuine"]) == (True, True)
    assert (second["version"], second["note"]) == (2, "补记一笔")
    assert amended.json["differs"] is False
    assert amended.json["goods_after"] == []
    no_note = post(
        client, f"/stations/{shop.station_id}/days/{today}/amendments", shop.manager, {"note": ""}
    )
    refused(no_note, 422, "http.unprocessable_entity")


@pytest.fixture
def may_tamper(app):
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from incentive.core.db import sqlalchemy_url

    settings = app.config["SETTINGS"]
    engine = create_engine(sqlalchemy_url(settings.admin_database_url), poolclass=NullPool)
    for change in (
        "GRANT UPDATE ON j_default.day_closes TO",
        "REVOKE UPDATE ON j_default.day_closes FROM",
    ):
        with engine.begin() as connection:
            connection.execute(text(f"{change} incentive_app"))
        if change.startswith("GRANT"):
            yield


@pytest.mark.parametrize(
    "change",
    [
        "signed = replace(signed, 'orders', 'ordres')",
        "note = 'all well'",
        "last_movement_id = 1",
        "closed_by = (SELECT id FROM persons p WHERE p.id <> closed_by LIMIT 1)",
        "signed = 'x'",
    ],
)
def test_whatever_is_changed_of_a_signed_day_shows(may_tamper, client, shop, today, change):
    close(client, shop, today)
    assert day_now(client, shop, today).json["versions"][0]["genuine"] is True
    with transaction():
        session().execute(text(f"UPDATE day_closes SET {change}"))
    assert day_now(client, shop, today).json["versions"][0]["genuine"] is False


def test_only_who_manages_the_station_closes_and_only_days_that_were(client, shop, today):
    for who in (shop.worker, shop.auditor, shop.person):
        refused(close(client, shop, today, who), 403, "people.out_of_scope")
    for wrong in (today + timedelta(days=1), "2020-01-01", "soon"):
        refused(close(client, shop, wrong), 404, "stations.unknown_day")
        refused(day_now(client, shop, wrong), 404, "stations.unknown_day")
    refused(day_now(client, shop, today, shop.person), 403, "people.out_of_scope")
    with transaction():
        assert session().query(DayClose).count() == 0


def test_days_are_listed_today_first_with_who_closed_them(client, shop, collected, today):
    yesterday = today - timedelta(days=1)
    body = {"quantity": 1, "day": str(yesterday)}
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, body)
    close(client, shop, yesterday)
    rows = listed(client, shop)
    assert [row["day"] for row in rows[:2]] == [str(today), str(yesterday)]
    assert [row["closed_by"] is not None for row in rows[:2]] == [False, True]
    assert (rows[0]["orders"], rows[0]["pieces"]) == (1, 2)
    path = f"{API}/stations/{shop.station_id}/days?limit=1"
    first = client.get(path, headers=shop.auditor).json
    rest = client.get(f"{path}&cursor={first['next_cursor']}", headers=shop.auditor).json
    assert rest["items"][0]["day"] == str(yesterday)


def test_nobody_takes_a_signed_day_for_a_checkpoint(client, shop, today):
    signed = close(client, shop, today).json["versions"][0]["signed"]
    with transaction():
        keys = seal_keys.public_keys()
    with pytest.raises(notes.BadNote):
        notes.verify(signed, keys)
    forged = signed.replace('"cash_fen":0', '"cash_fen":1')
    with pytest.raises(notes.BadNote, match="false"):
        notes.verify_text(forged, keys)
    with pytest.raises(notes.BadNote, match="known keys"):
        notes.verify_text(signed, {})


def test_the_closing_is_an_act_that_names_the_figures_by_their_hash(client, shop, today):
    from incentive.audit.models import AuditEntry

    signed = close(client, shop, today).json["versions"][0]
    with transaction():
        act = session().query(AuditEntry).filter_by(action="day.close").one()
        assert act.after["sha256"] == signed["sha256"]
