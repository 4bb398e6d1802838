"""Proves exports: the checkpoints, the rows under them, and what is said beside the rows."""

import json
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, Final

from .books import Books
from .proofs import (
    Checkpoint,
    Key,
    Tree,
    Wrong,
    check_consistency,
    open_checkpoint,
    read_keys,
    unbase64,
)
from .rows import LINE, Rows

OPENING: Final = struct.Struct(">qqqq")
MANY: Final = 1 << 11  # checkpoints, and keys, that one export may name
HEADER: Final = {
    "format": str, "version": int, "origin": str, "jurisdiction": str, "made_at": str,
    "from": int, "to": int, "frontier": list, "openings": int, "checkpoints": list,
    "consistency": list, "keys": list,
}  # fmt: skip


def fields(line: bytes, kinds: dict[str, type]) -> dict[str, Any]:
    """Return a line's JSON object, which has just these fields of these types."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise Wrong("the file is damaged: a line is not JSON") from None
    if not isinstance(given, dict) or {k: type(v) for k, v in given.items()} != kinds:
        raise Wrong(f"the file is damaged: a line has not just the fields {', '.join(kinds)}")
    return given


@dataclass(frozen=True, slots=True)
class Proved:
    """What an export was found to hold, when nothing was found wrong.

    It has the rows [first, checkpoint.size). `owners` and `memos` were opened; `waiting` rows
    build on ones that are not sealed yet.
    """

    checkpoint: Checkpoint
    first: int
    checkpoints: int
    transactions: int
    entries: int
    records: int
    owners: int
    memos: int
    waiting: int


class Verifier:
    """Reads exports, each beginning where the one before ended."""

    def __init__(self, keys: Sequence[Key], since: str | None = None) -> None:
        self.keys = keys
        self.since = open_checkpoint(since, keys) if since else None
        self.compared = not since
        self.books = Books()
        self.tree: Tree | None = None

    def read(self, file: IO[bytes], progress: Callable[[int, int], None] | None = None) -> Proved:
        """Prove one export, from its first byte to its last, in pieces.

        Raises:
            Wrong: the first thing that is not as it must be.
        """
        books, line = self.books, file.readline(LINE)
        seal = sha256(line)
        header = fields(line, HEADER)
        checkpoints = self._checkpoints(header)
        first, last = header["from"], checkpoints[-1]
        tree = self._begin(header)
        self._openings(file, header["openings"], seal)
        rows, entries = Rows(file, first), books.entries
        good = first
        for checkpoint, yours in self._expected(first, checkpoints):
            while tree.size < checkpoint.size:
                books.post(rows.take(min(checkpoint.size - tree.size, 1 << 12)))
                tree.extend(rows.hashes)
                if progress:
                    progress(tree.size - first, last.size - first)
            fits = tree.root() == checkpoint.root
            if rows.suspect:
                raise Wrong(f"{rows.suspect}{fits * ' (or rather its sealed hash: the root fits)'}")
            if not fits:
                raise Wrong(_misfit(tree.size, good, first, yours=yours) + books.disordered())
            good, books.disorder = tree.size, ""
        _check_proof(header, checkpoints)
        owners = self._trailer(rows, seal)
        return Proved(
            last, first, len(checkpoints), rows.seq - first - rows.records,
            books.entries - entries, rows.records, owners, rows.memos, books.overdue(last.at),
        )  # fmt: skip

    def _checkpoints(self, header: dict[str, Any]) -> list[Checkpoint]:
        if (header["format"], header["version"]) != ("incentive-ledger-export", 1):
            raise Wrong("this is no export of version 1 of a ledger")
        if len(header["checkpoints"]) > MANY or len(header["keys"]) > MANY:
            raise Wrong("the file names more checkpoints or keys than an export does")
        *notes, last = map(str, header["checkpoints"] or [""])
        newest = open_checkpoint(last, self.keys)
        # Older ones may be signed by keys that were retired since. Their roots must fit under the
        # newest all the same, so that a false key gains nothing.
        known = [*self.keys, *read_keys(" ".join(map(str, header["keys"])))]
        found = [*(open_checkpoint(note, known) for note in notes), newest]
        sizes = [checkpoint.size for checkpoint in found]
        if sizes != sorted(set(sizes)) or not 0 <= header["from"] <= sizes[0]:
            raise Wrong("the checkpoints are not in the order of the rows")
        if newest.size != header["to"] or {each.origin for each in found} != {header["origin"]}:
            raise Wrong("the header does not say what its last checkpoint says")
        return found

    def _begin(self, header: dict[str, Any]) -> Tree:
        """Return the tree before the first row."""
        tree = Tree(header["from"], [unbase64(text) for text in header["frontier"]])
        if self.tree and (tree.size, tree.root()) != (self.tree.size, self.tree.root()):
            raise Wrong(f"this file does not begin where the one before ended, at {self.tree.size}")
        self.books.whole = self.books.whole if self.tree else not tree.size
        self.tree = tree
        return tree

    def _expected(
        self, first: int, checkpoints: list[Checkpoint]
    ) -> Iterable[tuple[Checkpoint, bool]]:
        """Return the checkpoints whose roots must come out, in their order, and if it is yours."""
        expected = [(checkpoint, False) for checkpoint in checkpoints]
        if self.since and not self.compared:
            newest = checkpoints[-1]
            if self.since.origin != newest.origin:
                raise Wrong(f"your checkpoint is of {self.since.origin}, this of {newest.origin}")
            if self.since.size < first:
                raise Wrong(
                    f"your checkpoint is of {self.since.size} rows, and this file begins only"
                    f" with row {first}: export from your checkpoint, or from before it"
                )
            if self.since.size <= newest.size:
                expected.append((self.since, True))
                self.compared = True
        return sorted(expected, key=lambda each: (each[0].size, each[1]))

    def _openings(self, file: IO[bytes], count: int, seal: Any) -> None:
        """Read what an export that begins later says of its accounts before the first row."""
        before = (-1 << 63, 0)
        for _ in range(count):
            piece = file.read(OPENING.size)
            seal.update(piece)
            if len(piece) != OPENING.size:
                raise Wrong("the file ends within the opening balances")
            account, version, balance, amount = OPENING.unpack(piece)
            if (account, version) <= before:
                raise Wrong("the opening balances are not in their order")
            # Whoever has all rows from the first on knows better, and so do the rows before.
            if not self.books.whole and account not in self.books.accounts:
                self.books.open(account, version, balance, amount, first=account != before[0])
            before = account, version

    def _trailer(self, rows: Rows, seal: Any) -> int:
        """Check who is said to own what, and that nothing beside the rows was damaged."""
        commitments = {purse[8:40] for purse in self.books.standing}
        owners, ended = 0, False
        for line in rows.rest():
            if ended:
                raise Wrong("the file goes on where it should end")
            if line.startswith(b'{"sha256"'):
                ended = True
                if fields(line, {"sha256": str})["sha256"] != seal.hexdigest():
                    raise Wrong("the file is damaged beside its rows: its sum does not fit")
                continue
            seal.update(line + b"\n")
            given = fields(line, {"owner": str, "salt": str})
            owner = unbase64(given["salt"]) + given["owner"].encode(errors="replace")
            if sha256(owner).digest() not in commitments:
                raise Wrong(f"no account here is committed to the owner {given['owner']!r}")
            owners += 1
        if not ended:
            raise Wrong("the file ends before its last line")
        return owners


def _misfit(size: int, good: int, first: int, *, yours: bool) -> str:
    if not yours:
        return (
            f"rows {good} to {size - 1} do not give the root of its checkpoint of {size} rows:"
            " one was changed, dropped or slipped in"
        )
    # Its own checkpoints up to here fit, so they were replaced as well: none of them can be
    # trusted to say how much is good.
    since = f"rows {first} to {size - 1}" if size > first else f"the rows before {first}"
    return (
        f"{since} do not give the root of your checkpoint of {size} rows, although they fit the"
        " file's own: rows were changed, and checkpoints replaced"
    )


def _check_proof(header: dict[str, Any], checkpoints: list[Checkpoint]) -> None:
    """Check the consistency proof, which says nothing more than the rows do, but in few bytes."""
    if not header["consistency"]:
        return
    before = Tree(header["from"], [unbase64(text) for text in header["frontier"]])
    roots = {before.size: before.root()} | {each.size: each.root for each in checkpoints}
    first, *proof = header["consistency"]
    if type(first) is not int or first not in roots:
        raise Wrong("the consistency proof is of no checkpoint here")
    hashes = [unbase64(text) for text in proof]
    check_consistency(first, roots[first], header["to"], roots[header["to"]], hashes)
