"""Made-up context for each page, in the shape that its template names."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from incentive.core.errors import IncentiveError
from incentive.ledger.export_errors import ReceiptNotReady
from incentive.ledger.verifier.proofs import Checkpoint
from incentive.ledger.verifier.receipts import Receipt
from incentive.settlement.findings.domain import KINDS as DOUBTS
from incentive.settlement.findings.domain import said
from incentive.stations.discrepancies.domain import KINDS as FINDINGS
from incentive.stations.statement.papers import WORDS
from incentive.stations.statement.service import Goods, GoodsOf, Statement
from incentive.stations.stock.domain import CAUSES, CORRECTABLE, KINDS
from incentive.stations.stocktakes.domain import CAUSES as FOUND_CAUSES
from incentive.stations.stocktakes.domain import Progress
from incentive.stations.stocktakes.papers import STATES
from incentive.web.points_policy_pages import NUMBERS, SWITCHES
from tests.web import (
    consent_samples,
    desk_samples,
    import_samples,
    merge_samples,
    people_samples,
    settlement_samples,
    sign_in_samples,
)

KUNMING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)
STATION = {"id": "s1", "name": "翠湖暖“新”驿站", "open_now": True}
TABS = [
    {"label": label, "href": "#", "current": label == "库存"}
    for label in ("柜台", "台账", "库存", "盘点", "日结", "驿站报表", "异常")
]
COUNTS = {"signed_up": 9, "quota": 12, "present": 7, "left": 1}
PUBLIC = ("home", "home_empty", "sign_in", "sign_in_wrong", "error_404", "register")


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def viewer(path: str) -> dict[str, Any] | None:
    name = path.rpartition("/")[2]
    if name in {*PUBLIC, *sign_in_samples.PUBLIC, *consent_samples.PUBLIC}:
        return None
    links = [
        {"label": "我的", "href": "/me", "icon": "person", "current": name.startswith("me")},
        {"label": "值守", "href": "/duty", "icon": "shield", "current": name == "duty"},
        {"label": "柜台", "href": "/counter", "icon": "counter", "current": name == "counter"},
        {"label": "台账", "href": "/ledger", "icon": "ledger", "current": name == "station_ledger"},
    ]
    return {"number": "5300000001236", "links": links[:1] if name.startswith("me") else links}


def shift(shift_id: int, title: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    place = "翠湖社区党群服务中心"
    return {
        "id": shift_id,
        "title": title,
        "place": place,
        "start": at(start),
        "end": at(end),
    } | more


def home() -> dict[str, Any]:
    return {
        "place": "昆明市五华区",
        "stations": [
            {
                "id": "8b0c6c1e-0000-4000-8000-000000000002",
                "name": "翠湖暖“新”驿站",
                "address": "翠湖南路 12 号",
                "open_now": True,
                "hours": "08:00–20:00",
                "facilities": ["饮水", "充电", "休息", "微波炉"],
            },
            {
                "id": "8b0c6c1e-0000-4000-8000-000000000003",
                "name": "华山积分超市",
                "address": "华山西路 88 号",
                "open_now": False,
                "hours": "09:00–17:30",
                "facilities": [],
            },
        ],
        "activities": [
            shift(
                1,
                "翠湖周边文明交通劝导",
                23.7,
                26.2,
                left=3,
                quota=12,
                region="翠湖社区",
                team="翠湖志愿队",
            ),
            shift(2, "独居老人探访与代购", 30, 33, left=0, quota=6),
        ],
    }


def station(available: int | None) -> dict[str, Any]:
    week = [("星期一", "08:00–20:00"), ("星期二", "")]
    shown = home()["stations"][0] | {"week": week, "closed": False}
    return {"station": shown, "goods": me()["stations"][0]["goods"], "available": available}


def line(hours: float, text: str, why: str, points: int, days_late: int = 0) -> dict[str, Any]:
    day = at(hours).astimezone(KUNMING).date() - timedelta(days=days_late)
    shown = {"id": 48210, "at": at(hours), "day": day, "text": text, "why": why, "points": points}
    return shown | {"contestable": points < 0}


def statement(**more: Any) -> dict[str, Any]:
    return {
        "filters": {"from": "2025-11-01", "to": "2025-11-29", "basis": "booked"},
        "errors": [],
        "of": {
            "first": date(2025, 11, 1),
            "opening": {"available": 1295, "held": 0},
            "closing": {"available": 1250, "held": 120},
        },
        "lines": me()["statement"],
        "first": None,
        "older": "#",
    } | more


def me() -> dict[str, Any]:
    return {
        "person": {"number": "5300000001236", "name": "李春梅"},
        "balance": {
            "available": 1250,
            "held": 120,
            "minutes": 2610,
            "expiring": {"points": 300, "on": date(2025, 12, 31)},
        },
        "notices": [{"points": 300, "expires_on": date(2025, 12, 31), "stage": 30}],
        "links": {"card_svg": "/preview/qr/C1.AAECAwQFBgcICQoLDA0ODw.svg"},
        "shifts": [
            shift(1, "翠湖周边文明交通劝导", -0.3, 2.2, state="checked_in"),
            shift(2, "独居老人探访与代购", 30, 33, state="waiting", position=2, can_withdraw=True),
            shift(3, "社区图书角整理", 54, 56, state="confirmed", can_withdraw=True),
        ],
        "offers": [
            shift(4, "冬季消防安全入户宣传", 78, 80.5, left=8, quota=20),
            shift(5, "红嘴鸥保护巡护", 102, 105, left=0, quota=10),
        ],
        "stations": [
            {
                "id": "s1",
                "name": "翠湖暖“新”驿站",
                "address": "翠湖南路 12 号",
                "goods": [
                    {
                        "id": 1,
                        "name": "食用油 5 L",
                        "note": "每人每月一桶",
                        "points": 480,
                        "stock": 12,
                        "allowed": True,
                    },
                    {
                        "id": 2,
                        "name": "抽纸一提",
                        "note": "",
                        "points": 60,
                        "stock": 0,
                        "allowed": True,
                    },
                    {
                        "id": 3,
                        "name": "电动车换胎",
                        "note": "工作日",
                        "points": 1500,
                        "stock": 3,
                        "allowed": True,
                    },
                    {
                        "id": 4,
                        "name": "热水壶",
                        "note": "",
                        "points": 300,
                        "stock": 3,
                        "allowed": False,
                    },
                ],
            }
        ],
        "orders": [
            {
                "id": 1,
                "item": "大米 5 kg",
                "quantity": 1,
                "points": 120,
                "code": "R7PD42M9XQ4T",
                "svg": "/preview/qr/R1.K7PD42M9XQ.svg",
                "station": "翠湖暖“新”驿站",
                "expires_at": at(48),
            }
        ],
        "statement": [
            line(-20, "文明交通劝导", "2.5 小时 × 10 分", 25),
            line(-44, "大米 5 kg", "兑换待领取", -120),
            line(-70, "首次服务奖励", "", 50, days_late=3),
        ],
    }


def me_empty() -> dict[str, Any]:
    return me() | {
        "balance": {"available": 0, "held": 0, "minutes": 0, "expiring": None},
        "shifts": [],
        "offers": [],
        "stations": [],
        "orders": [],
        "statement": [],
        "notices": [],
    }


def shift_code(*, printed: bool = False) -> dict[str, Any]:
    return {
        "shift": shift(1, "翠湖周边文明交通劝导", -0.3, 2.2),
        "code": {
            "text": "S4KM-7T2Q" if not printed else "P9HD-20WX",
            "svg": "/preview/qr/S1.S4KM7T2Q.svg",
            "json": None if printed else "/preview/code.json",
        },
        "counts": COUNTS,
        "printed": printed,
        "other_href": "#",
    }


def counter(**more: Any) -> dict[str, Any]:
    return {
        "station": STATION,
        "tabs": TABS,
        "code": "",
        "refusal": None,
        "found": None,
        "today": {"orders": 18, "points": 2140},
        "rows": [
            {"order": order(1, "食用油 5 L", 480, "collected"), "can_refund": True},
            {"order": order(2, "抽纸一提", 60, "refunded"), "can_refund": False},
            {"order": order(3, "大米 5 kg", 120, "collected"), "can_refund": True},
        ],
        "stock": [
            {"item": "食用油 5 L", "price": 480, "held": 2, "stock": 12},
            {"item": "抽纸一提", "price": 60, "held": 0, "stock": 0},
            {"item": "大米 5 kg", "price": 120, "held": 5, "stock": 41},
        ],
        "ledger_href": "#",
    } | more


def order(number: int, item: str, points: int, status: str) -> dict[str, Any]:
    return {
        "id": number,
        "status": status,
        "item": {"id": number, "name": item},
        "quantity": 1,
        "points": points,
        "volunteer_number": "5300000001236",
        "held_at": at(-20),
        "expires_at": at(48),
        "collected_at": at(-number / 3) if status != "held" else None,
    }


def found(why_not: str | None = None) -> dict[str, Any]:
    status = "collected" if why_not else "held"
    refusal = why_not and IncentiveError(why_not)
    shown = {"order": order(9, "大米 5 kg", 120, status), "why_not": refusal}
    return counter(found=shown, code="R7PD42M9XQ4T")


def station_ledger(**more: Any) -> dict[str, Any]:
    rows = [
        ledger_row(1, "redemption", "食用油 5 L", 480, 2620),
        ledger_row(2, "refund", "抽纸一提", -60, 2140, reason="包装破损"),
        ledger_row(3, "redemption", "抽纸一提", 60, 2200),
        ledger_row(4, "redemption", "大米 5 kg", 120, 2140),
    ]
    return {
        "station": STATION,
        "tabs": TABS,
        "filters": {"from": "2025-11-01", "to": "2025-11-29", "kind": "", "person": ""},
        "errors": [],
        "totals": {"count": 214, "points_in": 31240, "points_out": 360, "net": 30880},
        "rows": rows,
        "first": None,
        "older": "#",
        "csv": "#",
        "xlsx": "#",
    } | more


def ledger_row(
    number: int, kind: str, item: str, points: int, total: int, reason: str = ""
) -> dict[str, Any]:
    return {
        "at": at(-number),
        "day": at(-number).date() - timedelta(days=number == 2),
        "kind": kind,
        "item": item,
        "quantity": 1,
        "volunteer_number": "5300000001236",
        "points_in": max(points, 0),
        "points_out": max(-points, 0),
        "running_total": total,
        "served_by": "5300000000771",
        "reason": reason,
    }


def station_stock(**more: Any) -> dict[str, Any]:
    shelves = [
        {"id": "i1", "name": "抽纸一提", "status": "offered", "stock": 41, "held": 3},
        {"id": "i2", "name": "洗洁精 1 kg", "status": "offered", "stock": 0, "held": 0},
        {"id": "i3", "name": "旧款水杯", "status": "withdrawn", "stock": 4, "held": 0},
    ]
    return {
        "station": STATION,
        "tabs": TABS,
        "may_write": True,
        "shelves": [
            row | {"on_shelf": row["stock"] + 3, "came": 60, "went": 22} for row in shelves
        ],
        "goods_first": None,
        "goods_older": "#",
        "rows": [
            movement(5, "corrected", -120, reason="多记了一位", corrects_id=4),
            movement(4, "received", 120, supplier="昆明粮油", unit_cost_fen=1250, undone=5),
            movement(3, "spoiled", -2, cause="damaged", reason="漏液"),
            movement(2, "given", -1, free=0, volunteer_number="5300000001236"),
            movement(1, "held", 0, free=-1),
        ],
        "names": [(row["id"], row["name"]) for row in shelves],
        "kinds": KINDS,
        "causes": CAUSES,
        "reasons": CAUSES,
        "correctable": CORRECTABLE,
        "today": date(2025, 11, 29),
        "typed": {},
        "refusal": None,
        "at_form": "",
        "filters": {"item_id": "", "kind": "", "from": "", "to": ""},
        "errors": [],
        "first": None,
        "older": "#",
    } | more


def stocktake_view(status: str, **more: Any) -> dict[str, Any]:
    far = {"items": 6, "counted": 4, "different": 2, "unexplained": 1, "more": 1, "fewer": 3}
    closed = status != "open"
    return {
        "id": "t1",
        "station_id": "s1",
        "status": status,
        "note": "月末盘点",
        "opened_by": "5300000000771",
        "opened_at": at(-3),
        "closed_by": "5300000001236" if closed else None,
        "closed_at": at(-1) if closed else None,
        "close_note": "停电，改天再盘" if status == "abandoned" else "",
        "progress": Progress(**(far | more)),
    }


def stocktakes(**more: Any) -> dict[str, Any]:
    return {
        "station": STATION,
        "tabs": TABS,
        "rows": [stocktake_view("booked", unexplained=0, counted=6), stocktake_view("abandoned")],
        "under_way": None,
        "may_count": True,
        "refusal": None,
        "typed": {},
        "first": None,
        "older": "#",
    } | more


def stocktake(show: str = "different", **more: Any) -> dict[str, Any]:
    shows = [("待点", "uncounted"), ("有差异", "different"), ("全部", "all")]
    return {
        "station": STATION,
        "tabs": TABS,
        "stocktake": stocktake_view("open"),
        "states": STATES,
        "rows": [
            counted_line(1, "抽纸一提", 41, 38, cause="lost", note="货架后没有"),
            counted_line(2, "洗洁精 1 kg", 12, 13),
            counted_line(3, "遮放米 5 kg", 9, 9),
            counted_line(4, "晴雨伞（黑色，自动，带防滑手柄）", None, None),
        ],
        "show": show,
        "shows": [{"label": label, "href": "#", "current": name == show} for label, name in shows],
        "causes": FOUND_CAUSES,
        "may_count": True,
        "may_book": True,
        "took_part": False,
        "refusal": None,
        "at_form": "",
        "typed": {},
        "first": None,
        "older": "#",
    } | more


def goods_figures(**more: int) -> Goods:
    return Goods(
        **({"opening": 44, "received": 60, "given": 22, "closing": 81, "counted": -1} | more)
    )


def statement_figures(**more: Any) -> Statement:
    rows = [
        GoodsOf(UUID(int=1), "抽纸一提", goods_figures(held=3)),
        GoodsOf(UUID(int=2), "洗洁精 1 kg", goods_figures(spoiled=2, sent_back=4, closing=75)),
    ]
    usual: dict[str, Any] = {
        "first_day": date(2025, 11, 1),
        "last_day": date(2025, 11, 29),
        "orders": 214,
        "refunds": 3,
        "points_in": 31240,
        "points_out": 360,
        "goods": rows,
        "total": Goods.summed(rows),
    }
    return Statement(**(usual | more))


def discrepancies(**more: Any) -> dict[str, Any]:
    def row(number: int, kind: str, note: str | None = None, **facts: int) -> dict[str, Any]:
        return {
            "id": number,
            "station_id": "s1",
            "station": STATION["name"],
            "kind": kind,
            "facts": facts,
            "happened_at": at(-number),
            "item": "抽纸一提" if kind == "other_station" else None,
            "volunteer_number": "5300000000771",
            "note": note,
            "cleared_at": at(-1) if note else None,
            "cleared_by": "5300000001236",
        }

    return {
        "unusual": ["同一人 60 秒内交货 5 次及以上", "兑换码使用 60 秒后再次出示"],
        "station": STATION,
        "tabs": TABS,
        "rows": [
            row(1, "unusual_speed", handovers=8, seconds=41),
            row(2, "other_station"),
            row(3, "used_again", "顾客走错柜台，已说明", seconds=900),
        ],
        "states": [{"label": "待核实", "href": "#", "current": True}],
        "kinds": FINDINGS,
        "may_clear": True,
        "refusal": None,
        "at_form": "",
        "typed": {},
        "first": None,
        "older": "#",
    } | more


def findings(**more: Any) -> dict[str, Any]:
    def row(number: int, kind: str, status: str | None, **facts: Any) -> dict[str, Any]:
        return {
            "id": f"f{number}",
            "title": DOUBTS[kind],
            "said": said(kind, facts),
            "found_at": at(-number),
            "volunteer_number": "5300000000771",
            "about": "5300000001236" if kind == "one_pair" else None,
            "activity": "红嘴鸥保护巡护",
            "shift": "上午班",
            "region": "翠湖社区",
            "day": at(-30).date(),
            "minutes": 120,
            "dispute_id": f"d{number}" if status else None,
            "held": 12 if status else None,
            "status": status,
            "decision_reason": "" if status == "open" else "已向双方核实",
            "decided_by": None if status == "open" else "5300000004564",
            "decided_at": None if status in {"open", None} else at(-1),
            "award_href": "#",
            "concerned": number == 2,
            "may_decide": number == 1,
        }

    return {
        "rows": [
            row(1, "impossible_travel", "open", distance=">50 km", minutes=9),
            row(2, "one_pair", "open", records=6),
            row(3, "one_device", "against_person", people=34),
            row(4, "shared_card", "for_person"),
            row(5, "shared_card", None),
        ],
        "states": [{"label": "待处理", "href": "#", "current": True}],
        "kinds": DOUBTS,
        "kind": "",
        "state": "open",
        "refusal": None,
        "at_form": "",
        "typed": {},
        "first": None,
        "older": "#",
    } | more


def station_statement(**more: Any) -> dict[str, Any]:
    return {
        "station": STATION,
        "tabs": TABS,
        "filters": {"from": "2025-11-01", "to": "2025-11-29"},
        "errors": [],
        "months": [{"label": "本月", "href": "#", "current": True}],
        "found": statement_figures(),
        "words": WORDS,
        "pdf": "#",
        "xlsx": "#",
        "ledger_href": "#",
    } | more


def station_days(**more: Any) -> dict[str, Any]:
    def row(day: int, version: int | None, *, later: bool = False) -> dict[str, Any]:
        return {
            "day": date(2025, 11, day),
            "closed_at": at(-24 * (29 - day)) if version else None,
            "closed_by": "5300000000771",
            "version": version,
            "orders": 18,
            "pieces": 21,
            "after_close": later,
        }

    return {
        "station": STATION,
        "tabs": TABS,
        "may_close": True,
        "rows": [row(29, None), row(28, 1, later=True), row(27, 2), row(26, 1)],
        "today": date(2025, 11, 29),
        "first": None,
        "older": "#",
    } | more


def station_day(*versions: dict[str, Any], **more: Any) -> dict[str, Any]:
    rows = {
        "goods_after": [movement(9, "received", 3)] if more.get("differs") else [],
        "points_after": [
            {"kind": "refund", "item": "抽纸一提", "amount": -60, "at": at(-1), "reason": "破损"}
        ]
        if more.get("differs")
        else [],
    }
    day = {
        "day": date(2025, 11, 28),
        "now": statement_figures(),
        "versions": list(versions),
        "closed": bool(versions),
        "differs": more.pop("differs", False),
    }
    return {
        "station": STATION,
        "tabs": TABS,
        "day": day | rows,
        "may_close": True,
        "words": WORDS,
        "kinds": KINDS,
        "refusal": None,
        "typed": {},
    } | more


def signed_day(version: int = 1, *, genuine: bool = True, note: str = "") -> dict[str, Any]:
    return {
        "version": version,
        "closed_by": "5300000000771",
        "closed_at": at(-9),
        "note": note,
        "signed": 'incentive station day, form 1\n{"cash_fen":0,"orders":18}\n\n— incentive/x A==\n',
        "sha256": "3f2b" * 16,
        "genuine": genuine,
        "figures": {"orders": 18, "points_in": 2140} if genuine else {},
    }


def counted_line(
    number: int, item: str, expected: int | None, counted: int | None, **more: Any
) -> dict[str, Any]:
    return {
        "item_id": f"i{number}",
        "item": item,
        "expected": expected,
        "counted": counted,
        "difference": None if counted is None or expected is None else counted - expected,
        "counted_at": at(-1),
        "counter": "5300000000771",
        "cause": None,
        "note": None,
        "explainer": "5300000000771",
    } | more


def movement(
    number: int, kind: str, shelf: int, free: int | None = None, **more: Any
) -> dict[str, Any]:
    usual = {
        "id": number,
        "item": "抽纸一提",
        "kind": kind,
        "shelf": shelf,
        "delta": shelf if free is None else free,
        "at": at(number - 8),
        "day": date(2025, 11, 28 if number == 4 else 29),
        "by": "5300000000771",
        "cause": "",
        "reason": "",
        "supplier": "",
        "delivery_note": "",
        "unit_cost_fen": None,
        "stocktake_id": None,
        "corrected_by_id": more.pop("undone", None),
    }
    return usual | more


def duty() -> dict[str, Any]:
    return {
        "shifts": [
            shift(1, "翠湖周边文明交通劝导", -0.3, 2.2, running=True, runs=True, counts=COUNTS),
            shift(2, "独居老人探访与代购", 6, 9, running=False, counts=COUNTS | {"present": 0}),
        ],
        "scan_for": {"id": "8b0c6c1e-0000-4000-8000-000000000001", "title": "翠湖周边文明交通劝导"},
        "records": [
            shift(
                1,
                "红嘴鸥保护巡护",
                -26,
                -23,
                number="5300000004564",
                minutes=180,
                why="没有签退扫码，由系统在班次结束时关闭。",
            ),
            shift(
                2,
                "社区图书角整理",
                -50,
                -48,
                number="5300000000771",
                minutes=115,
                why="扫的是张贴码，需要现场人员确认。",
                own=True,
            ),
        ],
        "waiting": 14,
        "verifies": True,
        "findings_href": "/findings",
        "found": 3,
        "older": "#",
    }


def sign_in(errors: list[tuple[str | None, str]], phone: str = "") -> dict[str, Any]:
    return {
        "errors": errors,
        "phone": phone,
        "next": "",
        "by_sms": not errors,
        "providers": [{"name": "wechat", "label": "微信"}],
    }


def register(**more: Any) -> dict[str, Any]:
    home = {"id": "c1", "name": "翠湖社区居委会", "street": "华山街道", "county": "五华区"}
    empty = {"q": "", "found": [], "typed": {}, "errors": [], "password_min": 8, "full": False}
    empty["notice"] = consent_samples.notice()
    return empty | ({"q": "翠湖", "found": [home, home | {"id": "c2"}]} if more else {}) | more


def service_records() -> dict[str, Any]:
    usual = {
        "activity_title": "清洁家园",
        "place": "翠湖社区",
        "minutes": 120,
        "check_in_at": at(-30),
        "check_out_at": at(-28),
        "closed_by": "scan",
        "status": "verified",
        "reason": "",
    }
    forgotten = usual | {"closed_by": "system", "status": "pending"}
    refused = usual | {"status": "rejected", "reason": "当天未到场。"}
    return {"records": [usual, forgotten, refused], "first": "#", "older": "#"}


def scanned(**more: Any) -> dict[str, Any]:
    return {"code": "RM0001ABCDEF", "nonce": "n", "refusal": None} | more


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
        "filters": dict.fromkeys(("actor", "action", "subject", "from", "to"), ""),
        "errors": [],
        "actions": [("item.change", "修改物品"), ("role.grant", "授予角色")],
        "rows": [usual, by_hand | {"reason": "供货商更换包装，价格随之调整。"}],
        "first": None,
        "older": "#",
    } | more


TOOLS = [
    {"href": "#", "label": "操作日志", "text": "谁做了什么。", "icon": "shield"},
    {"href": "#", "label": "总账", "text": "每一笔积分。", "icon": "ledger"},
]


def comparison(**more: Any) -> dict[str, Any]:
    run = {
        "id": "8b0c6c1e-0000-4000-8000-000000000004",
        "asked_by": "system",
        "asked_at": at(-7),
        "started_at": at(-7),
        "finished_at": at(-6.9),
        "checks": 24,
        "failed": 1,
        "rows_found": 2,
        "checks_done": 7,
        "checks_total": 24,
    }
    results = [
        compared(1, "每条已结算的记录恰有一笔发放", {"已结算的记录": 1203, "积分发放": 1203}),
        compared(2, "每笔发放等于账上给本人的积分", {"发放": 15230, "记入": 15233}, 2),
        compared(3, "库存等于出入库之和", {}, error="canceling statement due to statement timeout"),
        compared(4, "发行等于发放", {"发放": 15230, "发行": 15231}, clean=False),
    ]
    rows = [
        {"key": "0193a1", "owner": "person:0193", "balance": 23, "amount": 20},
        {"key": "0193a2", "owner": "person:0194", "balance": None, "amount": -5},
    ]
    usual = {
        "run": run,
        "asked": run,
        "last": run,
        "runs": [run, run | {"failed": 0, "asked_by": "5300000001236"}],
        "results": results,
        "result": results[1],
        "figure": results[1]["figures"][0],
        "rows": rows,
        "columns": [{"key": name, "label": name, "kind": None} for name in rows[0]],
        "waiting": None,
        "overdue": False,
        "refusal": None,
        "first": None,
        "older": "#",
    }
    return usual | more


def award(**more: Any) -> dict[str, Any]:
    found = {
        "record_id": "8b0c6c1e-0000-4000-8000-000000000006",
        "volunteer_number": "5300000001236",
        "activity_title": "红嘴鸥保护巡护",
        "shift_title": "上午班",
        "region": "翠湖社区居委会",
        "day": date(2025, 11, 28),
        "check_in_at": at(-26),
        "check_out_at": at(-17),
        "minutes": 540,
        "verified_by": None,
        "steps": [
            {"words": "540 分钟，每 6 分钟 1 分 → 90 分", "before": 0, "after": 90},
            {"words": "每日最多 80 分，当日已得 0 分：90 分 → 80 分", "before": 90, "after": 80},
        ],
        "points": 80,
        "rules": "依据 2000-01-01 起生效的规则。",
        "transaction_id": 1203,
        "transaction_key": "award:8b0c6c1e",
        "posted_at": at(-16),
        "expires_on": date(2026, 12, 31),
        "closed_by": None,
        "closed_why": None,
    }
    links = {"ledger_href": "#", "rules_href": "#", "contest_href": "#"}
    return {"award": found | more, "own": True} | links


RULE_WORDS = ["每满 6 分钟得 1 分，不满不计", "每日最多 80 分"]


def rule_draft(state: str = "simulated", **more: Any) -> dict[str, Any]:
    draft = {
        "id": "8b0c6c1e-0000-4000-8000-000000000005",
        "words": RULE_WORDS,
        "effective_from": date(2026, 1, 1),
        "reason": "提高周末服务的积分。",
        "state": state,
        "proposed_by": "5300000001236",
        "proposed_at": at(-30),
        "decided_by": None,
        "decided_at": None,
        "decision": "",
    }
    change = {"name": "2025-10", "records": 812, "paid": 10900, "would_pay": 12300}
    trial = {"first_month": "2025-10", "last_month": "2025-10", "records_done": 5}
    usual = {
        "draft": draft,
        "state": "已试算",
        "before": {"effective_from": date(2000, 1, 1), "words": RULE_WORDS},
        "own": True,
        "proposes": True,
        "approves": False,
        "going_on": None,
        "broken": "",
        "last": change
        | {
            "simulation": trial,
            "people": 120,
            "people_changed": 84,
            "months": [change],
            "kinds": [change | {"name": "patrol"}],
            "most_changed": [change | {"name": "", "volunteer_number": "5300000001236"}],
        },
        "months": {"first": "2025-10", "last": "2025-10"},
        "refusal": None,
        "reason": "",
    }
    return usual | more


def rule_list(**more: Any) -> dict[str, Any]:
    version = {
        "id": 1,
        "effective_from": date(2025, 1, 1),
        "words": RULE_WORDS,
        "proposed_by": "5300000001236",
        "approved_by": "5300000000771",
        "draft_id": "8b0c6c1e-0000-4000-8000-000000000005",
    }
    first = version | {"id": 0, "effective_from": date(2000, 1, 1), "approved_by": None}
    to_come = version | {"id": 2, "effective_from": date(2026, 1, 1), "words": []}
    return {
        "versions": [to_come, version, first],
        "in_force": 1,
        "today": date(2025, 11, 29),
        "drafts": [rule_draft()["draft"], rule_draft("approved")["draft"]],
        "states": dict.fromkeys(("simulated", "approved"), "已试算"),
        "proposes": True,
        "first": None,
        "older": "#",
    } | more


def compared(
    position: int,
    title: str,
    figures: dict[str, int],
    rows: int = 0,
    error: str = "",
    *,
    clean: bool = True,
) -> dict[str, Any]:
    return {
        "position": position,
        "title": title,
        "clean": clean and not rows and not error,
        "figures": [{"title": name, "total": total} for name, total in figures.items()],
        "rows_found": rows,
        "error": error,
    }


def checkpoints(**more: Any) -> dict[str, Any]:
    root = "jL9bGgPW4oOPpVnqQWZzB3JYV8ELq5c0r0m3oHk2Wtc="
    note = (
        f"incentive/default/9195fd24a816\n48210\n{root}\n2025-11-29T01:12:00Z\n\n"
        "— incentive/default/9195fd24a816 8qrDj3Yp2N0x5u0aJr6rYbWlEoV4xk1hT6mF0bq9hA7gQ2c="
        "8qrDj3Yp2N0x5u0aJr6rYbWlEoV4xk1hT6mF0bq9\n"
    )
    latest = {"tree_size": 48210, "root": root, "at": at(0), "key_id": "f2aac38f", "note": note}
    key = "incentive/default/9195fd24a816+f2aac38f+AdI6VBmitoKA4LxBfm9RaA/cWkMW5Mtb0BPaT7Pfm3c0"
    return {
        "latest": latest,
        "keys": [
            {"id": "f2aac38f", "verifier_key": key, "since": at(-900), "until": None},
            {"id": "0c1b9a21", "verifier_key": key, "since": at(-9000), "until": at(-180)},
        ],
        "checkpoints": [latest, latest | {"tree_size": 48102, "at": at(-1)}],
        "waiting_since": None,
        "first": None,
        "older": "#",
    } | more


def receipt(**more: Any) -> dict[str, Any]:
    checkpoint = Checkpoint("incentive/default/9195fd24a816", 48210, bytes(32), at(0))
    return {
        "id": 48102,
        "soon": None,
        "of": Receipt(
            checkpoint, 48101, 48102, "award", "award:1", "service_record:1", at(-0.1),
            date(2025, 11, 28), 0, (), ("system", ""),
        ),
        "kind": "奖励积分",
        "moved": [{"points": 15, "purpose": "可用", "until": date(2026, 12, 31)}],
        "links": {"svg": "/preview/qr/IR1.AECAwQFBgcICQoLDA0ODw.svg", "json": "#"},
    } | more  # fmt: skip


def giving(**more: Any) -> dict[str, Any]:
    states = ("linked", "asked", "asking")
    return {
        "policy": {"transfers_allowed": True, "donations_allowed": True},
        "family": [
            {"id": f"l{n}", "volunteer_number": "5300000001236", "state": state}
            for n, state in enumerate(states)
        ],
        "available": 1250,
        "transfer_left": 300,
        "donation_left": 1000,
        "stations": [{"id": "s1", "name": "翠湖暖“新”驿站"}],
        "refusal": None,
        "typed": {},
    } | more


def dispute(number: int, status: str, side: str = "given") -> dict[str, Any]:
    return {
        "id": f"d{number}",
        "status": status,
        "side": side,
        "held": 25,
        "reason": "当天不在场。",
        "decision_reason": "查实。" if status != "open" else "",
        "due_on": date(2025, 12, 14),
        "person_id": "p1",
        "opened_by": "p2",
        "made_by": None,
        "proposed_by": None,
    }


def my_disputes(**more: Any) -> dict[str, Any]:
    rows = [dispute(1, "open", "taken"), dispute(2, "against_person", "taken")]
    paging = {"first": None, "older": "#"}
    return {"rows": rows, "transaction": "7", "reason": "", "refusal": None} | paging | more


def points_page(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    may = {"may_propose": True, "may_approve": True, "may_decide": True, "may_set": True}
    may["may_contest"] = True
    shown = {"rows": rows, "me": "p9", "refusal": None, "typed": {}, "first": None, "older": None}
    shown["transaction"] = ""
    return shown | may | more


def adjustments() -> list[dict[str, Any]]:
    concerned = {"volunteer_number": "5300000001236", "region": "翠湖社区"}
    states = [("proposed", 300), ("proposed", -120), ("booked", 50), ("rejected", 900)]
    return [
        {
            "Adjustment": {
                "id": f"a{n}",
                "status": status,
                "points": points,
                "reason": "补登活动记录。",
                "over_budget": n == 0,
                "proposed_by": "p2" if n else "p9",
                "person_id": "p1",
                "transaction_id": 48102 if status == "booked" else None,
            },
            "proposed_by": "5300000000771",
            "decided_by": "5300000004564" if status != "proposed" else None,
        }
        | concerned
        for n, (status, points) in enumerate(states)
    ]


def dispute_rows() -> list[dict[str, Any]]:
    concerned = {"volunteer_number": "5300000001236", "opened_by": "5300000000771"}
    states = ("open", "for_person", "lapsed")
    return [
        {"Dispute": dispute(n, state), "region": "翠湖社区"} | concerned
        for n, state in enumerate(states)
    ]


def budget_rows() -> list[dict[str, Any]]:
    return [
        {
            "Budget": {
                "id": f"b{n}",
                "first_day": date(2025, 11, 1),
                "last_day": date(2025, 11, 30),
                "amount": 10000,
                "overrun": 500,
                "issued": 9800,
                "room": 700,
                "policy": "queue",
                "created_by": "p9" if n else "p2",
            },
            "Region": {"name": "翠湖社区"},
            "waiting": 3,
            "waiting_points": 1230,
        }
        for n in range(2)
    ]


def points_policy(**more: Any) -> dict[str, Any]:
    policy = {"transfers_allowed": True, "donations_allowed": False, "family_max": 5}
    return {
        "policy": policy | {name: 100 for name in NUMBERS if name not in policy},
        "since": at(-30),
        "switches": SWITCHES,
        "numbers": NUMBERS,
        "may_set": True,
        "refusal": None,
        "typed": {},
    } | more


PAGES: dict[str, Any] = {
    "me_giving": ("web/giving.html", giving),
    "me_giving_off": (
        "web/giving.html",
        lambda: giving(
            policy={"transfers_allowed": False, "donations_allowed": False},
            refusal=IncentiveError("本月还可送 10 分。"),
        ),
    ),
    "me_giving_empty": ("web/giving.html", lambda: giving(family=[], stations=[])),
    "me_disputes": ("web/my_disputes.html", my_disputes),
    "me_disputes_empty": (
        "web/my_disputes.html",
        lambda: my_disputes(rows=[], transaction="", older=None),
    ),
    "points_adjustments": ("web/points_adjustments.html", lambda: points_page(adjustments())),
    "points_adjustments_empty": (
        "web/points_adjustments.html",
        lambda: points_page([], refusal=IncentiveError("请写明理由。")),
    ),
    "points_disputes": ("web/points_disputes.html", lambda: points_page(dispute_rows())),
    "points_disputes_empty": ("web/points_disputes.html", lambda: points_page([])),
    "points_budgets": ("web/points_budgets.html", lambda: points_page(budget_rows())),
    "points_budgets_empty": ("web/points_budgets.html", lambda: points_page([])),
    "points_policy": ("web/points_policy.html", points_policy),
    "points_policy_refused": (
        "web/points_policy.html",
        lambda: points_policy(
            refusal=IncentiveError("请填写 1 到 20。", field="family_max"),
            typed={"family_max": "40"},
        ),
    ),
    "points_policy_read": ("web/points_policy.html", lambda: points_policy(may_set=False)),
    "receipt": ("web/receipt.html", receipt),
    "receipt_soon": ("web/receipt.html", lambda: receipt(soon=ReceiptNotReady(), of=None)),
    "checkpoints": ("web/checkpoints.html", checkpoints),
    "checkpoints_waiting": ("web/checkpoints.html", lambda: checkpoints(waiting_since=at(-0.2))),
    "checkpoints_empty": (
        "web/checkpoints.html",
        lambda: checkpoints(latest=None, keys=[], checkpoints=[], older=None),
    ),
    "home": ("web/home.html", home),
    "home_empty": ("web/home.html", lambda: {"place": "", "stations": [], "activities": []}),
    "sign_in": ("web/sign_in.html", lambda: sign_in([])),
    "sign_in_wrong": (
        "web/sign_in.html",
        lambda: sign_in(
            [("phone", "手机号码应为 11 位数字。"), (None, "还可以再试 3 次。")], "1380000"
        ),
    ),
    "password": ("web/password.html", lambda: {"errors": []}),
    "password_wrong": (
        "web/password.html",
        lambda: {"errors": [("current", "手机号码或密码不正确。")]},
    ),
    "me": ("web/me.html", me),
    "me_empty": ("web/me.html", me_empty),
    "shift_code": ("web/shift_code.html", shift_code),
    "shift_code_printed": ("web/shift_code.html", lambda: shift_code(printed=True)),
    "counter": ("web/counter.html", counter),
    "counter_found": ("web/counter.html", found),
    "counter_done": ("web/counter.html", lambda: found("今天 09:12 已经领取。")),
    "counter_refused": (
        "web/counter.html",
        lambda: counter(code="XXXX", refusal=IncentiveError("没有这个兑换码。")),
    ),
    "station_ledger": ("web/station_ledger.html", station_ledger),
    "station_ledger_empty": (
        "web/station_ledger.html",
        lambda: station_ledger(rows=[], errors=[("from", "起始日期晚于结束日期。")], totals=None),
    ),
    "station_stock": ("web/station_stock.html", station_stock),
    "station_stock_refused": (
        "web/station_stock.html",
        lambda: station_stock(
            refusal=IncentiveError("可用 3 件。", field="quantity"),
            at_form="take-off",
            typed={"quantity": "9", "item_id": "i2", "cause": "damaged"},
        ),
    ),
    "station_stock_empty": (
        "web/station_stock.html",
        lambda: station_stock(
            shelves=[], rows=[], may_write=False, errors=[("from", "起始日期晚于结束日期。")]
        ),
    ),
    "station_statement": ("web/station_statement.html", station_statement),
    "station_statement_empty": (
        "web/station_statement.html",
        lambda: station_statement(
            found=statement_figures(goods=[], total=Goods(), orders=0),
        ),
    ),
    "station_statement_wrong": (
        "web/station_statement.html",
        lambda: station_statement(found=None, errors=[("from", "起始日期晚于结束日期。")]),
    ),
    "findings": ("web/findings.html", findings),
    "findings_refused": (
        "web/findings.html",
        lambda: findings(refusal=IncentiveError("请写明。", field="note"), at_form="d1"),
    ),
    "findings_empty": ("web/findings.html", lambda: findings(rows=[], older=None)),
    "discrepancies": ("web/discrepancies.html", discrepancies),
    "discrepancies_refused": (
        "web/discrepancies.html",
        lambda: discrepancies(refusal=IncentiveError("请写明。", field="note"), at_form="1"),
    ),
    "discrepancies_empty": (
        "web/discrepancies.html",
        lambda: discrepancies(station=None, tabs=[], rows=[], may_clear=False),
    ),
    "station_days": ("web/station_days.html", station_days),
    "station_days_empty": (
        "web/station_days.html",
        lambda: station_days(rows=[], may_close=False),
    ),
    "station_day": ("web/station_day.html", station_day),
    "station_day_refused": (
        "web/station_day.html",
        lambda: station_day(refusal=IncentiveError("这一天已日结。")),
    ),
    "station_day_closed": (
        "web/station_day.html",
        lambda: station_day(signed_day(note="少一包，已登记")),
    ),
    "station_day_after": (
        "web/station_day.html",
        lambda: station_day(
            signed_day(),
            signed_day(2, genuine=False, note="补记一笔"),
            differs=True,
            refusal=IncentiveError("请写明。", field="note"),
        ),
    ),
    "stocktakes": ("web/stocktakes.html", stocktakes),
    "stocktakes_open": ("web/stocktakes.html", lambda: stocktakes(under_way="t1")),
    "stocktakes_empty": (
        "web/stocktakes.html",
        lambda: stocktakes(rows=[], refusal=IncentiveError("没有可盘点的物品。")),
    ),
    "stocktake": ("web/stocktake.html", stocktake),
    "stocktake_count": (
        "web/stocktake.html",
        lambda: stocktake(
            "uncounted",
            refusal=IncentiveError("请填写整数。", field="counted-i2"),
            at_form="counts",
            typed={"counted-i2": "十"},
        ),
    ),
    "stocktake_to_book": (
        "web/stocktake.html",
        lambda: stocktake(stocktake=stocktake_view("open", counted=6, unexplained=0)),
    ),
    "stocktake_own": (
        "web/stocktake.html",
        lambda: stocktake(
            stocktake=stocktake_view("open", counted=6, unexplained=0),
            took_part=True,
            rows=[],
            refusal=IncentiveError("须由他人过账。"),
            at_form="book",
        ),
    ),
    "stocktake_booked": (
        "web/stocktake.html",
        lambda: stocktake(
            stocktake=stocktake_view("booked", counted=6, unexplained=0),
            may_count=False,
            may_book=False,
        ),
    ),
    "duty": ("web/duty.html", duty),
    "duty_empty": (
        "web/duty.html",
        lambda: {
            "shifts": [],
            "scan_for": None,
            "records": [],
            "waiting": 0,
            "verifies": True,
            "older": None,
        },
    ),
    "duty_steward": (
        "web/duty.html",
        lambda: duty() | {"verifies": False, "records": [], "waiting": 0},
    ),
    "register": ("web/register.html", register),
    "register_wrong": (
        "web/register.html",
        lambda: register(errors=[("name", "请填写姓名。"), (None, "请再试一次。")], full=True),
    ),
    "statement": ("web/statement.html", statement),
    "statement_empty": ("web/statement.html", lambda: statement(lines=[], older=None)),
    "statement_wrong": (
        "web/statement.html",
        lambda: statement(of=None, lines=[], errors=[("from", "起始日期晚于结束日期。")]),
    ),
    "service_records": ("web/service_records.html", service_records),
    "activities": (
        "web/activities.html",
        lambda: {"activities": home()["activities"], "first": None, "older": "#"},
    ),
    "stations": (
        "web/stations.html",
        lambda: {"stations": home()["stations"], "first": None, "older": "#"},
    ),
    "station": ("web/station.html", lambda: station(1250)),
    "station_signed_out": ("web/station.html", lambda: station(None)),
    "counters": (
        "web/counters.html",
        lambda: {
            "stations": [
                {
                    "serves": True,
                    "audits": True,
                    "station": STATION | {"address": "翠湖南路", "status": "open"},
                }
            ]
        },
    ),
    "scanned_shift": (
        "web/scanned.html",
        lambda: scanned(kind="shift", shift=shift(1, "清洁家园", -1, 1)),
    ),
    "scanned_card": (
        "web/scanned.html",
        lambda: scanned(kind="card", number="5300000001236", shifts=[shift(1, "清洁家园", -1, 1)]),
    ),
    "scanned_order": ("web/scanned.html", lambda: scanned(kind="order")),
    "scanned_garbled": (
        "web/scanned.html",
        lambda: scanned(refusal=IncentiveError("这不是完整的码。")),
    ),
    "me_refused": (
        "web/me.html",
        lambda: me() | {"refusal": IncentiveError("此码已过期。"), "code": "R12"},
    ),
    "duty_refused": (
        "web/duty.html",
        lambda: (
            duty() | {"refusal": IncentiveError("请写明理由。", field="reason"), "at_record": 1}
        ),
    ),
    "award": ("web/award.html", award),
    "award_taken_back": (
        "web/award.html",
        lambda: award(closed_by=1310, closed_why="当天未到场。", verified_by="5300000000771"),
    ),
    "award_of_nothing": (
        "web/award.html",
        lambda: (
            award(points=0, transaction_id=None, check_out_at=None)
            | {"own": False, "ledger_href": None, "rules_href": None}
        ),
    ),
    "rules": ("web/rules.html", rule_list),
    "rules_empty": ("web/rules.html", lambda: rule_list(drafts=[], proposes=False)),
    "rules_new": (
        "web/rules_new.html",
        lambda: {
            "typed": {"block_minutes": "6", "block_points": "1", "cap_day": "80"},
            "errors": [],
        },
    ),
    "rules_new_wrong": (
        "web/rules_new.html",
        lambda: {
            "typed": {"block_minutes": "0", "kinds": "patrol 很多"},
            "errors": [("block_minutes", "应为 1 至 1440 的整数")],
        },
    ),
    "rule_draft": ("web/rule_draft.html", rule_draft),
    "rule_draft_new": ("web/rule_draft.html", lambda: rule_draft("draft", last=None)),
    "rule_draft_going_on": (
        "web/rule_draft.html",
        lambda: rule_draft(
            "draft", last=None, going_on={"records_done": 5000, "records_total": 100_000}
        ),
    ),
    "rule_draft_to_decide": (
        "web/rule_draft.html",
        lambda: rule_draft(
            "submitted",
            own=False,
            approves=True,
            refusal=IncentiveError("请写明理由。", field="reason"),
        ),
    ),
    "rule_draft_broken": (
        "web/rule_draft.html",
        lambda: rule_draft(
            "draft", last=None, broken="minutes", refusal=IncentiveError("请按先后选择月份。")
        ),
    ),
    "reconciliation": (
        "web/reconciliation.html",
        lambda: comparison(overdue=True, refusal=IncentiveError("请再试一次。")),
    ),
    "reconciliation_empty": ("web/reconciliation.html", lambda: comparison(last=None)),
    "reconciliation_going_on": (
        "web/reconciliation.html",
        lambda: comparison(waiting=comparison()["run"]),
    ),
    "reconciliation_run": ("web/reconciliation_run.html", comparison),
    "reconciliation_run_going_on": (
        "web/reconciliation_run.html",
        lambda: comparison(run=None, asked=comparison()["run"] | {"finished_at": None}),
    ),
    "reconciliation_run_given_up": ("web/reconciliation_run.html", lambda: comparison(run=None)),
    "reconciliation_check": ("web/reconciliation_check.html", comparison),
    "reconciliation_check_clean": (
        "web/reconciliation_check.html",
        lambda: comparison(result=comparison()["results"][0], rows=[]),
    ),
    "reconciliation_check_broken": (
        "web/reconciliation_check.html",
        lambda: comparison(result=comparison()["results"][2], rows=[]),
    ),
    "reconciliation_figure": ("web/reconciliation_figure.html", comparison),
    "error_404": (
        "web/error.html",
        lambda: {"status": 404, "code": "http.not_found", "detail": "这个地址没有内容。"},
    ),
    "error_503": (
        "web/error.html",
        lambda: {
            "status": 503,
            "code": "database.unavailable",
            "detail": "账本暂时无法连接，请稍后再试。",
        },
    ),
}

PAGES |= consent_samples.PAGES
PAGES |= desk_samples.PAGES
PAGES |= people_samples.PAGES
PAGES |= settlement_samples.PAGES
PAGES |= sign_in_samples.PAGES
PAGES |= import_samples.PAGES
PAGES |= merge_samples.PAGES
PAGES["register_proving"] = (
    "web/register.html",
    lambda: register(proving=True, sent=True, typed={"name": "李春梅", "phone": "13812345678"}),
)
