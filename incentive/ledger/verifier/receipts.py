"""Proves a receipt: that a transaction is sealed, and what its holder lets one see of it."""

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from .books import ASSETS, EPOCH, LIMITED, PURPOSES, unbalanced
from .proofs import Checkpoint, Key, Wrong, inclusion_root, leaf_hash, open_checkpoint, unbase64

# T, version; id, closes, posted_at, xid; effective_on; memo; entries; the lengths of the texts
HEAD: Final = struct.Struct(">2sqqqqi32sHIIII")
# line; account, owner, asset, purpose, expires_on; amount, balance, version
ENTRY: Final = struct.Struct(">hq32sBBiqqq")
FIELDS: Final = {
    "format": str, "version": int, "seq": int, "leaf": str, "proof": list, "checkpoint": str,
    "owners": list, "memo": str,
}  # fmt: skip
COMPACT: Final = "IR1:"
LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
LONG: Final = 1 << 18
SALT: Final = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `owner` is "" where the receipt does not say whose the account is."""

    account: int
    owner: str
    amount: int
    asset: str
    purpose: str
    expires_on: date
    balance: int | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A proved transaction: row `seq` under `checkpoint`. `memo` is (actor, reason) if opened."""

    checkpoint: Checkpoint
    seq: int
    transaction: int
    kind: str
    key: str
    source: str
    posted_at: datetime
    effective_on: date
    closes: int
    entries: tuple[Entry, ...]
    memo: tuple[str, str] | None


def read_receipt(text: str, keys: Sequence[Key]) -> Receipt:
    """Return what a receipt proves: its JSON, or the text of its QR code.

    Raises:
        Wrong: it proves nothing, for the reason given.
    """
    given = _fields(text.strip("\r\n"))
    checkpoint = open_checkpoint(given["checkpoint"], keys)
    leaf = unbase64(given["leaf"])
    proof = [unbase64(step) for step in given["proof"]]
    root = inclusion_root(leaf_hash(leaf), given["seq"], checkpoint.size, proof)
    if root != checkpoint.root:
        raise Wrong("this transaction is not in the tree of the checkpoint, or was changed")
    if leaf[:2] != b"T\1" or len(leaf) < HEAD.size:
        raise Wrong("this is no transaction of version 1")
    _, ref, closes, posted_at, _xid, effective_on, memo, n, *sizes = HEAD.unpack_from(leaf)
    stop = HEAD.size + ENTRY.size * n
    if len(leaf) != stop + sum(sizes):
        raise Wrong("this is no transaction of version 1")
    lines = leaf[HEAD.size : stop]
    if wrong := unbalanced(lines):
        raise Wrong(wrong)
    key, kind, source = (text.decode(errors="replace") for text in _cut(leaf[stop:], sizes[:3]))
    return Receipt(
        checkpoint, given["seq"], ref, kind, key, source,
        _instant(posted_at), _day(effective_on), closes,
        tuple(_entries(lines, _owners(given["owners"]))), _memo(given["memo"], memo),
    )  # fmt: skip


def unpack(text: str) -> bytes:
    """Return the JSON of a receipt in its compact form: base 45 (RFC 9285) of its zlib."""
    try:
        values = [LETTERS.index(letter) for letter in text.removeprefix(COMPACT)]
    except ValueError:
        raise Wrong("this is no receipt's code: a letter does not belong there") from None
    packed = bytearray()
    for at in range(0, len(values), 3):
        group = values[at : at + 3]
        number = sum(value * 45**place for place, value in enumerate(group))
        size = len(group) - 1
        if not size or number >= 256**size:
            raise Wrong("this is no receipt's code: it is damaged")
        packed += number.to_bytes(size, "big")
    stream = zlib.decompressobj()
    try:
        whole = stream.decompress(bytes(packed), LONG)
    except zlib.error:
        raise Wrong("this is no receipt's code: it is damaged") from None
    if not stream.eof or stream.unused_data:
        raise Wrong("this is no receipt's code: it is cut short, or too long")
    return whole


def _fields(text: str) -> dict[str, Any]:
    try:
        given = json.loads(unpack(text) if text.startswith(COMPACT) else text)
    except (ValueError, RecursionError):
        raise Wrong("this is no receipt: it is not JSON") from None
    if not isinstance(given, dict) or {k: type(v) for k, v in given.items()} != FIELDS:
        raise Wrong(f"this is no receipt: it has not just the fields {', '.join(FIELDS)}")
    if (given["format"], given["version"]) != ("incentive-ledger-receipt", 1):
        raise Wrong("this is no receipt of version 1 from a ledger")
    return given


def _owners(opened: list[Any]) -> dict[bytes, str]:
    """Return owners by their commitments."""
    owners = {}
    for each in opened:
        if not isinstance(each, dict) or {k: type(v) for k, v in each.items()} != {
            "owner": str,
            "salt": str,
        }:
            raise Wrong("this is no receipt: an owner has an owner and a salt")
        text = each["owner"].encode(errors="replace")
        owners[sha256(unbase64(each["salt"]) + text).digest()] = each["owner"]
    return owners


def _entries(lines: bytes, owners: dict[bytes, str]) -> Iterator[Entry]:
    seen = set()
    for (
        _,
        account,
        owner,
        asset,
        purpose,
        expires_on,
        amount,
        balance,
        _version,
    ) in ENTRY.iter_unpack(lines):
        if not (1 <= asset <= len(ASSETS) and 1 <= purpose <= len(PURPOSES)):
            raise Wrong(f"account {account} is of no known asset and purpose")
        seen.add(owner)
        yield Entry(
            account, owners.get(owner, ""), amount, ASSETS[asset - 1], PURPOSES[purpose - 1],
            _day(expires_on), balance if purpose <= LIMITED else None,
        )  # fmt: skip
    if not owners.keys() <= seen:
        raise Wrong("no account of this transaction is committed to the owner that it names")


def _memo(opened: str, memo: bytes) -> tuple[str, str] | None:
    if not opened:
        return None
    opening = unbase64(opened)
    if sha256(opening).digest() != memo:
        raise Wrong("who acted and why is not what was sealed")
    texts, at = [], SALT
    while at < len(opening):
        size = int.from_bytes(opening[at : at + 4], "big")
        texts.append(opening[at + 4 : at + 4 + size].decode(errors="replace"))
        at += 4 + size
    actor, reason = [*texts, "", ""][:2]
    return actor, reason


def _day(number: int) -> date:
    try:
        return EPOCH.date() + timedelta(days=number)
    except OverflowError:
        raise Wrong("a day is outside of the calendar") from None


def _instant(microseconds: int) -> datetime:
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise Wrong("a time is outside of the calendar") from None


def _cut(data: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
