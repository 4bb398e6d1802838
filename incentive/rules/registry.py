"""Every earning rule by name. A new rule is a file, a line here, and a test."""

from collections.abc import Mapping

from incentive.rules.block import Block
from incentive.rules.cap_activity import CapActivity
from incentive.rules.cap_day import CapDay
from incentive.rules.cap_month import CapMonth
from incentive.rules.domain import Rule
from incentive.rules.first_service import FirstService
from incentive.rules.multiplier_day import MultiplierDay
from incentive.rules.multiplier_kind import MultiplierKind

RULES: Mapping[str, type[Rule]] = {
    rule.name: rule
    for rule in (
        Block,
        MultiplierKind,
        MultiplierDay,
        FirstService,
        CapActivity,
        CapDay,
        CapMonth,
    )
}
