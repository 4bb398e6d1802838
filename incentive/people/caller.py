"""Who is calling, and what their roles reach: asked once per request, inside its transaction."""

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import g, request

from incentive.core import clock
from incentive.core.browser import SAFE_METHODS, is_same_origin
from incentive.people import queries
from incentive.people.errors import ForeignOrigin, NotSignedIn, OutOfScope
from incentive.people.permissions import PERMISSIONS

COOKIE: Final = "session"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in one scope: a region's path (and all below it), or one station."""

    role: str
    region_path: str | None
    station_id: UUID | None

    def reaches(self, region_path: str | None, station_id: UUID | None) -> bool:
        """Say whether the target lies in this scope."""
        if self.station_id is not None:
            return self.station_id == station_id
        if region_path is None or self.region_path is None:
            return False
        return f"{region_path}.".startswith(f"{self.region_path}.")


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person and the roles they hold now."""

    person_id: UUID
    volunteer_number: str
    sign_in_id: UUID
    grants: tuple[Grant, ...]

    def may(
        self, permission: str, *, region_path: str | None = None, station_id: UUID | None = None
    ) -> bool:
        """Say whether a role gives `permission` over the target.

        A station is reached through itself or through its region: name both.
        """
        roles = PERMISSIONS[permission]
        return any(
            grant.role in roles and grant.reaches(region_path, station_id) for grant in self.grants
        )

    def require(
        self, permission: str, *, region_path: str | None = None, station_id: UUID | None = None
    ) -> None:
        """Let the caller pass only with `permission` over the target.

        Raises:
            OutOfScope: no role gives it here.
        """
        if not self.may(permission, region_path=region_path, station_id=station_id):
            raise OutOfScope(permission)

    def require_somewhere(self, permission: str) -> None:
        """Let the caller pass with `permission` over anything at all.

        Raises:
            OutOfScope: no role gives it anywhere.
        """
        if not any(grant.role in PERMISSIONS[permission] for grant in self.grants):
            raise OutOfScope(permission)

    def regions_for(self, permission: str) -> list[str]:
        """Return the paths of the subtrees in which the caller has `permission`."""
        roles = PERMISSIONS[permission]
        return [
            grant.region_path
            for grant in self.grants
            if grant.role in roles and grant.region_path is not None
        ]

    def stations_for(self, permission: str) -> list[UUID]:
        """Return the stations at which the caller has `permission` by a role at the station."""
        roles = PERMISSIONS[permission]
        return [
            grant.station_id
            for grant in self.grants
            if grant.role in roles and grant.station_id is not None
        ]


def token_hash(token: str) -> bytes:
    """Return what the books keep of a session's token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def presented_token() -> str | None:
    """Return the token that the request carries: a bearer's, else the browser's cookie.

    Raises:
        ForeignOrigin: a cookie came with a change that no page of ours asked for.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip() or None
    cookie = request.cookies.get(COOKIE)
    if cookie and request.method not in SAFE_METHODS and not is_same_origin():
        raise ForeignOrigin
    return cookie


def caller() -> Caller:
    """Return who is calling. Needs an open transaction.

    Raises:
        NotSignedIn: no token, or one that is unknown, expired or revoked.
    """
    known: Caller | None = g.get("caller")
    if known is None:
        token = presented_token()
        known = identify(token) if token else None
        if known is None:
            raise NotSignedIn
        g.caller = known
    return known


def identify(token: str) -> Caller | None:
    """Return whose session `token` opens now, or `None`."""
    rows = queries.session_with_grants(token_hash(token), clock.now())
    if not rows:
        return None
    first = rows[0]
    grants = tuple(
        Grant(row.role, row.region_path, row.station_id) for row in rows if row.role is not None
    )
    return Caller(first.person_id, first.volunteer_number, first.sign_in_id, grants)
