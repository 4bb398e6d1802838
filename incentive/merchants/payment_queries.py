"""SQL of payments and of the bank's rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from incentive.core.db import session
from incentive.merchants.payment_models import Payment
from incentive.people.models import Person


def payments(statement_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (Payment, volunteer_number of who recorded it), the earliest first."""
    found = (
        select(Payment, Person.volunteer_number)
        .join(Person, Person.id == Payment.recorded_by)
        .where(Payment.statement_id == statement_id)
        .order_by(Payment.id)
    )
    return session().execute(found).all()


def lock_payment(statement_id: UUID, payment_id: UUID) -> Payment | None:
    """Return a payment of a (locked) statement that stands."""
    return session().scalar(
        select(Payment).filter_by(id=payment_id, statement_id=statement_id, taken_back_at=None)
    )
