"""`python -m verifier EXPORT… --key PUB [--since CHECKPOINT]`, wherever this folder lies."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .exports import Verifier
from .proofs import Wrong, read_keys


def verify(files: Sequence[Path], keys: Sequence[str], since: Path | None) -> Iterator[str]:
    """Verify `files`, each beginning where the one before ended; yield in words what is proved.

    `keys` are verifier keys, or names of files with such or with PEM; `since` names a note.

    Raises:
        Wrong, OSError: the first thing that is not as it must be.
    """
    trusted = [key for text in keys for key in read_keys(_contents(text))]
    verifier = Verifier(trusted, since.read_text(encoding="utf-8") if since else None)
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


def _contents(key: str) -> str:
    path = Path(key)
    return path.read_text(encoding="utf-8") if path.is_file() or "+" not in key else key


def _progress() -> Callable[[int, int], None]:
    begun = shown = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - begun > 2 and now - shown > 1:  # noqa: PLR2004 - seconds
            shown = now
            sys.stderr.write(f"{done} of {total} rows\n")

    return show


def main() -> None:
    """Verify the files that the command line names; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description="Prove an exported ledger.")
    parser.add_argument("files", nargs="+", type=Path, metavar="EXPORT")
    parser.add_argument("--key", action="append", required=True, help="verifier key, or its file")
    parser.add_argument("--since", type=Path, help="file with a checkpoint kept from earlier")
    given = parser.parse_args()
    try:
        for line in verify(given.files, given.key, given.since):
            sys.stdout.write(f"{line}\n")
    except (Wrong, OSError) as wrong:
        sys.exit(f"NOT PROVED: {wrong}")


if __name__ == "__main__":
    main()
