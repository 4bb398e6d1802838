"""What each address needs, declared on its view: `people.caller` asks for it, documents show it.

    @bp.get("/stations/<uuid:station_id>/stock")
    @needs("station.goods", of=STATION)
    ...

A service still asks for the permission over the very station or region that it finds in the
books. The declaration lets nobody further who holds the permission nowhere, and names to readers,
to the API's document and to the tests what the service will ask for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])
# Over what a permission has to be held.
REGION: Final = "region"  # the region that the thing lies in, or one above
STATION: Final = "station"  # the station of the thing, or a region that it lies in
REACH: Final = "reach"  # anything; what is shown is cut to where it is held
WHOLE: Final = "whole"  # all that the books cover
SCOPES: Final = (REGION, STATION, REACH, WHOLE)
# Or no permission at all: who may be there then.
ANYBODY: Final = "anybody"
MEMBER: Final = "signed_in"
SELF: Final = "own"


@dataclass(frozen=True, slots=True)
class Need:
    """One of `permissions`, held over what `of` says; `own`: or the thing is the caller's own.

    `always`: open also to whoever withdrew the consent to the privacy notice.
    """

    of: str
    permissions: tuple[str, ...] = ()
    own: bool = False
    always: bool = False

    @property
    def is_public(self) -> bool:
        """Say whether nobody has to sign in."""
        return self.of == ANYBODY

    def as_document(self) -> dict[str, Any]:
        """Return what the API's document says under `x-permission`."""
        told: dict[str, Any] = {"of": self.of}
        if self.permissions:
            told |= {"any_of": list(self.permissions), "or_own": self.own}
        return told


# Anybody, signed in or not.
PUBLIC: Final = Need(ANYBODY)
# Whoever is signed in, and the same for all of them.
SIGNED_IN: Final = Need(MEMBER)
# Whoever is signed in; it shows and changes what is their own.
OWN: Final = Need(SELF)
# The same, and it serves a right over one's own data or closes one's own sessions: it stays open
# to whoever withdrew the consent to the privacy notice.
RIGHTS: Final = Need(SELF, always=True)
# Addresses that a library registers, on which nothing can be written.
_OF_LIBRARIES: Final = {"static": PUBLIC, "api-docs.openapi_json": PUBLIC}


class NothingDeclared(LookupError):
    """A view asks who is calling and does not say what they need."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(f"{endpoint} has no @needs(...) below its route; see core/needs.py")


def needs(need: Need | str, *more: str, of: str = "", own: bool = False) -> Callable[[View], View]:
    """Declare what a view needs: a `Need`, or one of the permissions `need` and `more`.

    Write it below the route, above all else.
    """
    if isinstance(need, str):
        if of not in SCOPES:
            raise ValueError(of)
        need = Need(of, (need, *more), own)
    declared = need

    def declare(view: View) -> View:
        view.need = declared  # type: ignore[attr-defined]
        return view

    return declare


def at_once(view: View) -> View:
    """Declare that a page does not wait until a new privacy notice was read: somebody stands there."""
    view.at_once = True  # type: ignore[attr-defined]
    return view


def is_at_once() -> bool:
    """Say whether the request's page waits for nothing."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "at_once", False))


def need_of(app: Flask, endpoint: str) -> Need | None:
    """Return what an endpoint needs, or None: it does not say."""
    found: Need | None = getattr(app.view_functions[endpoint], "need", None)
    return found or _OF_LIBRARIES.get(endpoint)


def need_now() -> Need:
    """Return what the request's endpoint needs.

    Raises:
        NothingDeclared: it does not say.
    """
    if request.endpoint is None:
        return PUBLIC  # there is no such address, and so nothing to guard
    found = need_of(current_app, request.endpoint)
    if found is None:
        raise NothingDeclared(request.endpoint)
    return found
