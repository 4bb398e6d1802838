"""Sending one-time codes, and taking them: once, and only so many wrong ones."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from flask import current_app

from incentive.config import Settings
from incentive.core import sms
from incentive.core.db import on_commit, transaction
from incentive.core.i18n import Text, _
from incentive.core.ids import new_id
from incentive.core.keys import vault
from incentive.people import passwords, phones
from incentive.people import queries as people_queries
from incentive.people.errors import UnknownPerson
from incentive.people.models import Person
from incentive.people.one_time import domain, queries
from incentive.people.one_time.domain import Purpose
from incentive.people.one_time.errors import CodesTooOften, CodeWrong
from incentive.people.one_time.models import OneTimeCode
from incentive.people.service import blind_phone, person_by_phone

Done = TypeVar("Done")
_MINUTES: Final = int(domain.LIFETIME.total_seconds() // 60)
_SECONDS: Final = int(domain.LIFETIME.total_seconds())


@dataclass(frozen=True, slots=True)
class Sent:
    """What everybody is told who asks for a code, whether or not one was sent."""

    expires_in_seconds: int
    again_in_seconds: int


def send(purpose: Purpose, phone: str, at: datetime) -> Sent:
    """Have a code for `purpose` sent to `phone`. Opens its own transaction.

    A phone that is nobody's is answered alike, as fast, and counted alike; only when somebody
    registers is it sent anything.

    Raises:
        PhoneUnusable: this is no phone number.
        CodesTooOften: it was sent as many as it may be.
        NoMessages: this installation sends none.
    """
    courier = sms.courier()
    e164 = phones.parse(phone)
    blind = blind_phone(e164)
    code, code_id = domain.new_code(), new_id()
    text = str(_text(code))
    with transaction():
        # Of many who ask at once, one is sent a code: the count below must see the others'.
        queries.lock_phone(blind)
        remaining = domain.wait(queries.sent_since(blind, at - domain.LOOKED_BACK), at)
        if remaining is not None:
            raise CodesTooOften(remaining)
        queries.close_open(blind, purpose, at)
        queries.insert(
            {
                "id": code_id,
                "phone_blind": blind,
                "purpose": purpose,
                "code_hash": _hashed(code_id, code),
                "sent_at": at,
                "expires_at": at + domain.LIFETIME,
            }
        )
        if _holder(e164) is not None or purpose in domain.FOR_STRANGERS:
            on_commit(lambda: courier.take(e164, text))
    return Sent(_SECONDS, int(timedelta(minutes=1).total_seconds()))


def prove(
    purpose: Purpose, e164: str, code: str, at: datetime, then: Callable[[Person], Done]
) -> Done:
    """Do `then` for the person of a phone, who proves by the code to hold it.

    Opens its own transaction, and writes although it refuses: a wrong try is counted.

    Raises:
        CodeWrong: wrong, used, too old, tried too often, or nobody's phone.
    """
    blind = blind_phone(e164)
    with transaction():
        right = take(purpose, blind, code, at)
        holder = _holder(e164)
        if right and holder is not None:
            return then(holder)
    raise CodeWrong


def is_asked_to_register() -> bool:
    """Say whether whoever registers must prove to hold the phone."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.prove_phones


def count_try_to_register(phone: str, code: str, at: datetime) -> None:
    """Count a wrong code of somebody who registers. Opens its own transaction, before theirs.

    What is no longer open passes here: it may be the retry of a registration that is done.

    Raises:
        CodeWrong: it is not the open one.
    """
    if not is_asked_to_register():
        return
    with transaction():
        kept = queries.lock_open(blind_phone(phones.parse(phone)), Purpose.REGISTER, at)
        if kept is None or _fits(kept, code):
            return
        kept.tries = min(kept.tries + 1, domain.TRIES_MAX)
    raise CodeWrong


def use_code_to_register(phone: str, code: str, at: datetime) -> None:
    """Use up the code of somebody who registers, in the open transaction.

    Raises:
        CodeWrong: as `prove`.
    """
    if is_asked_to_register() and not take(
        Purpose.REGISTER, blind_phone(phones.parse(phone)), code, at
    ):
        raise CodeWrong


def set_password(phone: str, code: str, new: str, at: datetime) -> None:
    """Give the holder of `phone` a new password, and end all their sessions. Opens transactions.

    Raises:
        CodeWrong: as `prove`.
        PhoneUnusable, PasswordWeak: nothing is changed, and the code is still good.
    """
    e164 = phones.parse(phone)
    passwords.check(new, e164)
    # Before the transaction, and whoever asks: it takes its time, which must tell nothing.
    fresh_hash = passwords.hashed(new)

    def change(holder: Person) -> None:
        people_queries.set_password(holder.id, fresh_hash, at)
        people_queries.revoke_all(holder.id, at)

    prove(Purpose.PASSWORD, e164, code, at, change)


def take(purpose: Purpose, phone_blind: bytes, code: str, at: datetime) -> bool:
    """Say whether `code` is the phone's for `purpose`, and use it up; a wrong one is counted."""
    kept = queries.lock_open(phone_blind, purpose, at)
    if kept is None:
        return False
    if not _fits(kept, code):
        kept.tries = min(kept.tries + 1, domain.TRIES_MAX)
        return False
    kept.closed_at = at
    return True


def _holder(e164: str) -> Person | None:
    try:
        return person_by_phone(e164)
    except UnknownPerson:
        return None


def _fits(kept: OneTimeCode, code: str) -> bool:
    right = hmac.compare_digest(kept.code_hash, _hashed(kept.id, code.strip()))
    return right and kept.tries < domain.TRIES_MAX


def _hashed(code_id: UUID, code: str) -> bytes:
    # With a key: a million hashes without one would give every code in a stolen table away.
    return vault().blind(f"one-time/{code_id}/{code}")


def _text(code: str) -> Text:
    return _(
        "%(code)s is your code, good for %(minutes)s minutes. Tell it nobody, not even us.",
        code=code,
        minutes=_MINUTES,
    )
