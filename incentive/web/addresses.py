"""Addresses that a page may send a browser to, or keep in a link."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import request


def own_path(text: str | None) -> str:
    """Return the path and query in `text` if it leads to a page of ours, else "".

    Browsers take two slashes, of either kind, and control characters for another site's.
    """
    if not text or not text.isprintable() or "\\" in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.netloc not in {"", request.host} or parts.scheme not in {"", "http", "https"}:
        return ""
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def here(**changed: Any) -> str:
    """Return this page's address with `changed` in its query; None takes a name out."""
    query = {**request.args.to_dict(), **changed}
    kept = {name: value for name, value in query.items() if value not in {None, ""}}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def pager(next_cursor: str | None) -> dict[str, str | None]:
    """Return the links below a list: to its beginning, unless it is shown, and to older rows."""
    return {
        "first": here(cursor=None) if request.args.get("cursor") else None,
        "older": here(cursor=next_cursor) if next_cursor else None,
    }
