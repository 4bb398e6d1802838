"""What is wrong with a document of rules."""

from incentive.core.i18n import Text


class RuleError(ValueError):
    """A document of rules cannot be used.

    `path` names the place in the document (`rules[1].points`), `problem` says in the
    reader's language what is wrong there and what would be right.
    """

    code = "rules.invalid"

    def __init__(self, path: str, problem: Text) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem
