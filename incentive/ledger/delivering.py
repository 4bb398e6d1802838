"""Checkpoints leave the machine: appended to a file, posted to an address.

What was delivered is kept, so that a place that was away gets what it missed, in order. A
delivery whose record was lost is made again: whoever receives must take one twice.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from incentive.config import Settings
from incentive.core.db import jurisdiction

SECONDS_MAX: Final = 5.0

Deliver = Callable[[str], None]


class Undelivered(Exception):
    """A place did not take a checkpoint; the text says why."""


def targets(settings: Settings) -> dict[str, Deliver]:
    """Return how to deliver to each place that the settings name, by a name to keep."""
    found: dict[str, Deliver] = {}
    folder, address = settings.checkpoint_dir, settings.checkpoint_webhook
    if folder:
        file = Path(folder, f"{jurisdiction()}.checkpoints")
        found["file"] = lambda note: append(file, note)
    if address:
        found["webhook"] = lambda note: post(address, note)
    return found


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


def post(address: str, note: str) -> None:
    """Post `note` to `address`.

    Raises:
        Undelivered: it did not answer 2xx within 5 seconds; a redirect is no such answer.
    """
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Jurisdiction": jurisdiction(),
    }
    try:
        answer = httpx.post(
            address,
            content=note.encode(),
            headers=headers,
            timeout=SECONDS_MAX,
            follow_redirects=False,
        )
    except httpx.HTTPError as error:
        raise Undelivered(f"{type(error).__name__}: {error}") from None
    if not answer.is_success:
        raise Undelivered(f"it answered {answer.status_code}")
