"""Checkpoints, keys and proofs: what an outsider needs to hold the books to their word."""

from typing import Any, Final

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import PUBLIC, REACH, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.ledger.seal_models import CheckpointRow
from incentive.people.caller import caller
from incentive.seals import service
from incentive.seals.schemas import (
    CheckpointSchema,
    ConsistencyQuerySchema,
    ConsistencySchema,
    InclusionQuerySchema,
    InclusionSchema,
    KeysSchema,
    SealingSchema,
)

bp: Final = ApiBlueprint(
    "seals", __name__, description="The sealed books: signed checkpoints, and proofs from them"
)


@bp.get("/ledger/checkpoints")
@needs(PUBLIC)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(CheckpointSchema))
def list_checkpoints(query: dict[str, Any]) -> Page:
    """List the signed checkpoints, the latest first. For anybody."""
    with transaction():
        return service.checkpoints(query.get("cursor"), query["limit"])


@bp.get("/ledger/checkpoints/latest")
@needs(PUBLIC)
@bp.response(200, CheckpointSchema)
def latest_checkpoint() -> CheckpointRow:
    """Give the latest signed checkpoint. For anybody."""
    with transaction():
        return service.latest()


@bp.get("/ledger/keys")
@needs(PUBLIC)
@bp.response(200, KeysSchema)
def list_keys() -> dict[str, Any]:
    """Give the public keys that sign checkpoints or ever did. For anybody."""
    with transaction():
        return {"items": service.keys()}


@bp.get("/ledger/proofs/inclusion")
@needs("ledger.read", of=REACH, own=True)
@bp.arguments(InclusionQuerySchema, location="query")
@bp.response(200, InclusionSchema)
def prove_inclusion(query: dict[str, Any]) -> service.Inclusion:
    """Prove that a transaction is sealed. For whom it moved points, and for auditors."""
    with transaction():
        return service.inclusion(caller(), query["transaction"], query.get("tree_size"))


@bp.get("/ledger/proofs/consistency")
@needs(PUBLIC)
@bp.arguments(ConsistencyQuerySchema, location="query")
@bp.response(200, ConsistencySchema)
def prove_consistency(query: dict[str, Any]) -> service.Consistency:
    """Prove that the books only grew from one size to another. For anybody."""
    with transaction():
        return service.consistency(query["first"], query["second"])


@bp.get("/ledger/sealing")
@needs("ledger.read", of=REACH)
@bp.response(200, SealingSchema)
def sealing_state() -> service.State:
    """Say how far the books are sealed, and what holds them back. For auditors."""
    with transaction():
        return service.state(caller(), clock.now())
