"""What the books refuse by a constraint is told as the package's own error."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors as postgres
from sqlalchemy.exc import IntegrityError

from incentive.core.errors import IncentiveError


@contextmanager
def refusing(**refusals: IncentiveError) -> Iterator[None]:
    """Turn a refusal by one of these constraints into the error beside its name."""
    try:
        yield
    except IntegrityError as error:
        cause = error.orig
        name = cause.diag.constraint_name if isinstance(cause, postgres.Error) else None
        if name in refusals:
            raise refusals[name] from None
        raise
