"""The audit log is found by who, what, on what and when, and only within the reader's scope."""

import io
from datetime import timedelta

import openpyxl
import pytest

from incentive.audit import service as audit
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.zone import today
from incentive.desk import acts
from incentive.desk.act_words import changes
from tests import factories as make


@pytest.fixture
def done(two, doing):
    """An act of the administrator's on each side, one of a manager's own, one by command line."""
    for side in (two.here, two.there):
        changed = doing(
            two.administrator, f"/stations/{side.shop.id}", {"address": "新址"}, method="patch"
        )
        assert changed.status_code == 200
    received = doing(two.here.manager, f"/items/{two.here.goods.id}/receipts", {"quantity": 5})
    assert received.status_code == 201
    with transaction():
        audit.record("person.create", actor=audit.CLI, subject="person:x")
    return two


def found(answer):
    assert answer.status_code == 200, answer.text
    return [(item["action"], item["subject"]) for item in answer.json["items"]]


def test_the_whole_is_seen_by_who_audits_the_whole(done, asking):
    assert found(asking(done.chief, "/audit-log")) == [
        ("person.create", "person:x"),
        ("goods.receive", f"item:{done.here.goods.id}"),
        ("station.change", f"station:{done.there.shop.id}"),
        ("station.change", f"station:{done.here.shop.id}"),
    ]


def test_an_auditor_sees_what_was_done_here_whoever_did_it_and_nothing_of_the_sibling(done, asking):
    assert found(asking(done.here.auditor, "/audit-log")) == [
        ("goods.receive", f"item:{done.here.goods.id}"),
        ("station.change", f"station:{done.here.shop.id}"),
    ]
    assert found(asking(done.there.auditor, "/audit-log")) == [
        ("station.change", f"station:{done.there.shop.id}")
    ]


def test_an_auditor_of_one_station_sees_what_was_done_at_it(done, asking):
    with transaction():
        own = make.person()
        make.grant(own, "auditor", station=done.there.shop)
    assert found(asking(own, "/audit-log")) == [("station.change", f"station:{done.there.shop.id}")]


@pytest.mark.parametrize("who", ["manager", "person"])
def test_who_audits_nothing_is_refused(done, asking, who):
    assert asking(getattr(done.here, who), "/audit-log").status_code == 403


def test_a_region_whose_path_only_begins_alike_is_another(done, asking):
    with transaction():
        audit.record("grid.add", actor="a", subject="s", scope=f"region:{done.here.place.path}9")
    assert ("grid.add", "s") not in found(asking(done.here.auditor, "/audit-log"))


def test_acts_are_found_by_who_did_them_what_and_on_what(done, asking):
    number = done.here.manager.volunteer_number
    for query in ({"actor": number}, {"action": "goods.receive"}):
        assert found(asking(done.chief, "/audit-log", **query)) == [
            ("goods.receive", f"item:{done.here.goods.id}")
        ]
    assert found(asking(done.chief, "/audit-log", actor="cli")) == [("person.create", "person:x")]
    subject = f"station:{done.here.shop.id}"
    assert found(asking(done.chief, "/audit-log", subject=subject)) == [("station.change", subject)]


def test_an_act_tells_who_by_which_role_from_where_before_and_after(done, asking):
    (act,) = asking(
        done.chief, "/audit-log", subject=f"station:{done.here.shop.id}", action="station.change"
    ).json["items"]
    assert act["actor"] == done.administrator.volunteer_number
    assert (act["role"], act["origin"]) == ("administrator", "127.0.0.1")
    assert act["scope"] == f"region:53 at station:{done.here.shop.id}"
    assert (act["before"], act["after"]) == ({"address": "人民路1号"}, {"address": "新址"})


def test_acts_are_found_by_local_day(done, asking):
    day = today()
    assert len(found(asking(done.chief, "/audit-log", **{"from": day, "to": day}))) == 4
    assert found(asking(done.chief, "/audit-log", **{"from": day + timedelta(days=1)})) == []
    assert found(asking(done.chief, "/audit-log", to=day - timedelta(days=1))) == []


def test_a_filter_that_cannot_be_is_refused_with_the_field(done, asking):
    day = clock.now().date()
    backwards = asking(done.chief, "/audit-log", **{"from": day, "to": day - timedelta(days=1)})
    assert (backwards.status_code, backwards.json["code"]) == (422, "desk.days_backwards")
    nobody = asking(done.chief, "/audit-log", actor="5300000099994")
    assert (nobody.json["code"], nobody.json["field"]) == ("desk.unknown_number", "actor")


