"""What is proved of files, in words."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from .exports import Verifier
from .proofs import Key, Wrong, read_keys
from .receipts import read_receipt

LONG: Final = 1 << 20  # characters; no key file, checkpoint or receipt has more


def verify(files: Sequence[Path], keys: Sequence[str], since: Path | None) -> Iterator[str]:
    """Verify `files`, each beginning where the one before ended; yield in words what is proved.

    `keys` are verifier keys, or names of files with such or with PEM; `since` names a note.

    Raises:
        Wrong, OSError: the first thing that is not as it must be.
    """
    verifier = Verifier(_keys(keys), _text(since) if since else None)
    for path in files:
        with path.open("rb") as file:
            found = verifier.read(file, _progress())
        last = found.checkpoint
        yield (
            f"{path}: rows {found.first} to {last.size - 1} of {last.origin} are as they were"
            f" sealed under {found.checkpoints} checkpoints, the last of {last.at:%Y-%m-%d %H:%M:%S} UTC"
        )
        yield (
            f"  {found.transactions} transactions with {found.entries} entries, {found.records}"
            f" audit records; {found.owners} owners and {found.memos} memos opened"
        )
        if found.waiting:
            yield f"  {found.waiting} rows build on ones that are not sealed yet: look again later"
        if not verifier.books.whole:
            yield f"  what stood in the accounts before row {found.first} is the exporter's word"
    if not verifier.compared:
        raise Wrong(
            "your checkpoint is of more rows than there are here: export up to it, or past it"
        )
    if since:
        yield f"  and the rows of your checkpoint, {since}, are how it begins, unchanged"


def verify_receipt(file: Path, keys: Sequence[str]) -> Iterator[str]:
    """Verify a receipt, its JSON or the text of its code, and yield in words what it proves.

    Raises:
        Wrong, OSError: it proves nothing.
    """
    found = read_receipt(_text(file), _keys(keys))
    sealed = found.checkpoint
    yield (
        f"{file}: transaction {found.transaction} is row {found.seq} of the first {sealed.size} of"
        f" {sealed.origin}, as they were sealed by {sealed.at:%Y-%m-%d %H:%M:%S} UTC"
    )
    yield (
        f"  {_plain(found.kind)} {_plain(found.key)} of {_plain(found.source)}, entered"
        f" {found.posted_at:%Y-%m-%d %H:%M:%S} UTC, counted on {found.effective_on}"
    )
    for entry in found.entries:
        balance = "" if entry.balance is None else f", {entry.balance} then on it"
        yield (
            f"  {entry.amount:+} {entry.asset}, {entry.purpose} until {entry.expires_on},"
            f" account {entry.account} of {_plain(entry.owner) or 'somebody not named here'}{balance}"
        )
    if found.memo:
        actor, reason = map(_plain, found.memo)
        yield f"  by {actor}, {reason or 'without a reason'}"


def _keys(texts: Sequence[str]) -> list[Key]:
    return [key for text in texts for key in read_keys(_contents(text))]


def _contents(key: str) -> str:
    path = Path(key)
    return _text(path) if path.is_file() or "+" not in key else key


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONG + 1)
    except UnicodeDecodeError:
        raise Wrong(f"{path} is no text in UTF-8: no key, checkpoint or receipt") from None
    if len(text) > LONG:
        raise Wrong(f"{path} is too long to be a key, a checkpoint or a receipt")
    return text


def _plain(text: str) -> str:
    """Return a text of the books with nothing in it that a terminal would obey."""
    shown = (each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return "".join(shown)


def _progress() -> Callable[[int, int], None]:
    begun = shown = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - begun > 2 and now - shown > 1:  # noqa: PLR2004 - seconds
            shown = now
            sys.stderr.write(f"{done} of {total} rows\n")

    return show
