import pytest
from sqlalchemy import select, text

from incentive.core.db import session, transaction
from incentive.people import jobs
from incentive.people.imports.models import PersonImportPart, PersonImportRow
from incentive.people.models import Person, RoleGrant
from incentive.people.personal import one
from tests import factories
from tests.people.imports.conftest import NUMBER, csv_of, workbook

ROW = ["张三", "13812345678", NUMBER, "1990-01", "翠湖北路1号", ""]


def figures(shown):
    return shown["status"], shown["new"], shown["known"], shown["wrong"]


@pytest.mark.parametrize(
    "content",
    [
        csv_of(ROW),
        csv_of(ROW, encoding="utf-8-sig"),
        csv_of(ROW, encoding="utf-16"),
        csv_of(ROW, encoding="gb18030"),
        workbook(ROW),
    ],
)
def test_a_list_is_read_in_whatever_encoding_and_entered(books, api, send, content):
    shown = send(content)
    assert figures(shown) == ("checked", 1, 0, 0)
    assert api("post", f"/{shown['id']}/enter", json={}).status_code == 202
    jobs.work_on_import(shown["id"])
    assert api("get", f"/{shown['id']}").json["entered"] == 1
    with transaction():
        row = session().scalars(select(PersonImportRow)).one()
        known = one(row.person_id, "name", "phone", "id_number", "birth_month", "address")
        assert (known.name, known.phone) == ("张三", "+8613812345678")
        assert (known.id_number, known.birth_month) == (f"resident_id:{NUMBER}", "1990-01")
        assert known.address == "翠湖北路1号"
        grant = session().scalars(select(RoleGrant).filter_by(person_id=row.person_id)).one()
        assert grant.role == "volunteer"


def test_nothing_is_entered_before_somebody_says_so(books, send):
    send(csv_of(ROW))
    with transaction():
        assert len(session().scalars(select(Person)).all()) == 1


def test_while_it_waits_nothing_of_a_list_lies_in_clear(books, api):
    sent = api("post", "?region=530102001007", data=csv_of(ROW))
    with transaction():
        kept = session().scalars(select(PersonImportPart.sealed)).all()
    assert "张三".encode() not in b"".join(kept)
    assert NUMBER.encode() not in b"".join(kept)
    jobs.work_on_import(sent.json["id"])
    with transaction():
        assert session().scalars(select(PersonImportPart.sealed)).all() == []
        dump = str(session().execute(text("SELECT * FROM person_import_rows")).all())
    assert NUMBER not in dump
    assert "张三" not in dump


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["", "13812345678", "", "", "", ""], "name_missing"),
        (["123", "13812345678", "", "", "", ""], "name_unusable"),
        (["张三", "", "", "", "", ""], "phone_or_id_missing"),
        (["张三", "1381234567", "", "", "", ""], "phone_unusable"),
        (["张三", "1.38E+10", "", "", "", ""], "phone_rounded"),
        (["张三", "", "530102199001010018", "", "", ""], "id_number_unusable"),
        (["张三", "", "5.30102E+17", "", "", ""], "id_number_rounded"),
        (["张三", "", NUMBER, "1991-01", "", ""], "birth_month_differs"),
        (["张三", "13812345678", "", "19", "", ""], "birth_month_unusable"),
        (["张三", "13812345678", "", "", "", "滇池社区"], "region_unknown"),
        (["张三", "13812345678", "", "", "", "530102001008"], "region_unknown"),
    ],
)
def test_a_wrong_row_says_what_to_mend(api, send, row, fault):
    shown = send(csv_of(row))
    assert figures(shown) == ("checked", 0, 0, 1)
    (answer,) = api("get", f"/{shown['id']}/rows?status=wrong").json["items"]
    assert answer["faults"] == [fault]
    assert answer["line"] == 2
    assert answer["words"][0]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("１３８１２３４５６７８", "+8613812345678"),
        ("13812345678.0", "+8613812345678"),
        (" 138 1234 5678 ", "+8613812345678"),
        ("+86 138-1234-5678", "+8613812345678"),
    ],
)
def test_a_phone_is_read_however_it_was_typed(api, send, written, kept):
    shown = send(csv_of(["张三", written, "", "", "", ""]))
    (answer,) = api("get", f"/{shown['id']}/rows").json["items"]
    assert (answer["status"], answer["phone"]) == ("new", "138****5678")


