"""Answers kept for retries are sealed, by a key that only the caller's own Idempotency-Key gives."""

import hashlib
import json

import sqlalchemy as sa
from alembic import context, op

from incentive.core.crypto import Vault

revision = "0041_sealed_answers"
down_revision = "0040_linked_identities"
branch_labels = None
depends_on = None

_READ = sa.text("SELECT caller, key, request_hash, answer FROM idempotency_keys")
_WRITE = sa.text(
    "UPDATE idempotency_keys SET key = :hashed, request_hash = :wanted, answer = :answer"
    " WHERE caller = :caller AND key = :key"
)


def upgrade() -> None:
    connection = op.get_bind()
    kept = connection.execute(_READ).all()
    op.execute("ALTER TABLE idempotency_keys ALTER COLUMN answer TYPE bytea USING NULL")
    if not kept:
        return
    settings = context.config.attributes.get("settings")
    if settings is None:
        raise RuntimeError("There are answers to be sealed: run `incentive migrate`.")
    code = context.config.attributes["schema"].removeprefix("j_")
    rows = []
    for row in kept:
        vault = Vault(settings.secret, f"{code}/answer/{row.caller}/{row.key}")
        rows.append(
            {
                "caller": row.caller,
                "key": row.key,
                "hashed": hashlib.sha256(row.key.encode()).hexdigest(),
                "wanted": vault.blind(bytes(row.request_hash).hex()),
                "answer": vault.seal(json.dumps(row.answer)),
            }
        )
    connection.execute(_WRITE, rows)