def test_pages_follow_each_other_without_a_gap(done, asking):
    seen, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        answer = asking(done.chief, "/audit-log", **query)
        seen += found(answer)
        cursor = answer.json["next_cursor"]
        if cursor is None:
            break
    assert seen == found(asking(done.chief, "/audit-log"))


def test_the_page_shows_names_of_things_and_numbers_of_people(done, browsing):
    page = browsing(done.chief).get("/desk/acts").text
    assert "第一驿站" in page
    assert done.administrator.volunteer_number in page
    assert "人民路1号" in page
    assert "甲某" not in page
    filtered = (
        browsing(done.chief).get(f"/desk/acts?actor={done.here.manager.volunteer_number}").text
    )
    assert done.here.goods.name in filtered
    assert "新址" not in filtered


def test_acts_are_found_by_region_with_all_below_and_only_within_the_scope(done, asking):
    code = done.here.place.code
    assert found(asking(done.chief, "/audit-log", region=code)) == [
        ("goods.receive", f"item:{done.here.goods.id}"),
        ("station.change", f"station:{done.here.shop.id}"),
    ]
    assert len(found(asking(done.chief, "/audit-log", region="53"))) == 3
    assert found(asking(done.there.auditor, "/audit-log", region=code)) == []
    nowhere = asking(done.chief, "/audit-log", region="99")
    assert nowhere.json["code"] == "regions.unknown_region"


def workbook(answer):
    assert answer.status_code == 200, answer.text
    data = answer.get_data()
    answer.close()
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_the_selection_is_a_workbook_in_words_in_which_nothing_runs(done, asking):
    with transaction():
        audit.record(
            "role.grant",
            actor=f"person:{done.administrator.id}",
            role="administrator",
            scope=f"region:{done.here.place.path}",
            subject=f"person:{done.here.person.id}",
            after={"role": "auditor", "valid_until": "2026-12-01T16:00:00+00:00", "id": "x"},
            reason="=1+1",
        )

    def rows(who, **query):
        return list(workbook(asking(who, "/audit-log.xlsx", **query)).iter_rows(min_row=2))

    (row,) = rows(done.chief, action="role.grant")
    cells = [cell.value for cell in row]
    assert cells[2] == done.administrator.volunteer_number
    assert cells[3] == "管理员"
    assert (cells[6], cells[7]) == ("授予角色", done.here.person.volunteer_number)
    role, until = cells[9].split("\n")
    assert role.endswith(": 审计员")
    assert until.endswith(": 2026-12-02 00:00")
    assert (row[10].value, row[10].data_type) == ("=1+1", "s")
    assert len(rows(done.chief)) == 5
    assert len(rows(done.there.auditor)) == 1
    assert asking(done.here.manager, "/audit-log.xlsx").status_code == 403


def test_many_acts_are_written_some_at_a_time(done, asking, monkeypatch):
    monkeypatch.setattr(acts, "_AT_ONCE", 2)
    numbers = [cell.value for cell in workbook(asking(done.chief, "/audit-log.xlsx"))["A"][1:]]
    assert len(numbers) == 4
    assert numbers == sorted(numbers, reverse=True)


def test_the_page_leads_to_the_workbook_of_the_selection(done, browsing):
    code = done.here.place.code
    page = browsing(done.chief).get(f"/desk/acts?region={code}").text
    assert f"/api/v1/audit-log.xlsx?region={code}" in page
    assert done.there.shop.name not in page
    assert browsing(done.chief).get("/desk/acts?region=99").status_code == 422


def test_the_page_tells_at_the_field_what_to_mend(done, browsing):
    answer = browsing(done.chief).get("/desk/acts?actor=5300000099994&from=x")
    assert answer.status_code == 422
    assert 'href="#from"' in answer.text


def test_the_page_asks_a_bounded_number_of_questions(done, browsing, queries):
    browser = browsing(done.chief)
    browser.get("/desk/acts")
    with queries() as sent:
        browser.get("/desk/acts")
    assert len(sent) <= 6


def test_only_auditors_are_led_to_the_desk(done, browsing):
    assert 'href="/desk"' in browsing(done.here.auditor).get("/desk").text
    assert browsing(done.here.manager).get("/desk").status_code == 403
    assert 'href="/desk"' not in browsing(done.here.manager).get("/me").text


def test_fields_and_what_stands_in_them_are_told_in_words():
    told = {"kind": "other_station", "policy": "queue", "price_fen": 2850, "held": 8, "x": "y"}
    assert [(str(name), after) for name, _before, after in changes({}, told)] == [
        ("Kind", "code tried at another station"),
        ("What is over the budget", "waits for approval"),
        ("Agreed price", "¥28.50"),
        ("Points put aside", "8"),
        ("x", "y"),
    ]
