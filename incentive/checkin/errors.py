"""What check-in refuses; the reasons of a refused scan stand in `verdicts.json`."""

from typing import Any, Final

from incentive.checkin.verdict import REASONS
from incentive.core.errors import Conflict, Forbidden, IncentiveError, Invalid, NotFound
from incentive.core.i18n import Text, _

# A refusal is about the code (422, an expired one 410), about what it names (404), about
# who scans (403); all others are about how things stand (409).
_STATUSES: Final = {
    "checkin.code_garbled": 422,
    "checkin.code_foreign": 422,
    "checkin.code_forged": 422,
    "checkin.code_expired": 410,
    "checkin.unknown_code": 404,
    "checkin.unknown_shift": 404,
    "checkin.unknown_person": 404,
    "checkin.scanner_out_of_scope": 403,
    "checkin.suspended": 403,
}


class Refused(IncentiveError):
    """The verdict on a scan was no; nothing was written."""


def _refusal(reason: str) -> type[Refused]:
    name = reason.partition(".")[2].title().replace("_", "")
    return type(name, (Refused,), {"code": reason, "status": _STATUSES.get(reason, 409)})


_REFUSALS: Final = {reason: _refusal(reason) for reason in REASONS}


def refused(reason: str) -> Refused:
    """Return the error for a reason of the table."""
    return _REFUSALS[reason](Text(REASONS[reason]))


class NonceReused(Conflict):
    """The nonce was used for another scan."""

    code = "checkin.nonce_reused"

    def __init__(self) -> None:
        super().__init__(_("This nonce was used for another scan. Scan again."), field="nonce")


class Raced(Conflict):
    """Something that decided the scan changed while it was decided."""

    code = "checkin.raced"

    def __init__(self) -> None:
        super().__init__(_("Somebody else did something to this at the same time. Try again."))


class ShiftMissing(Invalid):
    """A card or a number came without the shift."""

    code = "checkin.shift_missing"

    def __init__(self) -> None:
        super().__init__(_("Choose the shift for which you scan this card."), field="shift_id")


class ShiftSuperfluous(Invalid):
    """A shift's own code came with a shift, or with somebody's number."""

    code = "checkin.shift_superfluous"

    def __init__(self) -> None:
        super().__init__(
            _("A shift's code names its shift. Send no shift_id with it."), field="shift_id"
        )


class UnreadableScan(Invalid):
    """A row of a batch is no scan."""

    code = "checkin.unreadable_scan"

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__(
            _("This row is not a scan, and was left out. Scan again."),
            field=next(iter(errors), None),
            errors=errors,
        )


class BrokenRow(IncentiveError):
    """Something broke on our side at one row; the log says what."""

    code = "internal"

    def __init__(self) -> None:
        super().__init__(_("Something broke on our side. It was logged; please try again."))


class UnknownAttendance(NotFound):
    """No such attendance here."""

    code = "checkin.unknown_attendance"

    def __init__(self) -> None:
        super().__init__(_("There is no such attendance. Open the list of the shift again."))


class UnknownRecord(NotFound):
    """No such service record here."""

    code = "checkin.unknown_record"

    def __init__(self) -> None:
        super().__init__(_("There is no such service record. Open the list of records again."))


class OwnRecord(Forbidden):
    """Nobody decides on their own service."""

    code = "checkin.own_record"

    def __init__(self) -> None:
        super().__init__(_("This is your own service. Another worker has to decide on it."))


class ReasonMissing(Invalid):
    """A rejected record is to be verified without a reason."""

    code = "checkin.reason_missing"

    def __init__(self) -> None:
        super().__init__(
            _("This record was rejected. Give the reason why it is verified after all."),
            field="reason",
        )


class AlreadySettled(Conflict):
    """Points were paid for the record."""

    code = "checkin.already_settled"

    def __init__(self) -> None:
        super().__init__(
            _("Points were paid for this record already. Reverse the award in the ledger instead.")
        )


class StillThere(Conflict):
    """Somebody who wants to be erased is checked in."""

    code = "checkin.still_there"

    def __init__(self) -> None:
        super().__init__(_("You are checked in at a shift. Check out first."))


class RecordsOpen(Conflict):
    """Service of somebody who is to be erased is not verified or not paid yet."""

    code = "checkin.records_open"

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Service records still to be verified or turned into points: %(count)s. It goes on"
                " by itself when they are.",
                count=count,
            ),
            count=count,
        )
