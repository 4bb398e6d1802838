"""What every answer tells a browser, and which requests of a browser are believed."""

from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, request

from incentive.config import Settings

YEAR_SECONDS: Final = 31_536_000
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS: Final = {
    # wasm-unsafe-eval: the code reader for browsers that have none of their own.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


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
    app.after_request(_headers)


def is_same_origin() -> bool:
    """Say whether a browser sent the request from one of our own pages.

    A cookie alone proves nothing: another site's form carries it too. `Origin` does, and
    for old browsers `Referer`; a request without either is not believed.
    """
    source = request.headers.get("Origin") or request.headers.get("Referer")
    return source is not None and urlsplit(source).netloc == request.host


def _headers(response: Any) -> Any:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.add("Vary", "Cookie, Accept-Language")
    return response
