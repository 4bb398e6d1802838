"""What the settlement with merchants holds about a person: what they did in an office."""

from datetime import datetime
from uuid import UUID

from incentive.core.errors import IncentiveError
from incentive.core.i18n import _
from incentive.merchants import queries
from incentive.merchants.errors import SpeaksForMerchant
from incentive.merchants.models import MerchantContact, PriceAgreement, SponsorBudget
from incentive.merchants.payment_models import BankFile, Payment
from incentive.merchants.statement_models import Confirmation, Objection, Statement
from incentive.people.erasing.hindering import hinders
from incentive.people.held import OFFICE, office, own

own(
    "roles",
    _("Merchants that you speak for"),
    MerchantContact,
    "person_id",
    OFFICE,
    "merchant_id valid_from valid_until",
)
office("office", _("Merchants' contacts entered"), MerchantContact, "added_by", "valid_from")
office("office", _("Sponsors' budgets"), SponsorBudget, "created_by", "created_at")
office("office", _("Prices agreed or ended"), PriceAgreement, "agreed_by ended_by", "agreed_at")
office(
    "office",
    _("Merchants' statements"),
    Statement,
    "made_by sent_by charged_by closed_by",
    "made_at",
)
office("office", _("Statements confirmed"), Confirmation, "person_id", "side at")
office("office", _("Objections"), Objection, "raised_by answered_by", "raised_at")
office("office", _("Payments"), Payment, "recorded_by taken_back_by", "recorded_at")
office("office", _("Bank files"), BankFile, "imported_by", "imported_at")


@hinders
def _contact(person_id: UUID, _at: datetime) -> IncentiveError | None:
    return SpeaksForMerchant() if queries.merchants_of(person_id) else None
