"""Registering oneself: first the community, found by name, then the rest."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.addresses import client_network
from incentive.core.browser import is_same_origin
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unavailable
from incentive.core.http import ANYONE
from incentive.core.i18n import _
from incentive.core.limits import count_code, count_registration
from incentive.core.needs import PUBLIC, needs
from incentive.people import service as people
from incentive.people.consents import notices
from incentive.people.consents.domain import Kind
from incentive.people.consents.errors import NoticeNotAgreed
from incentive.people.domain import SELF_ROLES
from incentive.people.errors import ForeignOrigin, PhoneTaken
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose
from incentive.people.passwords import LENGTH_MAX, LENGTH_MIN
from incentive.web import forms, queries, viewer
from incentive.web.errors import HomeMissing, NameMissing, PasswordTooLong
from incentive.web.notice_words import shown
from incentive.web.sign_in_pages import signed_in
from incentive.web.site import bp

NAME_MAX: Final = 50
FOUND_MAX: Final = 30
_ASKED: Final = ("name", "phone", "home_region_id", "role")


@bp.get("/register")
@needs(PUBLIC)
def register() -> ResponseReturnValue:
    """Ask where somebody lives, and then who they are; whoever is signed in has done so."""
    if viewer.greet():
        return redirect(url_for("web.me"))
    return _page(request.args.get("q", ""), {}, [])


@bp.post("/register")
@needs(PUBLIC)
def register_now() -> ResponseReturnValue:
    """Enter the person, and sign them in."""
    if not is_same_origin():
        raise ForeignOrigin
    try:
        count_registration(client_network())
        password = _password()
        one_time.count_try_to_register(
            request.form.get("phone", ""), request.form.get("code", ""), clock.now()
        )
        with transaction():
            forms.once(ANYONE, lambda: str(_enter(password)))
        answer = signed_in(request.form.get("phone", ""), password)
    except Unavailable:
        raise
    except IncentiveError as error:
        typed = {name: request.form.get(name, "") for name in _ASKED}
        errors = [(error.field, error.message)]
        wait = error.figures.get("retry_after_seconds")
        headers = {} if wait is None else {"Retry-After": str(wait)}
        taken = isinstance(error, PhoneTaken)
        page = _page(request.form.get("q", ""), typed, errors, taken=taken)
        return page, error.status, headers
    flash(
        str(
            _(
                "Welcome! Next: choose an activity and sign up. There, scan the code when you come"
                " and when you go."
            )
        ),
        "success",
    )
    return answer


@bp.post("/register/code")
@needs(PUBLIC)
def register_code() -> ResponseReturnValue:
    """Have a code sent to the phone in the form; all else that was typed stays, but no password."""
    if not is_same_origin():
        raise ForeignOrigin
    typed = {name: request.form.get(name, "") for name in _ASKED}
    try:
        count_code(client_network())
        one_time.send(Purpose.REGISTER, typed["phone"], clock.now())
    except Unavailable:
        raise
    except IncentiveError as error:
        page = _page(request.form.get("q", ""), typed, [(error.field, error.message)])
        return page, error.status
    return _page(request.form.get("q", ""), typed, [], sent=True)


def _enter(password: str) -> UUID:
    name, home = request.form.get("name", "").strip(), forms.identifier("home_region_id")
    role = request.form.get("role", SELF_ROLES[0])
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise NameMissing
    if home is None:
        raise HomeMissing
    notice = forms.identifier("notice")
    if notice is None or "agree" not in request.form:
        raise NoticeNotAgreed
    one_time.use_code_to_register(
        request.form.get("phone", ""), request.form.get("code", ""), clock.now()
    )
    made = people.sign_up(
        name=name,
        phone=request.form.get("phone", ""),
        password=password,
        home_region_id=home,
        role=role if role in SELF_ROLES else SELF_ROLES[0],
        agreed=[notice],
        at=clock.now(),
    )
    return made.id


def _password() -> str:
    password = request.form.get("password", "")
    if len(password) > LENGTH_MAX:
        raise PasswordTooLong(LENGTH_MAX)
    return password


def _page(
    q: str,
    typed: dict[str, str],
    errors: Sequence[tuple[str | None, object]],
    *,
    taken: bool = False,
    sent: bool = False,
) -> str:
    begin = q.strip().replace("\x00", "")
    found: Sequence[Any] = []
    notice = None
    if begin:
        with transaction():
            found = queries.communities_named(begin, FOUND_MAX)
            notice = shown(notices.holding(Kind.PRIVACY, clock.now()))
    return render_template(
        "web/register.html",
        q=begin,
        found=found,
        typed=typed,
        errors=errors,
        taken=taken,
        proving=one_time.is_asked_to_register(),
        sent=sent,
        password_min=LENGTH_MIN,
        full=len(found) == FOUND_MAX,
        notice=notice,
    )
