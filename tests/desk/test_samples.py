"""Spot checks: drawn by a seed that nobody chose, drawn again by anybody, kept with what was found."""

import hashlib
import io
from datetime import date
from types import SimpleNamespace

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.core.zone import today
from incentive.ledger import proving
from tests.desk.test_ledger import award, file_of
from tests.web.conftest import give

PATH = "/desk/samples"
DAYS = {"from": "2026-03-01", "to": "2026-03-31"}
ROOT = b"\x5e" * 32


@pytest.fixture
def sealed(monkeypatch):
    """A checkpoint, as if the sealer had run: in a test's one transaction it seals nothing."""
    checkpoint = SimpleNamespace(root=ROOT, tree_size=40)
    monkeypatch.setattr(proving, "checkpoint_last", lambda: checkpoint)


@pytest.fixture
def booked(two, sealed):
    """Thirty awards on this side and ten on that in March, three adjustments in January."""
    with transaction():
        two.ids = [award(two.here, 5, date(2026, 3, 1 + n)) for n in range(30)]
        two.theirs = [award(two.there, 5, date(2026, 3, 1 + n)) for n in range(10)]
        for _ in range(3):
            give(two.here.person.id, 1)
    return two


def drawn(answer):
    assert answer.status_code == 201, answer.text
    return [row["transaction_id"] for row in answer.json["rows"]]


def lots(seed, ids):
    return sorted(ids, key=lambda n: hashlib.sha256(f"{seed}:{n}".encode()).digest())


def test_whoever_has_the_seed_draws_the_same_sample(booked, doing):
    answer = doing(booked.chief, PATH, DAYS | {"size": 12})
    seed = answer.json["sample"]["seed"]
    assert seed == f"{ROOT.hex()}:{today()}"
    assert drawn(answer) == lots(seed, booked.ids + booked.theirs)[:12]
    assert answer.json["sample"]["population"] == 40
    assert drawn(doing(booked.chief, PATH, DAYS | {"size": 12})) == drawn(answer)


def test_kinds_may_take_turns(booked, doing):
    wanted = {"from": "2026-01-01", "to": "2026-03-31", "size": 4, "by_kind": True}
    answer = doing(booked.chief, PATH, wanted)
    assert [row["kind"] for row in answer.json["rows"]].count("adjustment") == 2


def test_a_sample_is_drawn_from_the_own_scope_only(booked, doing):
    answer = doing(booked.there.auditor, PATH, DAYS | {"size": 500})
    assert sorted(drawn(answer)) == booked.theirs
    assert answer.json["sample"]["population"] == 10
    assert doing(booked.here.manager, PATH, DAYS).status_code == 403


def test_who_audits_a_region_sees_the_own_samples_and_who_audits_the_whole_all(
    booked, doing, asking
):
    sample = doing(booked.there.auditor, PATH, DAYS).json["sample"]["id"]
    assert asking(booked.there.auditor, f"{PATH}/{sample}").status_code == 200
    assert asking(booked.chief, f"{PATH}/{sample}").status_code == 200
    assert asking(booked.here.auditor, f"{PATH}/{sample}").status_code == 404
    assert asking(booked.here.auditor, PATH).json["items"] == []
    assert len(asking(booked.chief, PATH).json["items"]) == 1


def test_drawing_is_recorded(booked, doing):
    sample = doing(booked.chief, PATH, DAYS | {"size": 3}).json["sample"]["id"]
    with transaction():
        (act,) = session().query(AuditEntry).filter_by(action="sample.draw")
    assert act.subject == f"sample:{sample}"
    assert (act.after["size"], act.after["population"]) == (3, 40)


def test_what_was_found_is_kept_and_corrected_only_by_what_is_found_later(booked, doing, asking):
    sample = doing(booked.chief, PATH, DAYS | {"size": 3}).json["sample"]["id"]

    def find(*findings):
        answer = doing(booked.chief, f"{PATH}/{sample}/findings", {"findings": list(findings)})
        assert answer.status_code == 201, answer.text
        return answer.json

    first = find(
        {"position": 1, "voucher_seen": True},
        {"position": 2, "voucher_seen": False, "note": "没有签收单"},
        {"position": 9, "voucher_seen": True},
    )
    assert (first["checked"], first["missing"]) == (2, 1)
    assert first["rows"][1]["note"] == "没有签收单"
    assert first["rows"][1]["found_by"] == booked.chief.volunteer_number
    second = find({"position": 2, "voucher_seen": True}, {"position": 1, "voucher_seen": True})
    assert (second["checked"], second["missing"]) == (2, 0)
    with transaction():
        assert session().scalar(text("SELECT count(*) FROM spot_findings")) == 3


@pytest.mark.parametrize("table", ["spot_samples", "spot_rows", "spot_findings"])
def test_nothing_of_it_can_be_changed_or_deleted(tx, table):
    column = "seed" if table == "spot_samples" else "position"
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = NULL"):
        with pytest.raises(DBAPIError) as refused, session().begin_nested():
            session().execute(text(change))
        assert refused.value.orig.sqlstate == "42501"


def test_without_a_checkpoint_or_a_transaction_there_is_nothing_to_draw(two, doing, monkeypatch):
    assert doing(two.chief, PATH, DAYS).json["code"] == "desk.nothing_sealed"
    checkpoint = SimpleNamespace(root=ROOT, tree_size=40)
    monkeypatch.setattr(proving, "checkpoint_last", lambda: checkpoint)
    assert doing(two.chief, PATH, DAYS).json["code"] == "desk.nothing_in_days"
    backwards = {"from": "2026-03-02", "to": "2026-03-01"}
    assert doing(two.chief, PATH, backwards).json["code"] == "desk.days_backwards"


def test_the_worksheet_is_filled_in_on_its_page_and_taken_away(booked, browsing, asking):
    browser = browsing(booked.chief)
    sent = browser.send(PATH, size="5", kind="", by_kind="yes", **DAYS)
    assert sent.status_code == 303
    link = browser.get(PATH).text.partition(f'href="{PATH}/')[2].partition('"')[0]
    sheet = f"{PATH}/{link}"
    assert f"{ROOT.hex()}:{today()}" in browser.get(sheet).text
    kept = browser.send(sheet, **{"seen-1": "yes", "seen-2": "no", "note-2": "缺章", "note-3": "x"})
    assert kept.status_code == 303
    page = browser.get(sheet).text
    assert "缺章" in page
    assert "2 / 5" in page
    book = openpyxl.load_workbook(
        io.BytesIO(file_of(asking(booked.chief, f"{sheet}/worksheet.xlsx")))
    )
    cells = [cell for row in book.active.iter_rows(values_only=True) for cell in row if cell]
    assert "缺章" in cells
    assert f"{ROOT.hex()}:{today()}" in cells
    assert file_of(asking(booked.chief, f"{sheet}/worksheet.pdf")).startswith(b"%PDF")


def test_the_page_tells_at_the_field_what_to_mend(booked, browsing):
    browser = browsing(booked.chief)
    answer = browser.send(PATH, size="0", **DAYS)
    assert answer.status_code == 422
    assert 'href="#size"' in answer.text
    assert browser.send(PATH, size="5", **(DAYS | {"to": "x"})).status_code == 422
    assert browser.send(PATH, size="5", kind="gift", **DAYS).status_code == 422
    assert browser.get(f"{PATH}/00000000-0000-4000-8000-000000000000").status_code == 404
