"""The rows of an export, and whether each is what was sealed."""

import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import IO, Final

from .books import ENTRY, Transaction, unbalanced
from .proofs import Wrong

# A row in the file: the length of what is hashed, the length of what opens its memo, its sealed
# hash; then the byte 0, the leaf, the opening. A transaction's leaf begins with T, version, id,
# closes, posted_at, xid (effective_on and memo are passed over), the number of entries, and the
# lengths of its texts. FRONT reads all that at once.
FRONT: Final = struct.Struct(">II32s3sqqqq36xHIIII")
AHEAD: Final = FRONT.size
SIZES: Final = 40
HEAD: Final = 89
ENTRY_SIZE: Final = ENTRY.size
RECORD: Final = struct.Struct(">3s8x8x8x32sI")
GONE: Final = struct.Struct(">3sqs")
TRANSACTION, AUDIT, MISSING = b"\0T\1", b"\0L\1", b"\0X\1"
LONG: Final = 1 << 24  # no row is longer
LINE: Final = 1 << 24  # nor is a line
READ: Final = 1 << 18


class Rows:
    """The rows of an export, checked one by one."""

    def __init__(self, file: IO[bytes], first: int) -> None:
        self.file, self.seq = file, first
        self.buffer, self.at, self.limit = b"", 0, 0
        self.records = self.memos = 0
        self.hashes: list[bytes] = []
        # The first row that is not what was sealed. What comes after it is hashed and no more.
        self.suspect: Wrong | None = None

    def take(self, count: int) -> Iterator[Transaction]:
        """Check the next `count` rows, put their hashes into `hashes`, yield the transactions."""
        self.hashes = hashes = []
        buffer, at, limit, unpack = self.buffer, self.at, self.limit, FRONT.unpack_from
        for seq in range(self.seq, self.seq + count):
            if at + AHEAD > limit:
                buffer, at, limit = self._refill(seq, at, SIZES)
            front = unpack(buffer, at)
            size, more, sealed, mark, ref, closes, posted_at, xid, n, k, i, s, r = front
            start = at + SIZES
            end = start + size
            if end + more > limit:
                buffer, at, limit = self._refill(seq, at, SIZES + size + more)
                size, more, sealed, mark, ref, closes, posted_at, xid, n, k, i, s, r = unpack(
                    buffer
                )
                start, end = SIZES, SIZES + size
            at = end + more
            leaf = buffer[start:end]
            found = sha256(leaf).digest()
            stop = HEAD + ENTRY_SIZE * n
            if (
                found == sealed
                and mark == TRANSACTION
                and size == stop + k + i + s + r
                and not more
                and not self.suspect
            ):
                hashes.append(found)
                yield seq, ref, xid, closes, posted_at, leaf[HEAD:stop]
                continue
            hashes.append(self._look_at(seq, leaf, sealed, buffer[end:at]))
            if mark == TRANSACTION and not self.suspect:
                if size != stop + k + i + s + r:
                    raise Wrong("is no transaction of version 1", seq, ref)
                yield seq, ref, xid, closes, posted_at, leaf[HEAD:stop]
        self.at, self.seq = at, self.seq + count

    def rest(self) -> Iterator[bytes]:
        """Yield the lines after the rows, the last of which ends the file."""
        held = self.buffer[self.at : self.limit]
        while True:
            *lines, held = held.split(b"\n")
            yield from lines
            more = self.file.read(READ)
            if not more:
                break
            if len(held) > LINE:
                raise Wrong("the file is damaged: no line is so long")
            held += more
        if held:
            raise Wrong("the file ends within a line, or goes on where it should end")

    def _refill(self, seq: int, at: int, wanted: int) -> tuple[bytes, int, int]:
        held = self.buffer[at : self.limit]
        if wanted > LONG:
            raise Wrong("the file is damaged: no row is so long", seq)
        while len(held) < wanted:
            more = self.file.read(READ)
            if not more:
                raise Wrong("the file ends before this row does", seq)
            held += more
        # With so much beyond its end that FRONT can look ahead of a short last row.
        self.buffer, self.at, self.limit = held + bytes(AHEAD), 0, len(held)
        return self.buffer, 0, self.limit

    def _look_at(self, seq: int, leaf: bytes, sealed: bytes, opening: bytes) -> bytes:
        """Check a row that is anything but an untouched transaction, and return its hash."""
        found = sha256(leaf).digest()
        if self.suspect:
            return found
        mark = leaf[:3]
        if mark == MISSING and len(leaf) == GONE.size:
            self.suspect = Wrong("is gone from the books", seq, name(b"\0" + leaf[-1:] + leaf[2:]))
            return sealed
        if found != sealed:
            lines = leaf[HEAD : HEAD + ENTRY_SIZE * int.from_bytes(leaf[71:73], "big")]
            why = unbalanced(lines) if mark == TRANSACTION and len(lines) % ENTRY_SIZE == 0 else ""
            self.suspect = Wrong(
                f"was changed after it was sealed{why and ': '}{why}", seq, name(leaf)
            )
            return found
        if mark == AUDIT and len(leaf) >= RECORD.size:
            _, memo, length = RECORD.unpack_from(leaf)
            if len(leaf) != RECORD.size + length:
                raise Wrong("is no audit record of version 1", seq, name(leaf))
            self.records += 1
        elif mark == TRANSACTION:
            memo = leaf[39:71]
        else:
            raise Wrong("is of no known kind and version", seq, name(leaf))
        if opening and sha256(opening).digest() != memo:
            raise Wrong("its opened memo, who and why, is not what was sealed", seq, name(leaf))
        self.memos += bool(opening)
        return found


def name(leaf: bytes) -> str:
    """Return what to call the row with this leaf."""
    kind = {b"T": "transaction", b"L": "audit record"}.get(leaf[1:2], "row")
    return f"{kind} {int.from_bytes(leaf[3:11], 'big', signed=True)}"
