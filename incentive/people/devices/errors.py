"""What devices refuse."""

from incentive.core.errors import NotFound
from incentive.core.i18n import _


class PairingSpent(NotFound):
    """The pairing code is unknown, used up or too old; which of them is not told."""

    code = "people.pairing_spent"

    def __init__(self) -> None:
        super().__init__(
            _("This pairing code is not good any more. Have a new one shown, and scan it soon."),
            field="code",
        )


class UnknownDevice(NotFound):
    """No such device is paired now."""

    code = "people.unknown_device"

    def __init__(self) -> None:
        super().__init__(_("There is no such device, or it has ended. Look at the list again."))
