"""Short messages: how they leave, and that nobody waits for it.

`INCENTIVE_SMS` says by which way: `console` or `file:<path>` write them where a developer looks,
an https address is a gateway that is given them as JSON. Without it there are none.
"""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final, Protocol

import structlog
from flask import Flask, current_app

from incentive.config import Settings
from incentive.core import outward
from incentive.core.errors import Unavailable
from incentive.core.i18n import _

CONSOLE: Final = "console"
FILE: Final = "file:"
# Whatever waits to be sent is lost with the process, and asked for again.
WAITING_MAX: Final = 200
SENDERS: Final = 2
_SHOWN_DIGITS: Final = 4
_log: Final = structlog.get_logger(__name__)


class NoMessages(Unavailable):
    """This installation sends no short messages."""

    code = "sms.off"

    def __init__(self) -> None:
        super().__init__(
            _("Codes cannot be sent by SMS here. Sign in with the password, or ask your community.")
        )


class Sender(Protocol):
    """One way for short messages to leave."""

    def send(self, to: str, text: str) -> None:
        """Send `text` to the phone `to` (E.164); whatever is raised is logged by its kind only."""


class Lines:
    """Writes messages as lines for a developer to read: the code, and no more of the phone."""

    def __init__(self, path: str | None = None) -> None:
        self._path = Path(path) if path else None

    def send(self, to: str, text: str) -> None:
        """Write one line."""
        line = f"SMS …{to[-_SHOWN_DIGITS:]}: {text}\n"
        if self._path is None:
            sys.stderr.write(line)
            return
        self._path.touch(mode=0o600, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(line)


class Gateway:
    """Hands messages to an https address: `{"to", "text"}` as JSON, with a bearer's token.

    With `inside` the address may lie in a private network.
    """

    def __init__(self, address: str, token: str, *, inside: bool = False) -> None:
        self._address, self._inside = address, inside
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, to: str, text: str) -> None:
        """Post one message.

        Raises:
            Unsent: the gateway is away, lies where it may not, or did not take it.
        """
        content = json.dumps({"to": to, "text": text}).encode()
        headers = self._headers | {"Content-Type": "application/json"}
        outward.post(self._address, content, headers, inside=self._inside)


class Courier:
    """Sends beside the requests, so that how long an answer takes tells nothing."""

    def __init__(self, sender: Sender | None) -> None:
        self.sender = sender
        self._threads = ThreadPoolExecutor(SENDERS, thread_name_prefix="sms")
        self._room = BoundedSemaphore(WAITING_MAX)

    def take(self, to: str, text: str) -> None:
        """Send `text` to `to` soon, or never: who waits in vain asks again."""
        sender = self.sender
        if sender is None or not self._room.acquire(blocking=False):
            _log.warning("sms.dropped")
            return
        self._threads.submit(self._send, lambda: sender.send(to, text))

    def _send(self, send: Callable[[], None]) -> None:
        try:
            send()
        except Exception as error:  # noqa: BLE001 - its text could hold the phone
            _log.warning("sms.failed", error=type(error).__name__)
        finally:
            self._room.release()


def init_app(app: Flask) -> None:
    """Give `app` a courier for the way that its settings name."""
    settings: Settings = app.config["SETTINGS"]
    app.extensions["sms"] = Courier(_sender(settings))


def courier() -> Courier:
    """Return what takes messages.

    Raises:
        NoMessages: this installation sends none.
    """
    if not is_on():
        raise NoMessages
    found: Courier = current_app.extensions["sms"]
    return found


def is_on() -> bool:
    """Say whether this installation sends short messages."""
    found: Courier | None = current_app.extensions.get("sms")
    return found is not None and found.sender is not None


def _sender(settings: Settings) -> Sender | None:
    way = settings.sms
    if not way:
        return None
    if way == CONSOLE:
        return Lines()
    if way.startswith(FILE):
        return Lines(way.removeprefix(FILE))
    return Gateway(way, settings.sms_token, inside=settings.sms_inside)
