"""What one-time codes refuse."""

from datetime import timedelta

from incentive.core.errors import TooMany, Unauthenticated
from incentive.core.i18n import _


class CodeWrong(Unauthenticated):
    """The one-time code is not right, is used up, or is too old; which of them is not told."""

    code = "people.code_wrong"

    def __init__(self) -> None:
        super().__init__(
            _("The code is not right or no longer good. Look again, or have a new one sent."),
            field="code",
        )


class CodesTooOften(TooMany):
    """The phone was sent as many codes as it may be."""

    code = "people.codes_too_often"

    def __init__(self, remaining: timedelta) -> None:
        seconds = max(1, -(-int(remaining.total_seconds() * 1000) // 1000))
        super().__init__(
            _(
                "A code was sent to this phone already. Wait %(seconds)s seconds for another.",
                seconds=seconds,
            ),
            field="phone",
            retry_after_seconds=seconds,
        )
