"""How long people's own traces are kept, and the answers that core keeps for them."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, or_

from incentive.core.i18n import _
from incentive.core.idempotency import IdempotencyKey
from incentive.people.consents.models import PrivacyNoticeDraft
from incentive.people.devices.models import DevicePairing
from incentive.people.external.models import IdentityAttempt
from incentive.people.guardians.models import GuardianInvitation
from incentive.people.imports import sweeping
from incentive.people.imports.domain import KEPT_FOR
from incentive.people.imports.models import WORKING, PersonImport
from incentive.people.models import SignIn, SignInFailure
from incentive.people.one_time.models import OneTimeCode
from incentive.people.retention.table import LOGS, Rule, keep
from incentive.people.second_factor.models import RecoveryCode, SecondFactor

DAY: Final = timedelta(days=1)
# Six months have at most 184 days; the rest is for who asks on the last of them.
LOGS_KEPT: Final = 200 * DAY
_ENDED: Final = _("its end")
_BRIEF: Final = _("It is good for minutes. Two days, so that trying out too often can be counted.")

keep(
    Rule(
        "answers",
        _("Answers kept for repeated requests"),
        IdempotencyKey,
        7 * DAY,
        IdempotencyKey.created_at,
        _("the request"),
        _(
            "Who repeats a request gets the same answer, for as long as a device may be without a network."
        ),
    ),
    Rule(
        "codes",
        _("Codes sent to phones"),
        OneTimeCode,
        2 * DAY,
        OneTimeCode.sent_at,
        _("sending"),
        _BRIEF,
    ),
    Rule(
        "wrong_tries",
        _("Wrong tries at signing in"),
        SignInFailure,
        DAY,
        SignInFailure.failed_at,
        _("the last try"),
        _("A locked sign-in opens by itself long before; after that nobody needs them."),
    ),
    Rule(
        "pairings",
        _("Pairing codes for devices"),
        DevicePairing,
        2 * DAY,
        DevicePairing.expires_at,
        _ENDED,
        _BRIEF,
    ),
    Rule(
        "identity_attempts",
        _("Attempts to sign in through another service"),
        IdentityAttempt,
        2 * DAY,
        IdentityAttempt.expires_at,
        _ENDED,
        _BRIEF,
    ),
    Rule(
        "guardian_invitations",
        _("Invitations to a guardian"),
        GuardianInvitation,
        2 * DAY,
        GuardianInvitation.expires_at,
        _ENDED,
        _("Nobody can use it any more. Who became a guardian is kept with the guardians."),
    ),
    Rule(
        "sessions",
        _("Sessions, devices and tokens"),
        SignIn,
        LOGS_KEPT,
        # Of one that is signed out `revoked_at` is earlier; LEAST leaves out what is null.
        func.least(SignIn.expires_at, SignIn.revoked_at),
        _("signing out, or its end"),
        _("Who was signed in when has to be known for that long, and no longer."),
        LOGS,
    ),
    Rule(
        "origins",
        _("From where and with what a session was opened"),
        SignIn,
        LOGS_KEPT,
        SignIn.created_at,
        _("signing in"),
        _("A token may be good for longer; from where it was made is not needed for that."),
        LOGS,
        or_(SignIn.browser != "", SignIn.network != ""),
        {"browser": "", "network": ""},
    ),
    Rule(
        "unconfirmed_factors",
        _("Authenticator apps that were begun and never confirmed"),
        SecondFactor,
        2 * DAY,
        SecondFactor.made_at,
        _("setting it up"),
        _("Until a code of it was seen it opens nothing. Whoever wants one begins anew."),
        only=SecondFactor.confirmed_at.is_(None),
    ),
    Rule(
        "used_recovery_codes",
        _("Recovery codes that were used"),
        RecoveryCode,
        2 * DAY,
        RecoveryCode.used_at,
        _("using it"),
        _("It is good once. What was used opens nothing any more."),
        only=RecoveryCode.used_at.is_not(None),
    ),
    Rule(
        "notice_drafts",
        _("Drafts of notices"),
        PrivacyNoticeDraft,
        365 * DAY,
        PrivacyNoticeDraft.drafted_at,
        _("the last change"),
        _("What nobody has published or changed for a year is not meant to be published."),
    ),
    Rule(
        "import_lists",
        _("What lists of persons said"),
        PersonImport,
        KEPT_FOR,
        func.greatest(PersonImport.sent_at, PersonImport.entered_at),
        _("sending, or entering"),
        _(
            "Entering can be taken back for a day. The key of the list goes first, then what it said."
        ),
        only=PersonImport.swept_at.is_(None) & PersonImport.status.not_in(WORKING),
        sweep=sweeping.sweep_old,
    ),
)
