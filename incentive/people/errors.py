"""What people's use cases refuse."""

from datetime import timedelta

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from incentive.core.i18n import Text, _


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

    def __init__(self, remaining: timedelta) -> None:
        seconds = max(1, int(remaining.total_seconds()))
        minutes = -(-seconds // 60)
        super().__init__(
            _("Too many wrong passwords. Try again in %(minutes)s minutes.", minutes=minutes),
            minutes=minutes,
            retry_after_seconds=seconds,
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


class IdNumberTaken(Conflict):
    """Another person has this ID number."""

    code = "people.id_number_taken"

    def __init__(self) -> None:
        super().__init__(_("This ID number belongs to another person already."), field="id_number")


class IdNumberUnusable(Invalid):
    """This is no ID number of its kind."""

    code = "people.id_number_unusable"

    def __init__(self) -> None:
        super().__init__(
            _("This is not a valid ID number. Copy it from the document, digit by digit."),
            field="id_number",
        )


class BirthMonthUnusable(Invalid):
    """This is no month of birth, or not the one in the ID number."""

    code = "people.birth_month_unusable"

    def __init__(self) -> None:
        super().__init__(
            _("This month of birth cannot be right. Write it like 1990-01, as in the ID number."),
            field="birth_month",
        )


class UnknownPerson(NotFound):
    """No such person here."""

    code = "people.unknown_person"

    def __init__(self) -> None:
        super().__init__(_("There is no such person here. Check the volunteer number."))


class PasswordWeak(Invalid):
    """The password is too short or too easy to guess."""

    code = "people.password_weak"

    def __init__(self, message: Text) -> None:
        super().__init__(message, field="password")


class HomeTooWide(Invalid):
    """Nobody lives in a whole city."""

    code = "people.home_too_wide"

    def __init__(self) -> None:
        super().__init__(_("Choose the community where the person lives."), field="home_region_id")


class OwnRole(Forbidden):
    """Nobody grants a role to themselves."""

    code = "people.own_role"

    def __init__(self) -> None:
        super().__init__(
            _("Nobody grants a role to themselves. Ask another administrator."), field="person_id"
        )


class OwnStanding(Forbidden):
    """Nobody blocks themselves, nor lets themselves in."""

    code = "people.own_standing"

    def __init__(self) -> None:
        super().__init__(_("Nobody blocks themselves. Ask another administrator."))


class StandingUnchanged(Conflict):
    """The person is blocked already, or was let in already."""

    code = "people.standing_unchanged"

    def __init__(self) -> None:
        super().__init__(_("Somebody did this already. Look the person up again."))


class ForFamily(Forbidden):
    """Nobody vouches for, awards or decides about their own family."""

    code = "people.for_family"

    def __init__(self) -> None:
        super().__init__(
            _("This is about your own family. Somebody else has to do it: ask a colleague.")
        )


class RoleEndsBefore(Invalid):
    """A role would end before it begins."""

    code = "people.role_ends_before"

    def __init__(self) -> None:
        super().__init__(_("Choose an end that is still to come."), field="until")


class NotDelegable(Forbidden):
    """This role is not the caller's to hand on."""

    code = "people.not_delegable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Only a role of your own that an administrator gave you can be handed on, and only"
                " for what it allows there."
            ),
            field="role_id",
        )


class DelegatedTooLong(Invalid):
    """A role is handed on for some days only, and not beyond its own end."""

    code = "people.delegated_too_long"

    def __init__(self, days: int) -> None:
        super().__init__(
            _(
                "A role is handed on for at most %(days)s days, and not beyond its own end."
                " Choose an earlier day.",
                days=days,
            ),
            field="until",
            days=days,
        )


class RoleNotThere(Invalid):
    """This role cannot be held at a station."""

    code = "people.role_not_there"

    def __init__(self) -> None:
        super().__init__(
            _("Only station managers and auditors are bound to one station. Choose a region."),
            field="role",
        )


class RoleHeld(Conflict):
    """The person holds the role there already."""

    code = "people.role_held"

    def __init__(self) -> None:
        super().__init__(_("The person has this role there already."), field="role")


class ScopeUnclear(Invalid):
    """A role is held over one region or at one station."""

    code = "people.scope_unclear"

    def __init__(self) -> None:
        super().__init__(_("Name either a region or a station for the role."), field="region_id")


class RoleEndFinal(Conflict):
    """The end of a role cannot be undone by the caller any more."""

    code = "people.role_end_final"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Only whoever ended a role can undo that, within 10 minutes, and not once it would"
                " have ended by itself. Grant it anew."
            )
        )


class RoleHandedOn(Conflict):
    """What was handed on of a role has the end that its holder gave it."""

    code = "people.role_handed_on"

    def __init__(self) -> None:
        super().__init__(
            _("This role was handed on by its holder for a time. End it, or grant one of its own."),
            field="until",
        )


class UnknownRole(NotFound):
    """No such role is held now."""

    code = "people.unknown_role"

    def __init__(self) -> None:
        super().__init__(_("There is no such role, or it has ended. Look the person up again."))


class ForeignOrigin(Forbidden):
    """A browser's change was not asked for by a page of ours."""

    code = "people.foreign_origin"

    def __init__(self) -> None:
        super().__init__(_("This request came from another site. Open our page and try again."))


class RevealedTooOften(TooMany):
    """One worker sees more persons' data in full within an hour than their work needs."""

    code = "people.revealed_too_often"

    def __init__(self, most: int) -> None:
        super().__init__(
            _(
                "You have seen data in full %(most)s times within an hour, which is the most."
                " Go on later; if you need more now, ask your administrator.",
                most=most,
            ),
            most=most,
        )
