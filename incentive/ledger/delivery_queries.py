"""The SQL of deliveries: which checkpoints each place outside has got."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.ledger import seal_queries
from incentive.ledger.seal_models import CheckpointDelivery, CheckpointRow

AT_ONCE: Final = 100


def waiting(target: str) -> Sequence[CheckpointRow]:
    """Return up to 100 checkpoints that `target` has not got, the earliest first."""
    last = select(CheckpointDelivery.tree_size).filter_by(target=target).scalar_subquery()
    rows = seal_queries.checkpoints().where(or_(last.is_(None), CheckpointRow.tree_size > last))
    return session().scalars(rows.order_by(CheckpointRow.tree_size).limit(AT_ONCE)).all()


def delivered(target: str) -> bool:
    """Return whether `target` has got any."""
    return session().get(CheckpointDelivery, target) is not None


def keep(target: str, tree_size: int, at: datetime) -> None:
    """Remember that `target` has everything up to the checkpoint of `tree_size` leaves."""
    values = {"tree_size": tree_size, "delivered_at": at}
    statement = insert(CheckpointDelivery).values(target=target, **values)
    session().execute(statement.on_conflict_do_update(index_elements=["target"], set_=values))
