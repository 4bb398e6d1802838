"""Made-up context for the audit desk's pages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text
from incentive.desk.words import ASSETS, KINDS, PURPOSES
from incentive.desk.worksheets import HOW
from incentive.ledger.sources import Source
from incentive.web.chart import chart

NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def acts(**more: Any) -> dict[str, Any]:
    usual = {
        "at": at(-2),
        "actor": "5300000000771",
        "role": "管理员",
        "place": "翠湖社区居委会",
        "origin": "192.0.2.7",
        "action": "修改物品",
        "subject": "食用油 5 L",
        "subject_key": "item:8b0c6c1e-0000-4000-8000-000000000002",
        "changes": [("积分价格", "480", "520"), ("库存", "", "12")],
        "reason": "",
    }
    by_hand = usual | {"actor": "cli", "role": "", "place": "", "origin": "", "changes": []}
    return {
        "filters": dict.fromkeys(("actor", "action", "subject", "region", "from", "to"), ""),
        "errors": [],
        "actions": [("item.change", "修改物品"), ("role.grant", "授予角色")],
        "xlsx": "#xlsx",
        "rows": [usual, by_hand | {"reason": "供货商更换包装，价格随之调整。"}],
        "first": None,
        "older": "#",
    } | more


def transaction(number: int, kind: str, points: int, **more: Any) -> dict[str, Any]:
    usual = {
        "id": number,
        "kind": kind,
        "source": "redemption:8b0c6c1e-0000-4000-8000-000000000002",
        "key": "redemption:8b0c6c1e-0000-4000-8000-000000000002:collect",
        "reason": "",
        "posted_at": at(-number / 10),
        "effective_on": at(-number / 10).date(),
        "closes": None,
    }
    sums = [{"asset": "points", "amount_in": points, "amount_out": points}]
    return {
        "of": "食用油 5 L",
        "listed": {"transaction": usual | more, "actor": "5300000000771", "sums": sums},
    }


def desk_ledger(**more: Any) -> dict[str, Any]:
    names = ("to", "by", "kind", "asset", "purpose", "person", "station", "region", "account")
    blank = dict.fromkeys((*names, "least", "most", "actor", "source"), "")
    total = {"asset": "points", "amount_in": 31240, "amount_out": 360, "net": 30880}
    return {
        "filters": {"from": "2025-11-01"} | blank,
        "errors": [],
        "readable": True,
        "stations": [("s1", "翠湖暖“新”驿站")],
        "kinds": KINDS,
        "assets": ASSETS,
        "purposes": PURPOSES,
        "totals": [
            {"href": "#", "row": total | {"kind": "redemption", "transactions": 214}},
            {"href": "#", "row": total | {"kind": "charge", "transactions": 9, "asset": "fen"}},
        ],
        "rows": [
            transaction(31, "redemption", 480),
            transaction(300, "refund", 60, reason="包装破损"),
        ],
        "first": None,
        "older": "#",
        "csv": "#",
        "xlsx": "#",
    } | more


def desk_transaction(**more: Any) -> dict[str, Any]:
    entry = {
        "whose": "5300000001236",
        "account_id": 7,
        "purpose": "held",
        "asset": "points",
        "expires_on": date(2026, 12, 31),
        "amount": -480,
        "balance": 0,
    }
    own = {"whose": "翠湖暖“新”驿站", "purpose": "income", "expires_on": date.max, "amount": 480}
    source = Source(
        "订单",
        ((Text("Volunteer number"), "5300000001236"), (Text("Checked in"), at(-3))),
        [(at(-3), "下单"), (at(-2), "5300000000771 交付")],
    )
    found = {
        "transaction": transaction(31, "redemption", 480, closes=30)["listed"]["transaction"],
        "actor": "5300000000771",
        "entries": [entry, entry | own | {"balance": None}],
        "closed_by": 32,
        "source": source,
        "explanation": ["每满 30 分钟 5 分：120 分钟 → 20 分"],
    }
    usual = {"kinds": KINDS, "assets": ASSETS, "purposes": PURPOSES, "source_href": "#"}
    return {"found": found | more} | usual


def desk_charts(**more: Any) -> dict[str, Any]:
    labels = [f"{month}月" for month in range(1, 13)]
    moved = [[900 + 37 * n, 300 + 61 * n, 40 * (n % 3)] for n in range(12)]
    held = [1200 + 540 * n for n in range(12)]
    names = ("issued", "spent", "expired")
    rows = [
        {"label": label, "outstanding": {"figure": held[n], "href": "#"}}
        | {name: {"figure": moved[n][k], "href": "#"} for k, name in enumerate(names)}
        for n, label in enumerate(labels)
    ]
    return {
        "filters": {"unit": "month", "from": "", "to": ""},
        "errors": [],
        "units": {"day": "日", "week": "周", "month": "月"},
        "moved": chart(labels, list(zip(*moved, strict=True)), line=False),
        "held": chart(labels, [held], line=True),
        "rows": rows[::-1],
    } | more


def _sample(**more: Any) -> dict[str, Any]:
    return {
        "id": "8b0c6c1e-0000-4000-8000-000000000009",
        "first_day": date(2025, 11, 1),
        "last_day": date(2025, 11, 30),
        "kind": None,
        "made_at": at(-2),
        "size": 20,
        "population": 2140,
        "last_id": 88214,
        "seed": f"{'5e' * 32}:2025-11-29",
    } | more


def desk_samples(**more: Any) -> dict[str, Any]:
    row = {"SpotSample": _sample(), "made_by_number": "5300000000771", "checked": 4, "missing": 0}
    typed = {"from": "2025-11-01", "to": "2025-11-30", "size": "20", "kind": "", "by_kind": True}
    return {
        "typed": typed,
        "errors": [],
        "kinds": KINDS,
        "rows": [row, row | {"missing": 1, "SpotSample": _sample(kind="refund")}],
        "first": None,
        "older": "#",
    } | more


def desk_sample(**more: Any) -> dict[str, Any]:
    row = {
        "position": 1,
        "id": 31,
        "kind": "redemption",
        "source": "redemption:1",
        "effective_on": date(2025, 11, 12),
        "actor": "5300000000771",
        "amount": 480,
        "voucher_seen": None,
        "note": None,
        "found_by": None,
        "found_at": None,
    }
    checked = {"found_by": "5300000000771", "found_at": at(-1)}
    rows = [
        row,
        row | checked | {"position": 2, "voucher_seen": True, "note": ""},
        row | checked | {"position": 3, "voucher_seen": False, "note": "没有签收单。"},
    ]
    sheet = {
        "sample": _sample(),
        "made_by": "5300000000771",
        "checked": 2,
        "missing": 1,
        "rows": rows,
    }
    usual = {"how": HOW, "titles": {"redemption:1": "食用油 5 L"}, "kinds": KINDS}
    return {"sheet": sheet, "refusal": None, "xlsx": "#", "pdf": "#"} | usual | more


def desk_verify(**more: Any) -> dict[str, Any]:
    latest = {"tree_size": 88214, "at": at(-0.1), "key_id": "5e5e5e5e"}
    return {"latest": latest, "whole": True, "api": "/api/v1"} | more


TOOLS = [
    {"href": "#", "label": "操作日志", "text": "谁做了什么。", "icon": "shield"},
    {"href": "#", "label": "总账", "text": "每一笔积分。", "icon": "ledger"},
]

PAGES: dict[str, Any] = {
    "desk": ("web/desk.html", lambda: {"tools": TOOLS}),
    "desk_acts": ("web/desk_acts.html", acts),
    "desk_ledger": ("web/desk_ledger.html", desk_ledger),
    "desk_ledger_empty": ("web/desk_ledger.html", lambda: desk_ledger(rows=[], totals=[])),
    "desk_ledger_wrong": (
        "web/desk_ledger.html",
        lambda: desk_ledger(readable=False, errors=[("least", "这一项看不懂。")]),
    ),
    "desk_charts": ("web/desk_charts.html", desk_charts),
    "desk_charts_wrong": (
        "web/desk_charts.html",
        lambda: desk_charts(rows=[], errors=[("unit", "请选择按周或按月。")]),
    ),
    "desk_samples": ("web/desk_samples.html", desk_samples),
    "desk_samples_empty": (
        "web/desk_samples.html",
        lambda: desk_samples(rows=[], older=None, errors=[("size", "请填写 1 到 500。")]),
    ),
    "desk_sample": ("web/desk_sample.html", desk_sample),
    "desk_sample_refused": (
        "web/desk_sample.html",
        lambda: desk_sample(refusal=IncentiveError(Text("x"))),
    ),
    "desk_verify": ("web/desk_verify.html", desk_verify),
    "desk_verify_region": ("web/desk_verify.html", lambda: desk_verify(whole=False)),
    "desk_verify_empty": ("web/desk_verify.html", lambda: desk_verify(latest=None)),
    "desk_transaction": ("web/desk_transaction.html", desk_transaction),
    "desk_transaction_unknown_source": (
        "web/desk_transaction.html",
        lambda: desk_transaction(source=None, explanation=[]),
    ),
    "desk_acts_empty": (
        "web/desk_acts.html",
        lambda: acts(rows=[], errors=[("from", "起始日期晚于结束日期。")], older=None),
    ),
}
