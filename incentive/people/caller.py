"""Who is calling, and what their roles reach: asked once per request, inside its transaction."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from incentive.config import Settings
from incentive.core import clock
from incentive.core.addresses import client_network, is_secure
from incentive.core.browser import SAFE_METHODS, is_same_origin
from incentive.core.db import on_commit
from incentive.core.http import API_PREFIX
from incentive.core.needs import STATION, Need, is_at_once, need_now
from incentive.people import queries
from incentive.people.consents.domain import must_read
from incentive.people.consents.errors import ConsentWithdrawn, NoticeDue
from incentive.people.errors import ForeignOrigin, NotSignedIn, OutOfScope
from incentive.people.permissions import PERMISSIONS, TABLE
from incentive.people.sessions import queries as session_queries
from incentive.people.sessions.domain import GUARDED, USE_TIME, coarse_network

SESSION: Final = "session"
_COOKIE: Final = "session"
# A browser takes this name by TLS only, from this very host only, and for all of it.
_SECURE_COOKIE: Final = "__Host-session"


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

    `owns` is False for a token that was not given what is the person's own. `kind` is `session`,
    or `device` or `token`, by which nobody gets another; a device is bound to a shift or station.
    """

    person_id: UUID
    volunteer_number: str
    sign_in_id: UUID
    grants: tuple[Grant, ...]
    owns: bool = True
    kind: str = SESSION
    shift_id: UUID | None = None
    station_id: UUID | None = None
    # A privacy notice is in force that the person has not agreed to.
    must_read: bool = False
    # They withdrew the consent to it, and have not given it again.
    has_withdrawn: bool = False
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
        if not own and not need.is_public and not any(map(self._holds, need.permissions)):
            raise OutOfScope(next(iter(need.permissions), need.of))

    def may(
        self, permission: str, *, region_path: str | None = None, station_id: UUID | None = None
    ) -> bool:
        """Say whether a role gives `permission` over the target.

        A station is reached through itself or through its region: name both.
        """
        if self.station_id is not None and station_id != self.station_id:
            return False
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
        if self.shift_id is not None or self.station_id is not None:
            return []
        giving = self._giving(permission)
        return [grant.region_path for grant in giving if grant.region_path is not None]

    def stations_for(self, permission: str) -> list[UUID]:
        """Return the stations at which the caller has `permission` by a role at the station."""
        giving = self._giving(permission)
        found = [grant.station_id for grant in giving if grant.station_id is not None]
        return [each for each in found if self.station_id in {None, each}]

    def _holds(self, permission: str) -> bool:
        """Say whether a role gives `permission` over something that it can be asked over."""
        at_station = TABLE[permission].of == STATION
        return any(at_station or grant.region_path for grant in self._giving(permission))

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
    cookie = request.cookies.get(cookie_name())
    if cookie and request.method not in SAFE_METHODS and not is_same_origin():
        raise ForeignOrigin
    return cookie


def cookie_name() -> str:
    """Return what the cookie of a session is called: by TLS it is bound to this host."""
    return _SECURE_COOKIE if is_secure() else _COOKIE


def caller() -> Caller:
    """Return who is calling, if they may call this address at all. Needs an open transaction.

    Raises:
        NotSignedIn: no token, or one that is unknown, expired or revoked.
        OutOfScope: the address needs a permission that they hold nowhere.
        ConsentWithdrawn: they withdrew the consent to the privacy notice, and this needs it.
        NoticeDue: it is a page, and a new privacy notice has to be read first.
        NothingDeclared: the address does not say what it needs.
    """
    known: Caller | None = g.get("caller")
    if known is None:
        token = presented_token()
        known = identify(token) if token else None
        if known is None:
            raise NotSignedIn
        g.caller = known
    need = need_now()
    known.admit(need)
    if known.has_withdrawn and not (need.always or need.is_public):
        raise ConsentWithdrawn
    if known.must_read and is_led(need):
        raise NoticeDue
    asked = (request.view_args or {}).get("shift_id", known.shift_id)
    if known.shift_id not in {None, asked}:
        raise OutOfScope("shift.scan")  # a device is for one shift
    return known


def identify(token: str) -> Caller | None:
    """Return whose session `token` opens now, or `None`."""
    at = clock.now()
    rows = queries.session_with_grants(token_hash(token), at)
    if not rows:
        return None
    first = rows[0]
    if not first.strong and guarded_roles() and any(row.role in GUARDED for row in rows):
        return None  # since they hold such a role, they must sign in with a second factor
    _note_use(first, at)
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
    known = Caller(
        first.person_id,
        first.volunteer_number,
        first.sign_in_id,
        grants,
        kind=first.kind,
        shift_id=first.shift_id,
        station_id=first.device_station_id,
        must_read=first.kind == SESSION and must_read(first.agreed_notice, first.required_notice),
        has_withdrawn=first.has_withdrawn,
    )
    if first.limits is None:
        return known
    return known.narrowed(frozenset(first.limits), owns=first.owns)


def is_led(need: Need) -> bool:
    """Say whether the request is for a page that waits until a new notice was read.

    What changes something is never held up: a check-out, or goods handed over, would be lost.
    Nor are programs, public pages, rights, and pages that say so (`core.needs.at_once`).
    """
    page = request.method in SAFE_METHODS and not request.path.startswith(f"{API_PREFIX}/")
    return page and not (need.is_public or need.always or is_at_once())


def guarded_roles() -> list[str]:
    """Return the roles that count only after a second factor; none where it is optional."""
    settings: Settings = current_app.config["SETTINGS"]
    return sorted(GUARDED) if settings.second_factor_required else []


def _note_use(row: Any, at: datetime) -> None:
    if row.used_at is None or at - row.used_at < USE_TIME:
        return

    def note() -> None:
        # What was asked for is done already; this may fail.
        with suppress(SQLAlchemyError):
            session_queries.note_use(row.sign_in_id, at, coarse_network(client_network()))

    on_commit(note)
