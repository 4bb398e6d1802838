"""Shapes of requests and answers about the sealed books. Hashes and keys are base64."""

import base64
from typing import Any, Final

from marshmallow import fields, validate

from incentive.core.http import Schema

_BIGINT_MAX: Final = (1 << 63) - 1


class Base64(fields.Field[bytes]):
    """Bytes as base64."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else base64.b64encode(value).decode()


def _number(least: int, **more: Any) -> fields.Integer:
    return fields.Integer(validate=validate.Range(least, _BIGINT_MAX), **more)


def _bytes(**more: Any) -> Base64:
    return Base64(metadata={"type": "string", "format": "byte"}, **more)


class CheckpointSchema(Schema):
    """So many leaves have this root: signed. `note` is the whole, in C2SP's text form."""

    tree_size = fields.Integer(required=True)
    root = _bytes(required=True)
    at = fields.AwareDateTime(required=True)
    key_id = fields.String(required=True)
    note = fields.String(required=True)


class KeySchema(Schema):
    """A public key (Ed25519), and when it signs."""

    id = fields.String(required=True, attribute="key.id")
    name = fields.String(required=True, attribute="key.name")
    public_key = _bytes(required=True, attribute="key.public_key")
    verifier_key = fields.String(
        required=True, metadata={"description": "For verifiers of signed notes: name+id+base64"}
    )
    signs_from = fields.AwareDateTime(required=True, attribute="key.created_at")
    signs_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        attribute="key.retires_at",
        metadata={"description": "Null for the current key"},
    )


class KeysSchema(Schema):
    """Every key that signs or ever did, the latest first."""

    items = fields.List(fields.Nested(KeySchema), required=True)


class InclusionQuerySchema(Schema):
    """Which transaction, and in which tree (default: the latest checkpoint's)."""

    transaction = _number(1, required=True)
    tree_size = _number(1)


class InclusionSchema(Schema):
    """The hashes from the leaf to the root, the lowest first (RFC 9162, section 2.1.3)."""

    transaction_id = fields.Integer(required=True)
    seq = fields.Integer(required=True)
    tree_size = fields.Integer(required=True)
    hashes = fields.List(_bytes(), required=True)
    checkpoint = fields.Nested(
        CheckpointSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Null if none was signed at that size"},
    )


class ConsistencyQuerySchema(Schema):
    """The sizes of two trees, the earlier and the later."""

    first = _number(1, required=True)
    second = _number(1, required=True)


class ConsistencySchema(Schema):
    """The hashes that show it (RFC 9162, section 2.1.4)."""

    first = fields.Integer(required=True)
    second = fields.Integer(required=True)
    hashes = fields.List(_bytes(), required=True)


class HeldBackSchema(Schema):
    """A running transaction for which rows have waited more than a minute to be sealed."""

    since = fields.AwareDateTime(required=True)
    held_back_by = fields.Integer(
        required=True,
        allow_none=True,
        attribute="pid",
        metadata={"description": "The database's process; null if it left a prepared transaction"},
    )
    state = fields.String(required=True, allow_none=True)
    application = fields.String(required=True, allow_none=True)
    running_since = fields.AwareDateTime(required=True, allow_none=True)


class SealingSchema(Schema):
    """How far the books are sealed."""

    tree_size = fields.Integer(required=True)
    checkpoint = fields.Nested(CheckpointSchema, required=True, allow_none=True)
    held_back = fields.Nested(HeldBackSchema, required=True, allow_none=True)


class ReceiptOwnerSchema(Schema):
    """Whose an account is, with the salt of the commitment that stands for it in the leaf."""

    owner = fields.String(required=True, metadata={"example": "person:<id>"})
    salt = fields.String(required=True)


class LedgerReceiptSchema(Schema):
    """A transaction as it was sealed, with all that proves it; bytes are in base64."""

    format = fields.String(required=True)
    version = fields.Integer(required=True)
    seq = fields.Integer(required=True, metadata={"description": "Its row in the sealed books"})
    leaf = fields.String(required=True)
    proof = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The hashes to the checkpoint's root (RFC 9162, 2.1.3)"},
    )
    checkpoint = fields.String(required=True, metadata={"description": "The signed note"})
    owners = fields.List(fields.Nested(ReceiptOwnerSchema), required=True)
    memo = fields.String(
        required=True,
        metadata={"description": "Salt, who acted and why, as they were committed to"},
    )
