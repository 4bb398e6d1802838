"""Made-up context for the page of merges."""

from typing import Any

from incentive.people.personal import Personal
from incentive.points.merges.errors import SamePerson
from incentive.points.merges.service import Entry
from tests.web.import_samples import ID, NOW


def entry(number: str, **more: Any) -> Entry:
    known = Personal(name="钱**", phone="138****5678", id_number="530***********1234")
    return Entry(ID, number, "active", NOW, known, **more)


def row(status: str, **more: Any) -> dict[str, Any]:
    usual = {"id": f"{ID}-{status}", "kept": "5300000001236", "gone": "5300000001244"}
    usual |= {"status": status, "points": 30, "reason": "同一人登记两次", "asked_at": NOW}
    return usual | {"may_undo": status == "done"} | more


def merges(**more: Any) -> dict[str, Any]:
    pair = [entry("5300000001236"), entry("5300000001244")]
    return {
        "tabs": [{"label": "合并", "href": "#", "current": True}],
        "groups": [pair],
        "beside": [],
        "typed": {"kept": "", "gone": ""},
        "decides": True,
        "rows": [row(status) for status in ("asked", "done", "refused", "undone")],
        "refusal": None,
        "first": None,
        "older": "#",
    } | more


def compared() -> dict[str, Any]:
    pair = [entry("5300000001236", points=120, held=0), entry("5300000001244", points=30, held=10)]
    return merges(beside=pair, typed={"kept": "5300000001236", "gone": "5300000001244"})


PAGES: dict[str, Any] = {
    "merges": ("web/merges.html", merges),
    "merges_compared": ("web/merges.html", compared),
    "merges_empty": (
        "web/merges.html",
        lambda: merges(groups=[], rows=[], decides=False, refusal=SamePerson()),
    ),
}
