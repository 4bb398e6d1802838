"""Who is calling, and what their roles reach: asked once per request, inside its transaction."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from flask import g, request

from incentive.core import clock
from incentive.core.browser import SAFE_METHODS, is_same_origin
from incentive.core.needs import Need, need_now
from incentive.people import queries
from incentive.people.errors import ForeignOrigin, NotSignedIn, OutOfScope
from incentive.people.permissions import PERMISSIONS

COOKIE: Final = "session"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in one scope: a region's path (and all below it), or one station.

    `only` names the permissions that it is held for, if it was not given whole.
    """

    role: str
    region_path: str | None
    station_id: UUID | None
    only: frozenset[str] | None = None

    def gives(self, permission: str) -> bool:
        """Say whether the role, or what was given of it, has `permission`."""
        whole = self.role in PERMISSIONS[permission]
        return whole and (self.only is None or permission in self.only)

    def narrowed(self, permissions: frozenset[str]) -> "Grant":
        """Return the grant for no more than `permissions`."""
        return replace(self, only=permissions if self.only is None else self.only & permissions)

    def reaches(self, region_path: str | None, station_id: UUID | None) -> bool:
        """Say whether the target lies in this scope."""
        if self.station_id is not None:
            return self.station_id == station_id
        if region_path is None or self.region_path is None:
            return False
        return f"{region_path}.".startswith(f"{self.region_path}.")

    @property
    def scope(self) -> str:
        """The scope as the audit log writes it."""
        return _place(self.region_path, self.station_id)

    @property
    def width(self) -> int:
        """How wide the scope is: a station least, then regions from the bottom up."""
        return -len(self.region_path.split(".")) if self.region_path else -99


@dataclass(frozen=True, slots=True)
class Acting:
    """By which role, over what and where, something is done: `scope` is the audit log's text."""

    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person and the roles they hold now.

    `owns` is False for a token that was not given what is the person's own.
    """

    person_id: UUID
    volunteer_number: str
    sign_in_id: UUID
    grants: tuple[Grant, ...]
    owns: bool = True
    # What gave the last permission that was asked for, at the end: by it the caller acts.
    _used: list[Acting] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def acting(self) -> Acting | None:
        """Return by which role the caller acts: the narrowest that gave the last permission."""
        return self._used[-1] if self._used else None

    def narrowed(self, permissions: frozenset[str], *, owns: bool) -> "Caller":
        """Return the caller as a token knows them that was given no more than `permissions`."""
        grants = tuple(grant.narrowed(permissions) for grant in self.grants)
        return replace(self, grants=grants, owns=self.owns and owns)

    def admit(self, need: Need) -> None:
        """Let the caller further only if they have what an address needs, be it anywhere.

        Over what exactly is asked when that is known.

        Raises:
            OutOfScope: they hold none of its permissions, and it is not about their own.
        """
        own = self.owns and (need.own or not need.permissions)
        if not own and not need.is_public and not any(map(self._giving, need.permissions)):
            raise OutOfScope(next(iter(need.permissions), need.of))

    def may(
        self, permission: str, *, region_path: str | None = None, station_id: UUID | None = None
    ) -> bool:
        """Say whether a role gives `permission` over the target.

        A station is reached through itself or through its region: name both.
        """
        reaching = [
            grant for grant in self._giving(permission) if grant.reaches(region_path, station_id)
        ]
        if reaching:
            self._act_by(reaching, _place(region_path, station_id))
        return bool(reaching)

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
        giving = self._giving(permission)
        if not giving:
            raise OutOfScope(permission)
        self._act_by(giving)

    def regions_for(self, permission: str) -> list[str]:
        """Return the paths of the subtrees in which the caller has `permission`."""
        giving = self._giving(permission)
        return [grant.region_path for grant in giving if grant.region_path is not None]

    def stations_for(self, permission: str) -> list[UUID]:
        """Return the stations at which the caller has `permission` by a role at the station."""
        giving = self._giving(permission)
        return [grant.station_id for grant in giving if grant.station_id is not None]

    def _giving(self, permission: str) -> list[Grant]:
        return [grant for grant in self.grants if grant.gives(permission)]

    def _act_by(self, grants: list[Grant], place: str = "") -> None:
        used = min(grants, key=lambda grant: grant.width)
        scope = used.scope if place in {"", used.scope} else f"{used.scope} at {place}"
        self._used[:] = [Acting(used.role, scope)]


def _place(region_path: str | None, station_id: UUID | None) -> str:
    return f"station:{station_id}" if station_id is not None else f"region:{region_path or ''}"


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
    """Return who is calling, if they may call this address at all. Needs an open transaction.

    Raises:
        NotSignedIn: no token, or one that is unknown, expired or revoked.
        OutOfScope: the address needs a permission that they hold nowhere.
        NothingDeclared: the address does not say what it needs.
    """
    known: Caller | None = g.get("caller")
    if known is None:
        token = presented_token()
        known = identify(token) if token else None
        if known is None:
            raise NotSignedIn
        g.caller = known
    known.admit(need_now())
    return known


def identify(token: str) -> Caller | None:
    """Return whose session `token` opens now, or `None`."""
    rows = queries.session_with_grants(token_hash(token), clock.now())
    if not rows:
        return None
    first = rows[0]
    grants = tuple(
        Grant(
            row.role,
            row.region_path,
            row.station_id,
            None if row.permissions is None else frozenset(row.permissions),
        )
        for row in rows
        if row.role is not None
    )
    return Caller(first.person_id, first.volunteer_number, first.sign_in_id, grants)
