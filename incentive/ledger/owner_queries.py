"""SQL of the accounts' owners."""

from collections.abc import Sequence

from sqlalchemy import select

from incentive.core.db import session
from incentive.ledger.models import Account


def known(owners: Sequence[str]) -> set[str]:
    """Return those of `owners` who have an account."""
    found = select(Account.owner).where(Account.owner.in_(owners)).distinct()
    return set(session().scalars(found))
