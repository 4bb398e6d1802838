"""Read a bank's or a payment service's CSV, as tolerantly as is safe: pure, no books behind it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from incentive.core.http import is_storable
from incentive.core.i18n import Text, _
from incentive.core.idempotency import request_hash
from incentive.core.money import parse_yuan
from incentive.merchants.payment_errors import BankColumnsMissing, BankFileUnreadable

FILE_BYTES_MAX: Final = 300_000
ROWS_MAX: Final = 5_000
TEXT_MAX: Final = 200
_HEADINGS_WITHIN: Final = 20
_DELIMITERS: Final = (",", "\t", ";", "|")
_NEEDED: Final[dict[str, Text]] = {
    "day": _("Date"),
    "amount": _("Amount"),
    "reference": _("Reference"),
    "counterparty": _("Counterparty"),
}
# As banks, 支付宝 and 微信 head their columns; brackets, spaces and case are taken off first.
_NAMES: Final[dict[str, frozenset[str]]] = {
    "day": frozenset(
        [
            "date",
            "day",
            "transactiondate",
            "bookingdate",
            "paidon",
            "日期",
            "交易日期",
            "交易时间",
            "记账日期",
            "入账日期",
            "付款日期",
            "支付日期",
            "付款时间",
        ]
    ),
    "amount": frozenset(
        [
            "amount",
            "debit",
            "paid",
            "amountyuan",
            "金额",
            "交易金额",
            "支出金额",
            "支出",
            "借方金额",
            "借方发生额",
            "付款金额",
            "发生额",
            "转账金额",
        ]
    ),
    "reference": frozenset(
        [
            "reference",
            "memo",
            "remark",
            "description",
            "purpose",
            "附言",
            "摘要",
            "用途",
            "备注",
            "交易附言",
            "交易摘要",
            "商品说明",
            "商品",
            "转账附言",
            "参考号",
        ]
    ),
    "counterparty": frozenset(
        [
            "counterparty",
            "payee",
            "beneficiary",
            "name",
            "对方",
            "对方户名",
            "对方名称",
            "收款人",
            "收款方",
            "收款人名称",
            "收款户名",
            "交易对方",
            "对方账户名称",
            "户名",
        ]
    ),
}
_DATE: Final = re.compile(
    r"(?P<y>20[0-9]{2})(?:[-/.年](?P<m>[0-9]{1,2})[-/.月](?P<d>[0-9]{1,2})日?|(?P<md>[0-9]{4}))"
    r"(?:[ T].*)?"
)
# Columns that a file may have besides: what came in, and which way each row goes.
_OTHER_NAMES: Final[dict[str, frozenset[str]]] = {
    "received": frozenset(
        ["credit", "received", "收入金额", "收入", "贷方金额", "贷方发生额", "收款金额", "存入金额"]
    ),
    "direction": frozenset(["direction", "收/支", "收支", "收支类型", "借贷标志", "借/贷"]),
}
_OUT: Final = frozenset(["支出", "支", "借", "debit", "out"])
_IN: Final = frozenset(["收入", "收", "贷", "credit", "in"])
_TOTALS: Final = ("合计", "总计", "小计", "total", "sum")
_OFF_HEADINGS: Final = re.compile(r"[（(].*?[)）]|[\s_:：\-]")


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment that a file shows, below 0 if it came in.

    `nth` tells it from like ones before it in the file.
    """

    line: int
    day: date
    fen: int
    reference: str
    counterparty: str
    nth: int = 0

    @property
    def hash(self) -> bytes:
        """32 bytes that are the same for this payment in whatever file it comes."""
        parts = (self.day.isoformat(), str(self.fen), self.reference, self.counterparty)
        return request_hash(*(part.encode() for part in parts), str(self.nth).encode())


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that cannot be taken, and why."""

    line: int
    why: Text


def read(content: bytes, today: date) -> list[BankLine | Unreadable]:
    """Return the file's payments in their order, and in their places the rows that are none.

    Nothing is paid after `today`.

    Raises:
        BankFileUnreadable, BankColumnsMissing: it is no table that can be read.
    """
    rows = _rows(_decode(content))
    columns = _columns(rows)
    found: list[BankLine | Unreadable] = []
    seen: dict[tuple[date, int, str, str], int] = {}
    for line, cells in rows[columns.below :]:
        row = columns.read(line, cells)
        if row is None:
            continue
        if isinstance(row, BankLine) and row.day > today:
            row = Unreadable(line, _("%(day)s is still to come.", day=row.day))
        if isinstance(row, BankLine):
            same = (row.day, row.fen, row.reference, row.counterparty)
            nth = seen[same] = seen.get(same, -1) + 1
            row = BankLine(row.line, *same, nth=nth)
        found.append(row)
    if not found or len(found) > ROWS_MAX:
        raise BankFileUnreadable(FILE_BYTES_MAX // 1000)
    return found


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each column stands, and from which row on there are payments."""

    below: int
    places: dict[str, int]

    def read(self, line: int, cells: Sequence[str]) -> BankLine | Unreadable | None:
        """Return the payment of a row, why it is none, or None for a row that says nothing."""
        filled = [cell for cell in cells if cell]
        if not filled or filled[0].lower().startswith(_TOTALS):
            return None
        taken = {
            name: cells[place] if place < len(cells) else "" for name, place in self.places.items()
        }
        texts = (taken["reference"], taken["counterparty"])
        if not all(len(text) <= TEXT_MAX and is_storable(text) for text in texts):
            return Unreadable(line, _("A text is too long, or holds characters that are none."))
        day = _day(taken["day"])
        if day is None:
            return Unreadable(
                line, _("“%(text)s” is no date such as 2026-10-31.", text=taken["day"][:30])
            )
        fen = _moved(taken)
        return BankLine(line, day, fen, *texts) if isinstance(fen, int) else Unreadable(line, fen)


