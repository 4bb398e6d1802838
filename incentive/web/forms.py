"""Forms: done once however often they are sent, then a redirect that says what was done."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from incentive.core import clock, idempotency
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text
from incentive.core.money import parse_yuan
from incentive.people.caller import Caller, caller
from incentive.people.consents.errors import ConsentWithdrawn
from incentive.people.errors import ForeignOrigin
from incentive.web.errors import (
    AmountWrong,
    FieldUnreadable,
    FormSpent,
    FormWithoutKey,
    NumberWrong,
    ReasonMissing,
)

REASON_MAX: Final = 200
_DIGITS_MAX: Final = 10
_ELSEWHERE: Final = (Unauthenticated, Unavailable, ForeignOrigin, ConsentWithdrawn)
_SEE_OTHER: Final = 303
Action = Callable[[Caller, datetime], Text]
# As the API's shapes have it: nothing lies beyond.
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2999, 12, 31)
Refuse = Callable[[IncentiveError], str]


def act(action: Action, *, done: str, refused: Refuse) -> ResponseReturnValue:
    """Run `action` once in a transaction and go on to `done`, saying what `action` returns.

    What it refuses is told on the page that `refused` draws, with the refusal's own status.
    """
    try:
        with transaction():
            who = caller()
            said = once(str(who.person_id), lambda: str(action(who, clock.now())))
    except _ELSEWHERE:
        raise
    except IncentiveError as error:
        return refused(error), error.status
    flash(said, "success")
    return redirect(done, _SEE_OTHER)


def once(sender: str, do: Callable[[], str]) -> str:
    """Return what `do` says, or what it said when `sender` sent this very form before.

    Raises:
        FormWithoutKey, FormSpent: nothing is done.
    """
    key = form_key()
    fields = sorted((name, value) for name, value in request.form.items(multi=True))
    wanted = idempotency.request_hash(
        request.method.encode(), request.path.encode(), repr(fields).encode()
    )
    try:
        kept = idempotency.claim(sender, key, wanted, clock.now())
    except idempotency.KeyReused:
        raise FormSpent from None
    if kept is not None:
        return str(kept.body)
    said = do()
    idempotency.keep(sender, key, idempotency.Answer(_SEE_OTHER, said))
    return said


def form_key() -> str:
    """Return the form's own key.

    Raises:
        FormWithoutKey: it has none.
    """
    try:
        return f"form:{UUID(request.form.get('key', ''))}"
    except ValueError:
        raise FormWithoutKey from None


def reason() -> str:
    """Return the form's reason.

    Raises:
        ReasonMissing: there is none in one line.
    """
    text = request.form.get("reason", "").strip()
    if not text or len(text) > REASON_MAX or not text.isprintable():
        raise ReasonMissing
    return text


def words(name: str, most: int = REASON_MAX, *, required: bool = False) -> str:
    """Return the form's field `name` as one line of text.

    Raises:
        FieldUnreadable: it is longer than `most`, no line, or empty though `required`.
    """
    text = request.form.get(name, "").strip()
    if len(text) > most or not text.isprintable() or (required and not text):
        raise FieldUnreadable(name)
    return text


def whole(name: str, least: int, most: int) -> int:
    """Return the form's field `name` as a whole number.

    Raises:
        NumberWrong: it is none from `least` to `most`.
    """
    text = request.form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < _DIGITS_MAX):
        raise NumberWrong(name, least, most)
    if not least <= int(text) <= most:
        raise NumberWrong(name, least, most)
    return int(text)


def fen(name: str, most: int) -> int | None:
    """Return the form's field `name`, an amount in yuan, in fen; None if it is empty.

    Raises:
        AmountWrong: it is no amount up to `most` fen.
    """
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        amount = parse_yuan(text)
    except ValueError:
        raise AmountWrong(name) from None
    if not 0 <= amount <= most:
        raise AmountWrong(name)
    return amount


def day(name: str) -> date | None:
    """Return the form's field `name` as a day; None if it is empty.

    Raises:
        FieldUnreadable: it is no day, or none that can be reckoned with.
    """
    text = request.form.get(name, "").strip()
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise FieldUnreadable(name) from None
    if found is not None and not _FIRST_DAY <= found <= _LAST_DAY:
        raise FieldUnreadable(name)
    return found


def identifiers(name: str) -> list[UUID]:
    """Return the form's fields `name` as ids.

    Raises:
        FieldUnreadable: one is none.
    """
    try:
        return [UUID(text) for text in request.form.getlist(name)]
    except ValueError:
        raise FieldUnreadable(name) from None


def identifier(name: str) -> UUID | None:
    """Return the form's field `name` as an id, or None if it is none."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None
