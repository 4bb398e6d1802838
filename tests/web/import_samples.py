"""Made-up context for the pages of lists of persons."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from incentive.core.tables import TableUnreadable
from incentive.people.imports.answers import Answer
from incentive.people.imports.errors import ColumnsMissing, GuardiansMissing
from incentive.people.imports.words import words_of

NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)
ID = "01890000-0000-7000-8000-000000000001"


def each(status: str = "checked", **more: Any) -> SimpleNamespace:
    figures = {"new_rows": 1_240, "known_rows": 12, "wrong_rows": 3, "minor_rows": 4}
    figures |= {"child_rows": 2, "entered_rows": 0, "removed_rows": 0, "sheets_left": 1}
    figures |= {"entered_at": None, "swept_at": None, "refusal": None}
    sent = SimpleNamespace(id=ID, sent_at=NOW, status=status, rows=1_255, **figures | more)
    return SimpleNamespace(
        sent=sent,
        region_name="翠湖社区居委会",
        done=640,
        is_working=status in {"sent", "entering", "undoing", "clearing"},
        may_undo=status == "entered",
    )


def answer(line: int, status: str, *faults: str, **more: Any) -> Answer:
    usual = {"name": "张*", "phone": "138****5678", "home": "翠湖社区居委会", "minor": False}
    words = [words_of(fault) for fault in faults]
    number = {"volunteer_number": None}
    return Answer(
        line=line, status=status, faults=list(faults), words=words, **usual | number | more
    )


def lists(**more: Any) -> dict[str, Any]:
    return {
        "tabs": [{"label": "人员名单", "href": "#", "current": True}],
        "lists": [each(), each("entered", entered_rows=1_240), each("unreadable")],
        "regions": [("530102001", "华山街道")],
        "template": "#",
        "megabytes": 16,
        "most": 100_000,
        "typed": {"region": "", "code": ""},
        "refusal": None,
        "first": None,
        "older": "#",
    } | more


def one(status: str = "checked", **more: Any) -> dict[str, Any]:
    return {
        "each": each(status),
        "unreadable": None,
        "views": [
            {"label": "待修改 3", "href": "#", "current": True},
            {"label": "新增 1240", "href": "#", "current": False},
        ],
        "rows": [
            answer(3, "wrong", "phone_twice:2", "birth_month_differs"),
            answer(9, "wrong", "id_number_rounded", phone=None),
            answer(10, "known", volunteer_number="5300000001236"),
            answer(11, "new", minor=True),
        ],
        "to_mend": "#",
        "mend_max": 2,
        "refusal": None,
        "first": None,
        "older": "#",
    } | more


PAGES: dict[str, Any] = {
    "imports": ("web/imports.html", lists),
    "imports_empty": ("web/imports.html", lambda: lists(lists=[], refusal=TableUnreadable())),
    "import": ("web/import.html", one),
    "import_guardians": ("web/import.html", lambda: one(refusal=GuardiansMissing(2))),
    "import_reading": ("web/import.html", lambda: one("sent", rows=[], views=[])),
    "import_entering": ("web/import.html", lambda: one("entering", rows=[], views=[])),
    "import_undoing": ("web/import.html", lambda: one("undoing", rows=[], views=[])),
    "import_entered": (
        "web/import.html",
        lambda: one(each=each("entered", entered_at=NOW, entered_rows=1_240)),
    ),
    "import_undone": (
        "web/import.html",
        lambda: one(each=each("undone", entered_at=NOW, entered_rows=9, removed_rows=8)),
    ),
    "import_nobody": ("web/import.html", lambda: one(each=each(new_rows=0))),
    "import_forgotten": ("web/import.html", lambda: one(each=each(swept_at=NOW))),
    "import_unreadable": (
        "web/import.html",
        lambda: one("unreadable", rows=[], views=[], unreadable=ColumnsMissing()),
    ),
}
