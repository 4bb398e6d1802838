"""For each retention rule a row whose time counts from a given moment."""

from datetime import timedelta

from incentive.core.idempotency import IdempotencyKey
from incentive.core.ids import new_id
from incentive.people.consents.models import PrivacyNoticeDraft
from incentive.people.devices.models import DevicePairing
from incentive.people.external.models import IdentityAttempt
from incentive.people.guardians.models import GuardianInvitation
from incentive.people.imports.models import PersonImport
from incentive.people.models import SignIn, SignInFailure
from incentive.people.one_time.models import OneTimeCode
from incentive.people.second_factor.models import RecoveryCode, SecondFactor
from incentive.points.notices.models import PointsNotice
from tests import factories

MINUTES = timedelta(minutes=10)
YEAR = timedelta(days=365)


def secret():
    return new_id().bytes


def answer(who, then):
    return IdempotencyKey(caller=str(who.id), key=str(new_id()), request_hash=b"", created_at=then)


def code(_who, then):
    return OneTimeCode(
        phone_blind=secret(),
        purpose="sign_in",
        code_hash=b"",
        sent_at=then,
        expires_at=then + MINUTES,
    )


def wrong_try(_who, then):
    return SignInFailure(phone_blind=secret(), failures=1, failed_at=then)


def pairing(who, then):
    return DevicePairing(
        code_hash=secret(),
        made_by=who.id,
        made_in=new_id(),
        name="左门",
        shift_id=new_id(),
        made_at=then - MINUTES,
        expires_at=then,
        device_until=then,
    )


def attempt(_who, then):
    return IdentityAttempt(
        provider="x", state_hash=secret(), binding_hash=secret(), sealed=b"", expires_at=then
    )


def invitation(who, then):
    return GuardianInvitation(minor_id=who.id, code_hash=secret(), expires_at=then)


def signed_out(who, then):
    """A session that would have been good for longer."""
    return SignIn(
        person_id=who.id,
        token_hash=secret(),
        created_at=then - MINUTES,
        revoked_at=then,
        expires_at=then + YEAR,
    )


def token(who, then):
    """A token that is good for two years."""
    return SignIn(
        person_id=who.id,
        token_hash=secret(),
        created_at=then,
        expires_at=then + 2 * YEAR,
        kind="token",
        name="报表",
        permissions=[],
        browser="Firefox",
        network="203.0.113.0/24",
    )


def sent_list(who, then):
    return PersonImport(
        region_id=who.home_region_id,
        sent_by=who.id,
        sent_at=then - MINUTES,
        entered_at=then,
        file_bytes=1,
        status="entered",
    )


def unconfirmed(_who, then):
    """Nobody has two."""
    return SecondFactor(person_id=factories.person().id, secret_sealed=b"", made_at=then)


def used_code(who, then):
    return RecoveryCode(person_id=who.id, code_hash=secret(), used_at=then)


def draft(who, then):
    texts = dict.fromkeys(("title_zh", "title_en", "text_zh", "text_en"), "x")
    texts |= {"changes_zh": "", "changes_en": "", "renews": True, "kind": "address"}
    return PrivacyNoticeDraft(drafted_by=who.id, drafted_at=then, **texts)


def warning(who, then):
    """Days only: of a moment within a day the day before or after is meant."""
    return PointsNotice(person_id=who.id, expires_on=then.date(), stage=7, points=5, at=then)


SAMPLES = {
    "answers": answer,
    "codes": code,
    "wrong_tries": wrong_try,
    "pairings": pairing,
    "identity_attempts": attempt,
    "guardian_invitations": invitation,
    "sessions": signed_out,
    "origins": token,
    "unconfirmed_factors": unconfirmed,
    "used_recovery_codes": used_code,
    "notice_drafts": draft,
    "import_lists": sent_list,
    "points_warnings": warning,
}


def add(name, who, then):
    """Keep a row for the rule `name`; return it."""
    return factories.add(SAMPLES[name](who, then))
