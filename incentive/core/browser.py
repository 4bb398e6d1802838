"""What every answer tells a browser, and which requests of a browser are believed."""

from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from incentive.config import Settings
from incentive.core.addresses import is_secure, own_hosts

YEAR_SECONDS: Final = 31_536_000
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGE_HEADERS: Final = {
    # wasm-unsafe-eval: the code reader for browsers that have none of their own.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Cookie, Accept-Language",
    "Cache-Control": "no-store",
}
# What is no page runs nothing and shows nothing, wherever somebody opens it.
_DATA_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PAGE: Final = {name.lower(): (name, value) for name, value in _PAGE_HEADERS.items()}
_DATA: Final = {name.lower(): (name, value) for name, value in _DATA_HEADERS.items()}
_STRICT_TRANSPORT: Final = f"max-age={YEAR_SECONDS}"


class PageSessions(SecureCookieSessionInterface):
    """Reads the cookie of passing messages for pages; a program's request has none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the messages; `None` below /api, where reading them would cost every scan."""
        return None if request.path.startswith("/api/") else super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask gives its own
        """Say whether the cookie must come back by TLS only."""
        return is_secure()


def init_app(app: Flask) -> None:
    """Give `app`'s answers their headers, and its form messages a key of their own."""
    settings: Settings = app.config["SETTINGS"]
    key = HKDF(SHA256(), 32, salt=None, info=b"incentive/flash/1").derive(settings.secret)
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="note",  # passing messages only; nobody is signed in by it
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=YEAR_SECONDS,
    )
    app.session_interface = PageSessions()
    app.after_request(_headers)


def is_same_origin() -> bool:
    """Say whether a browser sent the request from one of our own pages.

    A cookie alone proves nothing: another site's form carries it too. `Origin` does, and
    for old browsers `Referer`; a request without either is not believed.
    """
    source = request.headers.get("Origin") or request.headers.get("Referer")
    try:
        return source is not None and urlsplit(source).netloc in own_hosts()
    except ValueError:  # no address at all: "http://[x"
        return False


def _headers(response: Any) -> Any:
    wanted = _PAGE if response.mimetype == "text/html" else _DATA
    headers = response.headers
    # Looked through once, and added to without looking again: every answer pays for this.
    there = {name.lower() for name, _ in headers}
    for key, (name, value) in wanted.items():
        if key not in there:
            headers.add(name, value)
    if is_secure():
        headers["Strict-Transport-Security"] = _STRICT_TRANSPORT
    return response
