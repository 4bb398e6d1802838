"""What is refused of drafts and their simulations."""

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import Text, _


class RulesInvalid(Invalid):
    """The document of rules cannot be used."""

    code = "settlement.rules_invalid"

    def __init__(self, path: str, problem: Text) -> None:
        super().__init__(
            _("%(path)s: %(problem)s.", path=path, problem=problem), field=path, path=path
        )
        self.path = path
        self.problem = problem


class UnknownDraft(NotFound):
    """There is no such draft of rules."""

    code = "settlement.unknown_draft"

    def __init__(self) -> None:
        super().__init__(_("There is no such draft of rules."))


class UnknownSimulation(NotFound):
    """There is no such simulation of that draft."""

    code = "settlement.unknown_simulation"

    def __init__(self) -> None:
        super().__init__(_("There is no such simulation of this draft."))


class DraftClosed(Conflict):
    """The draft is past the step that was asked for."""

    code = "settlement.draft_closed"

    def __init__(self, state: str, words: Text) -> None:
        super().__init__(
            _("This draft is %(state)s. Propose a new one to change the rules.", state=words),
            state=state,
        )


class DraftNotSimulated(Conflict):
    """What is to be submitted or approved was not simulated as it stands."""

    code = "settlement.draft_not_simulated"

    def __init__(self) -> None:
        super().__init__(_("Simulate this draft on past months first, to its end."))


class DraftNotSubmitted(Conflict):
    """Only a submitted draft can be decided on."""

    code = "settlement.draft_not_submitted"

    def __init__(self) -> None:
        super().__init__(_("This draft was not submitted yet. Who proposed it submits it."))


class OwnDraft(Conflict):
    """Who proposed a draft cannot decide on it."""

    code = "settlement.own_draft"

    def __init__(self) -> None:
        super().__init__(_("You proposed this draft. A second person must decide on it."))


class NotOwnDraft(Conflict):
    """Only who proposed a draft submits or withdraws it."""

    code = "settlement.not_own_draft"

    def __init__(self) -> None:
        super().__init__(_("Somebody else proposed this draft, and submits or withdraws it."))


class EffectiveTooEarly(Invalid):
    """New rules begin tomorrow at the earliest, and after every day that was settled."""

    code = "settlement.effective_too_early"

    def __init__(self, earliest: str) -> None:
        super().__init__(
            _(
                "New rules can begin on %(day)s at the earliest: no settled day is ruled again.",
                day=earliest,
            ),
            field="effective_from",
            earliest=earliest,
        )


class EffectiveDayTaken(Conflict):
    """Other rules begin on that very day."""

    code = "settlement.effective_day_taken"

    def __init__(self, day: str) -> None:
        super().__init__(
            _("Other rules begin on %(day)s already. Choose another day.", day=day),
            field="effective_from",
            day=day,
        )


class MonthsInvalid(Invalid):
    """The months to simulate run backwards, are too many, or have not begun."""

    code = "settlement.months_invalid"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("Choose 1 to %(most)s months in order, the last one begun already.", most=most),
            field="first_month",
            most=most,
        )