def _moved(taken: Mapping[str, str]) -> int | Text:
    """Return the fen that a row moves, below 0 if they came in, or why that cannot be said."""
    out, received, way = (taken.get(name, "") for name in ("amount", "received", "direction"))
    given = out if _fen(out) or not received else received
    fen = _fen(given)
    if fen is None:
        return _("“%(text)s” is no amount such as 1,234.56.", text=given[:30])
    if fen <= 0:
        return _("The amount is not above zero: money that came in needs a column of its own.")
    came_in = given is not out
    if way:
        if way.lower() not in _OUT | _IN:
            return _("“%(text)s” does not say whether money went out or came in.", text=way[:30])
        came_in = came_in or way.lower() in _IN
    return -fen if came_in else fen


def _fen(text: str) -> int | None:
    try:
        return parse_yuan(text)
    except ValueError:
        return None


def _decode(content: bytes) -> str:
    if len(content) > FILE_BYTES_MAX:
        raise BankFileUnreadable(FILE_BYTES_MAX // 1000)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BankFileUnreadable(FILE_BYTES_MAX // 1000)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    lines = text.splitlines()[:_HEADINGS_WITHIN]
    counts = {mark: max((line.count(mark) for line in lines), default=0) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: counts[mark])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        # Some banks end each cell with a tab, so that Excel leaves long numbers alone.
        return [(reader.line_num, [cell.strip(" \t\u3000'`") for cell in row]) for row in reader]
    except csv.Error:
        raise BankFileUnreadable(FILE_BYTES_MAX // 1000) from None


def _columns(rows: Sequence[tuple[int, list[str]]]) -> _Columns:
    best: dict[str, int] = {}
    for below, (_line, cells) in enumerate(rows[:_HEADINGS_WITHIN], 1):
        places = dict(_named(cells))
        if places.keys() >= _NEEDED.keys():
            return _Columns(below, places)
        best = max(best, places, key=len)
    raise BankColumnsMissing([words for name, words in _NEEDED.items() if name not in best])


def _named(cells: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield each column that is wanted with its place; of two with a fitting name the first."""
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        heading = _OFF_HEADINGS.sub("", cell).lower()
        for name, names in (_NAMES | _OTHER_NAMES).items():
            if heading in names and name not in taken:
                taken.add(name)
                yield name, place


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    month, day = (found["m"], found["d"]) if found["m"] else (found["md"][:2], found["md"][2:])
    try:
        return date(int(found["y"]), int(month), int(day))
    except ValueError:
        return None
