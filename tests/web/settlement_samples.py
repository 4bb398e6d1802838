"""Made-up context for the pages of merchants' settlement."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from incentive.core.errors import IncentiveError
from incentive.merchants.papers import KINDS, SIDES, STATES
from incentive.merchants.settling_errors import NothingToSettle

NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)
DAY = date(2025, 10, 31)
ID = "8b0c6c1e-0000-4000-8000-00000000000"
TABS = [
    {"label": "结算单", "href": "#", "icon": "ledger", "current": True},
    {"label": "价格约定", "href": "#", "icon": "gift", "current": False},
]


class Row(SimpleNamespace):
    """Named like a row of a query, and led by its entity."""

    def __getitem__(self, _place: int) -> Any:
        return self.first


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def merchants(**more: Any) -> dict[str, Any]:
    def row(number: int, name: str, code: str | None) -> Row:
        party = SimpleNamespace(id=f"{ID}{number}", name=name, credit_code=code)
        return Row(first=party, region_name="翠湖社区居委会")

    return {
        "tabs": TABS,
        "merchants": [row(1, "翠湖便民粮油店", "91530102MA6K0X0X0A"), row(2, "南屏百货", None)],
        "merchants_more": "#",
        "sponsors": [row(3, "五华区社区发展基金", None)],
        "sponsors_more": None,
        "regions": [("530102001007", "翠湖社区居委会")],
        "typed": {},
        "refusal": None,
        "at_form": "",
    } | more


def merchant(**more: Any) -> dict[str, Any]:
    contact = SimpleNamespace(id=f"{ID}4", valid_from=at(-2000))
    return {
        "tabs": TABS,
        "merchant": SimpleNamespace(id=f"{ID}1", name="翠湖便民粮油店", credit_code=None),
        "region": "翠湖社区居委会",
        "contacts": [Row(first=contact, volunteer_number="5300000001236")],
        "manages": True,
        "typed": {},
        "refusal": None,
    } | more


def sponsor(**more: Any) -> dict[str, Any]:
    budget = SimpleNamespace(
        id=f"{ID}5",
        first_day=date(2025, 1, 1),
        last_day=date(2025, 12, 31),
        fen=5_000_000,
        spent_fen=1_234_567,
    )
    return {
        "tabs": TABS,
        "sponsor": SimpleNamespace(id=f"{ID}3", name="五华区社区发展基金"),
        "region": "五华区",
        "budgets": [budget],
        "sets": True,
        "typed": {},
        "refusal": None,
        "at_budget": None,
    } | more


def agreements(**more: Any) -> dict[str, Any]:
    def row(number: int, item: str, fen: int, until: date | None, reason: str = "") -> Any:
        agreement = SimpleNamespace(
            id=f"{ID}{number}",
            price_fen=fen,
            valid_from=date(2025, 1, 1),
            valid_until=until,
            ended_at=at(-10) if reason else None,
            end_reason=reason,
        )
        party = {"station": "翠湖积分超市", "merchant": "翠湖便民粮油店"}
        return {"agreement": agreement, "item": item, "sponsor": "社区发展基金"} | party

    return {
        "tabs": TABS,
        "filters": {"merchant_id": "", "sponsor_id": "", "day": ""},
        "errors": [],
        "rows": [row(1, "菜籽油 5 L", 6_850, None), row(2, "抽纸一提", 1_250, DAY, "供货价上调")],
        "merchants": [(f"{ID}1", "翠湖便民粮油店")],
        "sponsors": [(f"{ID}3", "社区发展基金")],
        "items": [(f"{ID}8", "翠湖积分超市 · 菜籽油 5 L")],
        "manages": True,
        "today": DAY,
        "typed": {},
        "refusal": None,
        "at_form": "",
        "first": None,
        "older": "#",
    } | more


def entity(status: str = "sent", **more: Any) -> Any:
    usual = {
        "id": f"{ID}6",
        "status": status,
        "first_day": date(2025, 10, 1),
        "last_day": DAY,
        "total_fen": 1_234_580,
        "paid_fen": 0,
        "revision": 1,
        "made_at": at(-90),
        "sent_at": at(-80),
        "charged_at": None,
        "closed_at": None,
        "close_reason": "",
    }
    return SimpleNamespace(**(usual | more))


def listing(**more: Any) -> dict[str, Any]:
    rows = [
        {
            "statement": entity(status),
            "reference": f"JS00004{number}",
            "merchant": "翠湖便民粮油店",
            "sponsor": "社区发展基金",
            "state": STATES[status],
        }
        for number, status in enumerate(STATES)
    ]
    return {
        "tabs": TABS,
        "filters": dict.fromkeys(("status", "merchant_id", "sponsor_id", "from", "to"), ""),
        "errors": [],
        "rows": rows,
        "states": list(STATES.items()),
        "merchants": [(f"{ID}1", "翠湖便民粮油店")],
        "sponsors": [(f"{ID}3", "社区发展基金")],
        "makes": True,
        "unpaid": [
            {
                "item": "洗衣液 2 kg",
                "station": "翠湖积分超市",
                "quantity": 12,
                "first_day": DAY,
                "last_day": DAY,
            }
        ],
        "unpaid_more": True,
        "typed": {},
        "refusal": None,
        "first": None,
        "older": "#",
    } | more


def line(number: int, kind: str, item: str, quantity: int, fen: int, **more: Any) -> Row:
    first = SimpleNamespace(
        number=number,
        kind=kind,
        quantity=quantity,
        price_fen=fen,
        amount_fen=quantity * fen,
        reason=more.get("reason", ""),
    )
    place = {"item_name": item, "station_name": "翠湖积分超市"}
    return Row(first=first, corrects=more.get("corrects"), **place)


def objection(number: int, outcome: str | None, by: str = "me") -> Row:
    first = SimpleNamespace(
        id=f"{ID}{number}",
        text="十月五日多记了一袋",
        side="merchant",
        raised_at=at(-60),
        raised_by=by,
        outcome=outcome,
        answer="已核减一袋" if outcome else "",
    )
    return Row(first=first, number=1, raiser="5300000001236", answerer="5300000000771")


def statement(status: str = "sent", **more: Any) -> dict[str, Any]:
    confirmed = SimpleNamespace(side="sponsor", at=at(-40), revision=0, total_fen=1_241_430)
    payment = SimpleNamespace(
        id=f"{ID}7",
        fen=1_234_580,
        paid_on=DAY,
        reference="网银 20251031",
        bank_row_id="b",
        taken_back_at=None,
        taken_back_reason="",
    )
    bounced = SimpleNamespace(**(vars(payment) | {"id": f"{ID}8", "taken_back_at": at(-1)}))
    paid = [Row(first=each, volunteer_number="5300000000771") for each in (payment, bounced)]
    found = SimpleNamespace(
        row=SimpleNamespace(
            merchant_name="翠湖便民粮油店", sponsor_name="社区发展基金", region_name="翠湖社区"
        ),
        lines=[
            line(1, "given", "菜籽油 5 L", 181, 6_850),
            line(2, "returned", "抽纸一提", -2, 1_250),
            line(3, "correction", "菜籽油 5 L", -1, 6_850, corrects=1, reason="多记一袋"),
        ],
        objections=[
            objection(1, None, "other"),
            objection(2, "corrected"),
            objection(3, "declined"),
        ],
        confirmations=[Row(first=confirmed, volunteer_number="5300000000771")],
        payments=paid if status in {"payable", "paid"} else [],
    )
    may = dict.fromkeys(("send", "object", "answer", "confirm", "charge", "pay", "take_back"), True)
    may |= {"claim": False, "claim_alone": False, "let_go": False, "give_back": False}
    may |= more.pop("now", {})
    may |= {"settle": more.pop("settles", False), "settle_alone": False}
    closed = (
        {"closed_at": at(-1), "close_reason": "商户填错"}
        if status in {"settled", "reversed"}
        else {}
    )
    return {
        "tabs": TABS,
        "found": found,
        "statement": entity(status, charged_at=at(-20), **closed | more.pop("figures", {})),
        "reference": "JS000042",
        "states": STATES,
        "kinds": KINDS,
        "sides": SIDES,
        "silence_days": 14,
        "may": may
        | {"side": "merchant", "reverse": True, "waiting": True}
        | {"sides": [("merchant", False), ("sponsor", True)]},
        "me": "me",
        "today": DAY,
        "pdf": "#",
        "xlsx": "#",
        "typed": {},
        "refusal": None,
        "at_form": "",
    } | more


def orders() -> dict[str, Any]:
    usual = {
        "day": DAY,
        "volunteer_number": "5300000001236",
        "station_id": f"{ID}9",
        "station_name": "翠湖积分超市",
        "quantity": 2,
        "points": 180,
        "status": "collected",
        "redemption_id": "r1",
        "taken_off": False,
    }
    return {
        "tabs": TABS,
        "statement": entity(),
        "reference": "JS000042",
        "audits": True,
        "objection": f"{ID}7",
        "line": line(1, "given", "菜籽油 5 L", 181, 6_850),
        "rows": [usual, usual | {"status": "refunded", "redemption_id": "r2", "taken_off": True}],
        "first": None,
        "older": "#",
    }


def bank(**more: Any) -> dict[str, Any]:
    usual = {
        "id": f"{ID}1",
        "day": DAY,
        "fen": 1_234_580,
        "text": "货款 JS000042",
        "counterparty": "翠湖便民粮油店",
        "file": "十月.csv",
        "line": 12,
        "paid": [],
        "meaning": "只付结算单的一部分：待处理",
        "several": [],
        "suggested": {f"{ID}6"},
    }
    done = {"id": f"{ID}2", "paid": [(f"{ID}6", "JS000042"), (f"{ID}7", "JS000043")]}
    owed = {"id": f"{ID}6", "reference": "JS000042", "merchant": "粮油店", "fen": 1_234_580}
    return {
        "tabs": TABS,
        "state": "open",
        "rows": [usual, usual | done, usual | {"id": f"{ID}3", "several": [owed, owed]}],
        "owed": [owed],
        "regions": [("530102001007", "翠湖社区居委会")],
        "size": 300,
        "refusal": None,
        "at_row": None,
        "first": None,
        "older": "#",
    } | more


def preview(**more: Any) -> dict[str, Any]:
    usual = {
        "line": 2,
        "day": DAY,
        "fen": 1_234_580,
        "text": "货款 JS000042",
        "counterparty": "翠湖便民粮油店",
        "known": False,
        "why": None,
        "meaning": "付清结算单",
        "references": ["JS000042"],
        "pays": True,
    }
    bad = {"line": 3, "day": None, "fen": None, "why": "“x”不是日期。", "pays": False}
    return {
        "tabs": TABS,
        "rows": [usual, usual | {"line": 4, "known": True}],
        "more": 3,
        "wrong": 0,
        "fresh": 1,
        "known": 1,
        "matched": 1,
        "region": "530102001007",
        "name": "十月.csv",
        "content": "eA==",
    } | ({"rows": [usual, usual | bad], "wrong": 1} if more else {})


NOTHING = {"merchants": [], "sponsors": [], "items": []}
PAGES: dict[str, Any] = {
    "merchants": ("web/merchants.html", merchants),
    "merchants_empty": (
        "web/merchants.html",
        lambda: merchants(
            merchants=[],
            sponsors=[],
            merchants_more=None,
            refusal=IncentiveError("本区域已有同名的一个。", field="name"),
            at_form="merchant",
        ),
    ),
    "merchant": ("web/merchant.html", merchant),
    "merchant_empty": (
        "web/merchant.html",
        lambda: merchant(
            contacts=[], refusal=IncentiveError("没有这个志愿者号。", field="volunteer_number")
        ),
    ),
    "sponsor": ("web/sponsor.html", sponsor),
    "sponsor_empty": (
        "web/sponsor.html",
        lambda: sponsor(budgets=[], refusal=IncentiveError("日期重叠。", field="first_day")),
    ),
    "price_agreements": ("web/price_agreements.html", agreements),
    "price_agreements_empty": (
        "web/price_agreements.html",
        lambda: agreements(rows=[], older=None, **NOTHING),
    ),
    "merchant_statements": ("web/merchant_statements.html", listing),
    "merchant_statements_outweighed": (
        "web/merchant_statements.html",
        lambda: listing(refusal=NothingToSettle(-2_500, 1)),
    ),
    "merchant_statements_empty": (
        "web/merchant_statements.html",
        lambda: listing(rows=[], refusal=IncentiveError("没有可结算的商品。"), older=None),
    ),
    "merchant_statement_draft": ("web/merchant_statement.html", lambda: statement("draft")),
    "merchant_statement": ("web/merchant_statement.html", statement),
    "merchant_statement_paid": ("web/merchant_statement.html", lambda: statement("payable")),
    "merchant_statement_reversed": ("web/merchant_statement.html", lambda: statement("reversed")),
    "merchant_statement_settled": (
        "web/merchant_statement.html",
        lambda: statement("settled", figures={"total_fen": -2_500}),
    ),
    "merchant_statement_nothing": (
        "web/merchant_statement.html",
        lambda: statement("confirmed", figures={"total_fen": -2_500}, settles=True),
    ),
    "merchant_statement_claimable": (
        "web/merchant_statement.html",
        lambda: statement(
            "confirmed", figures={"total_fen": -2_500}, settles=True, now={"claim": True}
        ),
    ),
    "merchant_statement_claimed": (
        "web/merchant_statement.html",
        lambda: statement(
            "claimed",
            figures={"total_fen": -2_500},
            now={"charge": False, "pay": False, "let_go": True, "give_back": True},
        ),
    ),
    "merchant_statement_returned": (
        "web/merchant_statement.html",
        lambda: statement(
            "returned",
            figures={"total_fen": -2_500, "paid_fen": -2_500},
            now={"charge": False, "pay": False},
        ),
    ),
    "merchant_statement_refused": (
        "web/merchant_statement.html",
        lambda: statement(
            refusal=IncentiveError("请写明。", field="text"),
            at_form="object-1",
            typed={"text": "?"},
        ),
    ),
    "merchant_statement_line": ("web/merchant_statement_line.html", orders),
    "bank": ("web/bank.html", bank),
    "bank_empty": (
        "web/bank.html",
        lambda: bank(rows=[], owed=[], refusal=IncentiveError("无法读取。", field="file")),
    ),
    "bank_preview": ("web/bank_preview.html", preview),
    "bank_preview_wrong": ("web/bank_preview.html", lambda: preview(wrong=1)),
}
