"""What notices and consents refuse."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.http import API_PREFIX
from incentive.core.i18n import _
from incentive.people.consents.domain import NAMES, Kind


class UnknownNotice(NotFound):
    """No such notice here."""

    code = "people.unknown_notice"

    def __init__(self) -> None:
        super().__init__(_("There is no such notice. Look at the list of notices."))


class NoticeReplaced(Conflict):
    """Another version is in force."""

    code = "people.notice_replaced"

    def __init__(self, version: int) -> None:
        super().__init__(
            _("Version %(version)s of this notice is in force. Read it first.", version=version),
            field="notice",
            version=version,
        )


class NoticeNotAgreed(Invalid):
    """Nobody is registered who has not agreed to the privacy notice."""

    code = "people.notice_not_agreed"

    def __init__(self) -> None:
        super().__init__(
            _("Read the privacy notice and tick the box that you agree."), field="notice"
        )


class ConsentMissing(Invalid):
    """A sensitive item was told without its own consent."""

    code = "people.consent_missing"

    def __init__(self, kind: Kind) -> None:
        super().__init__(
            _(
                "“%(item)s” is kept only with a consent of its own. Read its notice and agree, or"
                " leave it out.",
                item=NAMES[kind],
            ),
            field=kind.value,
            kind=kind.value,
        )


class ItemMissing(Invalid):
    """A consent to keep something came without it."""

    code = "people.item_missing"

    def __init__(self, kind: Kind) -> None:
        super().__init__(_("Fill in what you consent to be kept."), field="value", kind=kind.value)


class BirthMonthFixed(Conflict):
    """A minor does not become older by telling another month of birth."""

    code = "people.birth_month_fixed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "You told another month of birth before. Ask the community to correct it, with a"
                " document."
            ),
            field="value",
        )


class ItemHeld(Conflict):
    """What says who somebody is does not change by being told anew: a correction is approved."""

    code = "people.item_held"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Something else is kept of this. To change it, ask for it on the page “Correct my"
                " data”."
            ),
            field="value",
        )


class NothingToWithdraw(Conflict):
    """This consent was never given, or is withdrawn."""

    code = "people.nothing_to_withdraw"

    def __init__(self) -> None:
        super().__init__(_("There is no such consent to withdraw. Load the page again."))


class GuardianDecides(Forbidden):
    """This consent is a guardian's to give and to withdraw."""

    code = "people.guardian_decides"

    def __init__(self) -> None:
        super().__init__(_("Your guardian gives this consent, and withdraws it."))


class NoticeDue(Forbidden):
    """A new privacy notice has to be read before going on."""

    code = "people.notice_due"

    def __init__(self) -> None:
        super().__init__(_("The privacy notice has changed. Read it first; then go on."))


class ConsentWithdrawn(Forbidden):
    """The consent to the privacy notice was withdrawn: what is held can be seen and erased, no more.

    `agree` and `close` are where a program gives the consent again, and has the account erased.
    """

    code = "people.consent_withdrawn"

    def __init__(self) -> None:
        super().__init__(
            _(
                "You withdrew your consent to the privacy notice, so nothing more is done here in"
                " your name. Agree to it again, or close the account; what is kept about you you"
                " can see and take along as before."
            ),
            agree=f"POST {API_PREFIX}/me/consents",
            close=f"POST {API_PREFIX}/me/erasure",
        )


class UnknownNoticeDraft(NotFound):
    """No such draft, or it was published."""

    code = "people.notice_draft_gone"

    def __init__(self) -> None:
        super().__init__(_("There is no such draft. It may have been published already."))


class NoticeIncomplete(Invalid):
    """A version says in both languages what it is and what changed."""

    code = "people.notice_incomplete"

    def __init__(self, field: str) -> None:
        super().__init__(
            _("Title, text and what changed are needed in Chinese and in English."), field=field
        )


class NoticeTooEarly(Invalid):
    """A version holds from now on at the earliest, and after the one before it."""

    code = "people.notice_too_early"

    def __init__(self) -> None:
        super().__init__(
            _("Choose a day to come, and not before the last version that was published."),
            field="effective_from",
        )
