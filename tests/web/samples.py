"""Made-up context for each page, in the shape that its template names."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def viewer(path: str) -> dict[str, Any] | None:
    if path.rpartition("/")[2] in ("home", "sign_in", "error_404"):
        return None
    links = [
        {"label": "My page", "href": "/me", "icon": "person", "current": path.endswith("me")},
        {"label": "On duty", "href": "/duty", "icon": "shield", "current": path.endswith("duty")},
        {
            "label": "Counter",
            "href": "/counter",
            "icon": "counter",
            "current": path.endswith("counter"),
        },
    ]
    return {"number": "5301-0200-0123-4", "links": links if not path.endswith("me") else links[:1]}


PAGES: dict[str, Any] = {
    "complain": ("web/complain.html", dict),
    "error_404": (
        "web/error.html",
        lambda: {
            "status": 404,
            "code": "http.not_found",
            "detail": "There is nothing at this address.",
        },
    ),
    "error_503": (
        "web/error.html",
        lambda: {
            "status": 503,
            "code": "database.unavailable",
            "detail": "The books cannot be reached for a moment.",
        },
    ),
}
