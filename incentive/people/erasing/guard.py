"""What the database refuses to keep of the erased, told as the refusal that it is.

Triggers look at the person under a lock when a session, a role, an order and the like is written:
whoever looked before the erasure, and writes after it, is refused here.
"""

from typing import Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from incentive.people.erasing.errors import PersonErased

_SQLSTATE: Final = "PE001"


@event.listens_for(Engine, "handle_error")
def _translate(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) == _SQLSTATE:
        raise PersonErased
