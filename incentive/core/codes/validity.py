"""What can be said about a code."""

from enum import StrEnum


class Validity(StrEnum):
    """Why a code is good, or why it isn't.

    `garbled`: not the shape of a code (misread or mistyped); `foreign`: another
    jurisdiction's; `forged`: nobody here made it; `expired`: made here, for an
    earlier time or print; `unknown`: of good shape, but what it names is not here.
    """

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"
    FOREIGN = "foreign"
    GARBLED = "garbled"
    UNKNOWN = "unknown"


class CodeError(ValueError):
    """A text is not a code; `reason` is never `VALID`."""

    def __init__(self, reason: Validity) -> None:
        super().__init__(reason.value)
        self.reason = reason