def test_what_stands_twice_in_a_list_is_taken_once_and_the_other_named(api, send):
    again = ["李四", "13812345678", "", "", "", ""]
    shown = send(csv_of(ROW, again))
    assert figures(shown) == ("checked", 1, 0, 1)
    (answer,) = api("get", f"/{shown['id']}/rows?status=wrong").json["items"]
    assert answer["faults"] == ["phone_twice:2"]
    assert "2" in answer["words"][0]


def test_who_is_registered_is_told_by_number_and_of_another_name_not_taken(places, api, send):
    with transaction():
        told = {"phone": "+8613812345678"}
        known = factories.person("张三", told=told, home_region_id=places["530102001007"].id)
    shown = send(csv_of(ROW))
    assert figures(shown) == ("checked", 0, 1, 0)
    (answer,) = api("get", f"/{shown['id']}/rows").json["items"]
    assert answer["volunteer_number"] == known.volunteer_number
    shown = send(csv_of(["李四", *ROW[1:]]))
    (answer,) = api("get", f"/{shown['id']}/rows").json["items"]
    assert answer["faults"] == ["phone_others"]


def test_of_who_lives_elsewhere_nothing_is_told_but_that_they_are_registered(places, api, send):
    with transaction():
        told = {"phone": "+8613812345678"}
        factories.person("别名", told=told, home_region_id=places["530102001008"].id)
    shown = send(csv_of(ROW))
    assert figures(shown) == ("checked", 0, 1, 0)
    (answer,) = api("get", f"/{shown['id']}/rows").json["items"]
    assert answer["volunteer_number"] is None
    assert answer["faults"] == []


def test_a_row_names_its_community_by_code_or_by_how_the_name_begins(api, send):
    rows = [
        ["甲乙", "13812345601", "", "", "", "530102001008"],
        ["丙丁", "13812345602", "", "", "", "圆通西路"],
        ["戊己", "13812345603", "", "", "", ""],
    ]
    shown = send(csv_of(*rows), region="530102001")
    found = api("get", f"/{shown['id']}/rows").json["items"]
    assert [row["home"] for row in found] == ["圆通西路社区", "圆通西路社区", None]
    assert found[2]["faults"] == ["region_missing"]


def test_minors_are_counted_and_children_need_their_guardians_word(api, send):
    rows = [["小红", "13812345601", "", "2016-05", "", ""]]
    rows += [["小明", "13812345602", "", "2010-05", "", ""]]
    shown = send(csv_of(*rows))
    assert (shown["minors"], shown["children"]) == (2, 1)
    refused = api("post", f"/{shown['id']}/enter", json={})
    assert refused.json["code"] == "imports.guardians_missing"
    assert api("post", f"/{shown['id']}/enter", json={"guardians": True}).status_code == 202


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "tables.unreadable"),
        (b"\x00\x01\x02", "tables.unreadable"),
        (b"\xff\xff\xff", "tables.unreadable"),
        (b"PK\x03\x04 nothing", "tables.unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "tables.workbook_protected"),
    ],
)
def test_what_is_no_list_is_refused_at_once(api, content, code):
    answer = api("post", "?region=530102001007", data=content)
    assert answer.status_code == 422
    assert answer.json["code"] == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (csv_of(ROW, headings=["a", "b", "c", "d", "e", "f"]), "imports.columns_missing"),
        (csv_of(), "imports.no_rows"),
        (csv_of(["示例：张三", "13800000000", "", "", "", ""]), "imports.no_rows"),
    ],
)
def test_a_list_without_columns_or_rows_says_so(send, content, code):
    shown = send(content)
    assert (shown["status"], shown["refusal"]) == ("unreadable", code)


def test_who_may_not_import_there_is_refused(places, api, send):
    with transaction():
        grid_worker = factories.person()
        factories.grant(grid_worker, "grid_worker", at=places["530102001007"])
        elsewhere = factories.person()
        factories.grant(elsewhere, "community_worker", at=places["530102001008"])
    shown = send(csv_of(ROW))
    for other in (grid_worker, elsewhere):
        answer = api("post", "?region=530102001007", data=csv_of(ROW), as_=other)
        assert answer.status_code == 403
        for path in (f"/{shown['id']}", f"/{shown['id']}/rows", f"/{shown['id']}/to-mend.xlsx"):
            assert api("get", path, as_=other).status_code == 403
        assert api("post", f"/{shown['id']}/enter", json={}, as_=other).status_code == 403
        assert api("delete", f"/{shown['id']}", as_=other).status_code == 403
