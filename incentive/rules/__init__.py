"""Pure earning rules: what a verified service is worth in points, and why.

A rule is one file with one class, a line in `registry.py`, and a test. This
package knows no person, no table and no clock; it is handed `Fact`s and hands
back `Award`s.
"""

from incentive.rules.awarding import award, award_all
from incentive.rules.describe import describe
from incentive.rules.domain import Award, Fact, RuleSet, Step
from incentive.rules.errors import RuleError
from incentive.rules.explain import in_force, words
from incentive.rules.parsing import DEFAULT, parse

__all__ = [
    "DEFAULT",
    "Award",
    "Fact",
    "RuleError",
    "RuleSet",
    "Step",
    "award",
    "award_all",
    "describe",
    "in_force",
    "parse",
    "words",
]
