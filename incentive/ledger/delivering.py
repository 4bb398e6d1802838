"""Checkpoints leave the machine: appended to a file, posted to an address.

What was delivered is kept, so that a place that was away gets what it missed, in order. A
delivery whose record was lost is made again: whoever receives must take one twice.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final

from incentive.config import Settings
from incentive.core import outward
from incentive.core.db import jurisdiction
from incentive.ledger import notes

FILE: Final = "file"
Deliver = Callable[[str], None]


class Undelivered(Exception):
    """A place did not take a checkpoint; the text says why."""


def targets(settings: Settings) -> dict[str, Deliver]:
    """Return how to deliver to each place that the settings name, by a name to keep."""
    found: dict[str, Deliver] = {}
    file, address = file_of(settings), settings.checkpoint_webhook
    if file:
        found[FILE] = lambda note: append(file, note)
    if address:
        inside = settings.checkpoint_webhook_inside
        found["webhook"] = lambda note: post(address, note, inside=inside)
    return found


def file_of(settings: Settings) -> Path | None:
    """Return the file to which checkpoints of the jurisdiction are delivered, if any is set."""
    folder = settings.checkpoint_dir
    return Path(folder, f"{jurisdiction()}.checkpoints") if folder else None


def read(lines: Iterable[str]) -> Iterator[notes.Checkpoint]:
    """Yield what such a file says, without the signatures; what was torn in writing is passed over."""
    text: list[str] = []
    block: list[str] = []
    for line in chain(lines, "\n"):
        if line != "\n":
            block.append(line)
            continue
        if block and block[0].startswith(notes.DASH):
            with suppress(notes.BadNote):
                yield notes.read(f"{''.join(text)}\n{''.join(block)}")[0]
        text, block = block, []


def append(file: Path, note: str) -> None:
    """Append `note` and an empty line to `file`, down to the disk; nothing if it ends so already.

    Raises:
        Undelivered: the file cannot be written.
    """
    text = f"{note}\n".encode()
    try:
        with file.open("ab+") as out:
            end = out.seek(0, os.SEEK_END)
            out.seek(max(0, end - len(text)))
            if out.read() == text:
                return
            out.seek(max(0, end - 2))
            torn = end > 0 and out.read() != b"\n\n"
            out.write((b"\n\n" if torn else b"") + text)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Undelivered(str(error)) from None


def post(address: str, note: str, *, inside: bool) -> None:
    """Post `note` to `address`, which may lie in a private network only if `inside`.

    Raises:
        Undelivered: it did not answer 2xx within 5 seconds; a redirect is no such answer.
    """
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Jurisdiction": jurisdiction(),
    }
    try:
        outward.post(address, note.encode(), headers, inside=inside)
    except outward.Unsent as error:
        raise Undelivered(str(error)) from None
