"""What the demo refuses."""

from incentive.core.errors import Conflict
from incentive.core.i18n import _


class PhoneInUse(Conflict):
    """Somebody who is not of the demo has one of its phone numbers."""

    code = "demo.phone_in_use"

    def __init__(self, phone: str) -> None:
        super().__init__(
            _(
                "The phone number %(phone)s of the demo belongs to somebody else here."
                " Load the demo into a jurisdiction of its own.",
                phone=phone,
            ),
            phone=phone,
        )
