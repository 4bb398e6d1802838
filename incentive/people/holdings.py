"""What people's own tables hold about a person, the audit log's and the ledger's below them too."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select

from incentive.audit.models import AuditEntry
from incentive.core.i18n import Text, _
from incentive.core.idempotency import IdempotencyKey
from incentive.ledger.models import Account, Entry, Transaction
from incentive.ledger.run_models import CheckRequest, CheckRun
from incentive.people.amending.models import PersonCorrection
from incentive.people.consents.models import Consent, PrivacyNotice, PrivacyNoticeDraft
from incentive.people.devices.models import DevicePairing
from incentive.people.erasing.models import Erasure
from incentive.people.external.models import LinkedIdentity
from incentive.people.guardians.models import GuardianInvitation, Guardianship
from incentive.people.held import BOOKS, DELETED, Changed, Kept, office, own
from incentive.people.imports.models import PersonImport, PersonImportRow
from incentive.people.models import Password, Person, RoleGrant, SignIn
from incentive.people.second_factor.models import RecoveryCode, SecondFactor

_LAW: Final[Text] = _(
    "The law asks for logs of six months. Where it was signed in from is deleted after that."
)
_ROLES: Final[Text] = _("Who held an office when can be looked up later. It ends at once.")
_TOMBSTONE: Final[Text] = _(
    "The volunteer number and the community stay, so that figures still add up. Name, phone, ID"
    " number, month of birth and address are gone."
)


def _ended(_person_id: UUID, at: datetime) -> dict[str, Any]:
    return {"valid_until": at}


def _entries(person_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Entry.transaction_id,
            Transaction.posted_at,
            Transaction.effective_on,
            Transaction.kind,
            Transaction.reason,
            Account.asset,
            Account.purpose,
            Account.expires_on,
            Entry.amount,
        )
        .join(Transaction, Transaction.id == Entry.transaction_id)
        .join(Account, Account.id == Entry.account_id)
        .where(Account.owner == f"person:{person_id}")
        .order_by(Entry.transaction_id, Entry.line)
    )


own("profile", _("Registration"), Person, "id", Kept(_TOMBSTONE), "volunteer_number created_at")
own(
    "profile",
    _("Entries that lead to yours"),
    Person,
    "merged_into",
    Kept(_TOMBSTONE),
    "volunteer_number created_at",
)
own("sign_in", _("Password"), Password, "person_id", DELETED, "changed_at")
own("sign_in", _("Authenticator app"), SecondFactor, "person_id", DELETED, "made_at confirmed_at")
own("sign_in", _("Recovery codes"), RecoveryCode, "person_id", DELETED, "used_at")
own("sign_in", _("Linked accounts"), LinkedIdentity, "person_id", DELETED, "provider linked_at")
own(
    "sign_in",
    _("Sessions, devices and tokens"),
    SignIn,
    "person_id",
    Changed(_LAW, lambda _person_id, _at: {"name": "—", "browser": ""}),
    "kind name browser network created_at used_at expires_at revoked_at",
)
own("sign_in", _("Pairing codes for devices"), DevicePairing, "made_by", DELETED, "name made_at")
own(
    "sign_in",
    _("Answers kept for repeated requests"),
    IdempotencyKey,
    "caller",
    DELETED,
    "created_at",
    text="{}",
)
own(
    "roles",
    _("Roles"),
    RoleGrant,
    "person_id",
    Changed(
        _ROLES,
        _ended,
        lambda _person_id, at: (RoleGrant.valid_until.is_(None)) | (RoleGrant.valid_until > at),
    ),
    "role region_id station_id valid_from valid_until",
)
own(
    "points",
    _("Points by account"),
    Account,
    "owner",
    BOOKS,
    "asset purpose expires_on balance",
    text="person:{}",
)
own(
    "points",
    _("Movements of points"),
    Entry,
    "account_id",
    BOOKS,
    "transaction_id posted_at effective_on kind reason asset purpose expires_on amount",
    selects=_entries,
)
own(
    "consents",
    _("Consents"),
    Consent,
    "person_id",
    Kept(
        _("That you agreed, and when you withdrew, has to be shown. It names you by number only.")
    ),
    "kind given at capacity channel network",
)
for _column in ("minor_id", "guardian_id"):
    own(
        "family",
        _("Guardians and wards"),
        Guardianship,
        _column,
        Changed(
            _("Who answered for a minor when can be looked up later. It ends at once."),
            lambda person_id, at: {"ended_at": at, "ended_by": person_id},
            lambda _person_id, _at: Guardianship.ended_at.is_(None),
        ),
        "how since ended_at",
    )
own("family", _("Invitations to a guardian"), GuardianInvitation, "minor_id", DELETED, "expires_at")
office("office", _("Guardians confirmed or ended"), Guardianship, "confirmed_by ended_by", "since")
office("office", _("Consents entered for others"), Consent, "by_person_id", "kind at")
office("office", _("Privacy notices"), PrivacyNotice, "published_by", "kind version")
office("office", _("Drafts of privacy notices"), PrivacyNoticeDraft, "drafted_by", "kind")
own(
    "profile",
    _("Lists by which you were entered"),
    PersonImportRow,
    "person_id",
    Changed(
        _("That a list was entered, and how many, stays; what it said of you does not."),
        lambda _person_id, _at: {"sealed": None},
    ),
    "import_id line status",
)
office("office", _("Lists of persons"), PersonImport, "sent_by asked_by undone_by", "sent_at")
own(
    "profile",
    _("Corrections asked for"),
    PersonCorrection,
    "person_id",
    DELETED,
    "field status asked_at ended_at decision_reason",
)
office("office", _("Corrections decided on"), PersonCorrection, "decided_by", "field ended_at")
own(
    "erasure",
    _("Wishes to be erased"),
    Erasure,
    "person_id",
    BOOKS,
    "asked_at status due_at ended_at points",
)
own(
    "seen",
    _("What others did with your data"),
    AuditEntry,
    "subject",
    Kept(_("Who looked at your data and why must be known later. It names you by number only.")),
    "at action role reason after",
    text="person:{}",
)
office("office", _("Roles granted or ended"), RoleGrant, "granted_by ended_by", "role valid_from")
office("office", _("Erasures proposed or decided"), Erasure, "asked_by decided_by", "asked_at")
office("office", _("Administrative acts"), AuditEntry, "actor", "at action", text="person:{}")
office("office", _("Bookings made"), Transaction, "actor", "posted_at kind", text="person:{}")
office(
    "office",
    _("Checks of the books asked for"),
    CheckRequest,
    "asked_by",
    "asked_at",
    text="person:{}",
)
office("office", _("Checks of the books run"), CheckRun, "asked_by", "started_at", text="person:{}")
