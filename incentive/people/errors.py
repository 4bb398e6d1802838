"""What people's use cases refuse."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from incentive.core.i18n import _


class NotSignedIn(Unauthenticated):
    """No session, or one that has ended."""

    code = "people.not_signed_in"

    def __init__(self) -> None:
        super().__init__(_("Sign in first. If you were signed in, the session has ended."))


class OutOfScope(Forbidden):
    """No role of the caller's gives this permission here."""

    code = "people.out_of_scope"

    def __init__(self, permission: str) -> None:
        super().__init__(
            _("None of your roles allows this here. Ask the community or the administrator."),
            permission=permission,
        )


class WrongCredentials(Unauthenticated):
    """The phone or the password is not right; which of them is not told."""

    code = "people.wrong_credentials"

    def __init__(self) -> None:
        super().__init__(_("The phone number or the password is not right."))


class SignInLocked(TooMany):
    """Too many wrong passwords in a row."""

    code = "people.sign_in_locked"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            _("Too many wrong passwords. Try again in %(minutes)s minutes.", minutes=minutes),
            minutes=minutes,
        )


class PhoneUnusable(Invalid):
    """This is no mobile number."""

    code = "people.phone_unusable"

    def __init__(self) -> None:
        super().__init__(_("This is not a phone number. Write it like 13812345678."), field="phone")


class PhoneTaken(Conflict):
    """Another person has this phone."""

    code = "people.phone_taken"

    def __init__(self) -> None:
        super().__init__(_("This phone number belongs to another person already."), field="phone")


class UnknownPerson(NotFound):
    """No such person here."""

    code = "people.unknown_person"

    def __init__(self) -> None:
        super().__init__(_("There is no such person here. Check the volunteer number."))
