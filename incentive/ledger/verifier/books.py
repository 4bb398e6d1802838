"""What must hold of the entries, whoever signed them."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from .proofs import Wrong

# line; account, owner, asset, purpose and expires_on in one piece; amount, balance, version
ENTRY: Final = struct.Struct(">h46sqqq")
ASSETS: Final = ("points", "minutes", "fen")
PURPOSES: Final = (
    "available", "held", "issuance", "breakage", "clearing", "income", "payable", "budget", "paid",
)  # fmt: skip
LIMITED: Final = 2  # available and held have running balances, never below zero
# A row may be sealed before the one on which it builds, whose writer was slower. None is slower
# than this.
PATIENCE: Final = timedelta(days=1)
MICROSECOND: Final = timedelta(microseconds=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEVER: Final = 1 << 57
Early = tuple[int, int, int, int, int]  # balance, amount, seq, transaction, posted_at
# seq, transaction, xid, closes, posted_at in microseconds, its entries
Transaction = tuple[int, int, int, int, int, bytes]


class Books:
    """What must hold of the entries, transaction after transaction."""

    def __init__(self) -> None:
        # By (account, owner, asset, purpose, expires_on): [balance, version], [] if not limited.
        self.standing: dict[bytes, list[int]] = {}
        self.opening: dict[int, list[int]] = {}
        self.accounts: set[int] = set()
        # A byte for each transaction: 1 is here, 2 is closed.
        self.ids: dict[int, bytearray] = {}
        # Entries and transactions that are here before what they build on: where, and when posted.
        self.early: dict[tuple[int, int], Early] = {}
        self.unseen: dict[int, tuple[int, int, int]] = {}
        self.entries = 0
        self.whole = True
        # The last transaction and its xid, and one after which the order of sealing is broken.
        self.last = (0, 0)
        self.disorder = ""

    def open(self, account: int, version: int, balance: int, amount: int, *, first: bool) -> None:
        """Believe what an export that begins later says of an account before its first row."""
        if first:
            self.opening[account] = [balance, version]
        else:
            self.early[account, version] = (balance, amount, -1, 0, NEVER)

    def post(self, transactions: Iterable[Transaction]) -> None:  # noqa: C901, PLR0912
        """Take transactions in the order in which they were sealed.

        Raises:
            Wrong: one that no posting can have made.
        """
        # One loop, and hardly a call in it: it runs over every entry of the books.
        known, ids, early, unseen = self.standing.get, self.ids, self.early, self.unseen
        transaction, xid = self.last
        entries_of = ENTRY.iter_unpack
        count = 0
        for seq, ref, next_xid, closes, posted_at, lines in transactions:
            self.entries += count
            count = total = asset = 0
            mixed = False
            for line, purse, amount, balance, version in entries_of(lines):
                count += 1
                if line != count or not amount:
                    raise Wrong(f"entry {count} has number {line} and amount {amount}", seq, ref)
                total += amount
                if purse[40] != asset:
                    mixed, asset = asset > 0, purse[40]
                last = known(purse)
                if last is None:
                    last = self._account(purse, seq, ref)
                if not last:
                    if balance != -1 or version != -1:
                        raise Wrong(f"entry {count} has a balance that is not kept", seq, ref)
                elif version == last[1] + 1 and balance == last[0] + amount and balance >= 0:
                    last[0] = balance
                    last[1] = version
                    if early:
                        self._catch_up(purse, last)
                else:
                    self._early(purse, last, version, (balance, amount, seq, ref, posted_at))
            if total or mixed:
                wrong = unbalanced(lines)
                if wrong:
                    raise Wrong(wrong, seq, ref)
            if count < 2:  # noqa: PLR2004 - double entry
                raise Wrong("it has not two entries or more", seq, ref)
            if next_xid <= xid and (next_xid < xid or ref < transaction):
                self.disorder = self.disorder or f"seq {seq - 1}, transaction {transaction}"
            transaction, xid = ref, next_xid
            page = ids.get(ref >> 12)
            if page is None:
                page = ids[ref >> 12] = bytearray(4096)
            if page[ref & 4095] & 1:
                raise Wrong("it was here before", seq, ref)
            page[ref & 4095] |= 1
            if unseen:
                unseen.pop(ref, None)
            if closes:
                self._close(closes, (seq, ref, posted_at))
        self.entries += count
        self.last = transaction, xid

    def disordered(self) -> str:
        """Return the first row after which the order of sealing is broken, as a hint, or ""."""
        return f"; out of the order of sealing: {self.disorder}" if self.disorder else ""

    def overdue(self, until: datetime) -> int:
        """Return how many rows wait for one that is not sealed yet, as slower writers' may.

        Raises:
            Wrong: one has waited for too long; what it builds on is missing.
        """
        waits = [(*place[2:], f"version {version - 1} of account {account}")
                 for (account, version), place in self.early.items()]  # fmt: skip
        if self.whole:
            waits += [(*place, f"transaction {closed}") for closed, place in self.unseen.items()]
        # In microseconds: a row may be of a time that no calendar has.
        late = (until - PATIENCE - EPOCH) // MICROSECOND
        for seq, ref, posted_at, missing in sorted(waits):
            if posted_at < late:
                raise Wrong(f"{missing}, on which it builds, is missing", seq, ref)
        return len(waits)

    def _account(self, purse: bytes, seq: int, ref: int) -> list[int]:
        account, asset, purpose = _account_of(purse), purse[40], purse[41]
        if account in self.accounts:
            raise Wrong(f"account {account} has another owner, purpose or expiry", seq, ref)
        if not (1 <= asset <= len(ASSETS) and 1 <= purpose <= len(PURPOSES)):
            raise Wrong(f"account {account} is of no known asset and purpose", seq, ref)
        self.accounts.add(account)
        found = self.opening.pop(account, [0, 0]) if purpose <= LIMITED else []
        self.standing[purse] = found
        return found

    def _early(self, purse: bytes, last: list[int], version: int, place: Early) -> None:
        account = _account_of(purse)
        if version <= last[1] + 1 or (account, version) in self.early:
            balance, amount, seq, ref, _ = place
            raise Wrong(_not_following(account, last, amount, balance, version), seq, ref)
        self.early[account, version] = place

    def _catch_up(self, purse: bytes, last: list[int]) -> None:
        account = _account_of(purse)
        while place := self.early.pop((account, last[1] + 1), None):
            balance, amount, seq, ref, _ = place
            if balance != last[0] + amount or balance < 0:
                wrong = _not_following(account, last, amount, balance, last[1] + 1)
                raise Wrong(wrong, seq, ref)
            last[:] = balance, last[1] + 1

    def _close(self, closed: int, place: tuple[int, int, int]) -> None:
        seq, ref, _ = place
        if not 0 < closed < ref:
            raise Wrong(f"it closes transaction {closed}, which is no earlier one", seq, ref)
        page = self.ids.setdefault(closed >> 12, bytearray(4096))
        if page[closed & 4095] & 2:
            raise Wrong(f"it closes transaction {closed}, which was closed before", seq, ref)
        if not page[closed & 4095]:
            self.unseen[closed] = place
        page[closed & 4095] |= 2


def unbalanced(lines: bytes) -> str:
    """Return what is wrong with the sums of a transaction's entries, "" if nothing."""
    sums = dict.fromkeys(range(256), 0)
    for _line, purse, amount, _balance, _version in ENTRY.iter_unpack(lines):
        sums[purse[40]] += amount
    names = dict(enumerate(ASSETS, 1))
    wrong = [f"{total} {names.get(asset, '?')}" for asset, total in sums.items() if total]
    return f"its entries sum to {' and '.join(wrong)}, not to 0" if wrong else ""


def _account_of(purse: bytes) -> int:
    return int.from_bytes(purse[:8], "big", signed=True)


def _not_following(account: int, last: list[int], amount: int, balance: int, version: int) -> str:
    return (
        f"account {account} had {last[0]} at version {last[1]}; after {amount:+} it cannot have"
        f" {balance} at version {version}"
    )
