"""Which jurisdiction's books a request is about: its header's, else its host's, else the default."""

import time
from collections.abc import Collection, Mapping
from typing import Any, Final

from flask import Flask, current_app, g, request
from sqlalchemy import text
from sqlalchemy.orm import Session

from incentive.config import Settings
from incentive.core.db import db, use_jurisdiction
from incentive.core.errors import NotFound
from incentive.core.i18n import _

HEADER: Final = "X-Jurisdiction"
REREAD_SECONDS: Final = 30
_WITHOUT_BOOKS: Final = ("/static/", "/healthz", "/metrics")


class UnknownJurisdiction(NotFound):
    """The header names no jurisdiction of this installation."""

    code = "http.unknown_jurisdiction"

    def __init__(self) -> None:
        super().__init__(
            _("No such jurisdiction here. Leave the X-Jurisdiction header out, or mend it."),
            field=HEADER,
        )


class Directory:
    """The jurisdictions' codes and hosts, as last read from the shared table."""

    def __init__(self) -> None:
        self._codes: dict[str, str | None] = {}
        self._hosts: dict[str, str] = {}
        self._read_at = float("-inf")

    def by_code(self, code: str) -> str | None:
        """Return `code` if it is known; one never heard of is looked up afresh."""
        self._reread(REREAD_SECONDS if code in self._codes else 1)
        return code if code in self._codes else None

    def hosts(self) -> Mapping[str, str]:
        """Return the codes of the jurisdictions that have a host of their own, by host."""
        self._reread(REREAD_SECONDS)
        return self._hosts

    def _reread(self, age_seconds_max: float) -> None:
        if time.monotonic() - self._read_at < age_seconds_max:
            return
        # Not the request's session: this comes before its transaction.
        with Session(db.engine) as session:
            rows = session.execute(text("SELECT code, host FROM public.jurisdictions"))
            self._codes = {row.code: row.host for row in rows}
        self._hosts = {host: code for code, host in self._codes.items() if host is not None}
        self._read_at = time.monotonic()


def known_hosts() -> Collection[str]:
    """Return the hosts that are a jurisdiction's own."""
    directory: Directory = current_app.extensions["jurisdictions"]
    return directory.hosts()


def init_app(app: Flask) -> None:
    """Enter the jurisdiction before each request and leave it after."""
    app.extensions["jurisdictions"] = Directory()
    app.before_request(_enter)
    app.teardown_request(_leave)


def _enter() -> None:
    if request.path.startswith(_WITHOUT_BOOKS):
        return
    settings: Settings = current_app.config["SETTINGS"]
    directory: Directory = current_app.extensions["jurisdictions"]
    wish = request.headers.get(HEADER)
    if wish is not None:
        code = directory.by_code(wish)
        if code is None:
            raise UnknownJurisdiction
    else:
        hosts = directory.hosts()
        # The host is checked and taken apart when it is asked for, which mostly nobody needs.
        code = hosts.get(request.host.partition(":")[0]) if hosts else None
        code = code or settings.default_jurisdiction
    g.entered_jurisdiction = use_jurisdiction(code)
    g.entered_jurisdiction.__enter__()


def _leave(_error: Any) -> None:
    entered = g.pop("entered_jurisdiction", None)
    if entered is not None:
        entered.__exit__(None, None, None)
