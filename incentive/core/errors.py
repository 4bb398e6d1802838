"""Kinds of error; each package's catalogue derives from these, and `core.http` renders them.

An error says what went wrong, in the reader's language, and what to do next. Its
`code` is stable and part of the API; `figures` are the numbers behind the sentence.
"""

from typing import Any, ClassVar

from incentive.core.i18n import Text


class IncentiveError(Exception):
    """A refusal that the caller can understand and act upon; nothing was written."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: Text, *, field: str | None = None, **figures: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.figures = figures

    def __str__(self) -> str:
        return str(self.message)


class Invalid(IncentiveError):
    """The request was understood and cannot be right."""

    status = 422


class Malformed(IncentiveError):
    """The request cannot be read."""

    status = 400


class Unauthenticated(IncentiveError):
    """Nobody is signed in."""

    status = 401


class Forbidden(IncentiveError):
    """Signed in, but without a role whose scope reaches this."""

    status = 403


class NotFound(IncentiveError):
    """There is no such thing here, or none that the caller may know of."""

    status = 404


class Conflict(IncentiveError):
    """The state of things does not allow it now."""

    status = 409


class TooMany(IncentiveError):
    """Too often, too fast."""

    status = 429


class Unavailable(IncentiveError):
    """A part that the product needs is away; trying again later helps."""

    status = 503
