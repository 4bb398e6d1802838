"""Leaves of the sealed books over HTTP, for whoever recomputes them. Hashes and leaves are base64."""

from typing import Any, Final

from marshmallow import fields, validate

from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, Schema
from incentive.core.needs import REACH, needs
from incentive.desk import sealed
from incentive.desk.sealed import LeafView
from incentive.people.caller import caller
from incentive.seals.schemas import Base64

bp: Final = ApiBlueprint("sealed", __name__, description="The sealed books' leaves, for auditors")
_BIGINT: Final = (1 << 63) - 1
_BYTES: Final = {"type": "string", "format": "byte"}


class LeavesQuerySchema(Schema):
    """Which leaves, from 0: the first one, and the one after the last."""

    start = fields.Integer(required=True, data_key="from", validate=validate.Range(0, _BIGINT))
    stop = fields.Integer(required=True, data_key="to", validate=validate.Range(1, _BIGINT))


class LeafSchema(Schema):
    """A leaf. `kind` T is a transaction, L a line of the audit log; `ref` its number."""

    seq = fields.Integer(required=True)
    kind = fields.String(required=True)
    ref = fields.Integer(required=True)
    hash = Base64(required=True, metadata=_BYTES)
    leaf = Base64(
        required=True,
        allow_none=True,
        metadata=_BYTES | {"description": "Null unless you audit the whole jurisdiction"},
    )


class LeavesSchema(Schema):
    """Some leaves, in their order."""

    items = fields.List(fields.Nested(LeafSchema), required=True)


class PeaksQuerySchema(Schema):
    """Of how many leaves."""

    size = fields.Integer(required=True, validate=validate.Range(0, _BIGINT))


class PeaksSchema(Schema):
    """The hashes of the full subtrees that these leaves consist of, the largest first."""

    size = fields.Integer(required=True)
    hashes = fields.List(Base64(metadata=_BYTES), required=True)


@bp.get("/desk/leaves")
@needs("audit.read", of=REACH)
@bp.arguments(LeavesQuerySchema, location="query")
@bp.response(200, LeavesSchema)
def list_leaves(query: dict[str, Any]) -> dict[str, list[LeafView]]:
    """List up to a thousand leaves, as the rows give them now."""
    with transaction():
        return {"items": sealed.leaves(caller(), query["start"], query["stop"])}


@bp.get("/desk/peaks")
@needs("audit.read", of=REACH)
@bp.arguments(PeaksQuerySchema, location="query")
@bp.response(200, PeaksSchema)
def list_peaks(query: dict[str, Any]) -> dict[str, Any]:
    """Give the tree over the first leaves in as few hashes as can be."""
    with transaction():
        return {"size": query["size"], "hashes": sealed.peaks(caller(), query["size"])}
