"""Whether somebody was ever in the books: whoever has an account."""

from collections.abc import Iterable

from incentive.ledger import owner_queries


def known(owners: Iterable[str]) -> set[str]:
    """Return those of `owners`, like `person:<id>`, who have an account, empty or not."""
    asked = list(owners)
    return owner_queries.known(asked) if asked else set()
