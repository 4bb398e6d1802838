"""Column types that every package's tables share."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import UserDefinedType

from incentive.core.ids import new_id

Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
String = Annotated[str, mapped_column(Text)]


class Ltree(UserDefinedType[str]):
    """PostgreSQL's ltree: the way from the root to a node, labels joined by dots."""

    cache_ok = True

    class Comparator(UserDefinedType.Comparator[str]):
        """The tree's own comparisons."""

        def within(self, other: Any) -> Any:
            """This node is `other` or lies below it."""
            return self.op("<@", is_comparison=True)(other)

        def contains_node(self, other: Any) -> Any:
            """`other` is this node or lies below it."""
            return self.op("@>", is_comparison=True)(other)

    comparator_factory = Comparator

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return "LTREE"


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return "XID8"
