"""Whatever is asked of a caller must be declared on the view that they called."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from flask import current_app, has_request_context, request

from incentive.core.needs import need_now, need_of
from incentive.people.caller import Caller


@contextmanager
def declarations_hold() -> Iterator[None]:
    """Check, while this is open, every permission that a request requires."""
    with (
        patch.object(Caller, "require", _checked(Caller.require)),
        patch.object(Caller, "require_somewhere", _checked(Caller.require_somewhere)),
    ):
        yield


def _checked(asked: Any) -> Any:
    def check(who: Caller, permission: str, **scope: Any) -> None:
        if has_request_context() and request.endpoint:
            declared = need_now().permissions + _of_pages()
            assert permission in declared, f"{request.endpoint} asks for {permission}: {declared}"
        asked(who, permission, **scope)

    return check


def _of_pages() -> tuple[str, ...]:
    """Return what else a form may ask for: what it refuses is told on a page that is drawn anew."""
    if request.method == "GET" or not request.endpoint.startswith("web."):
        return ()
    pages = [r.endpoint for r in current_app.url_map.iter_rules() if "GET" in r.methods]
    return tuple(name for page in pages for name in need_of(current_app, page).permissions)
