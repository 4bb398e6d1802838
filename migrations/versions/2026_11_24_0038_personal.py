"""Personal data under a key for each person; what is there already is sealed on the way.

One transaction for a jurisdiction: broken off, it leaves the books as they were, and keys in the
key store that the next run takes up.
"""

import hmac
import unicodedata
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import context, op

from incentive.core.crypto import Vault
from incentive.core.keystore.masters import masters_of
from incentive.core.keystore.sealing import seal
from incentive.core.keystore.store import KeyStore

revision = "0038_personal"
down_revision = "0037_device_pairings"
branch_labels = None
depends_on = None

_SEALED = ("name_sealed", "id_number_sealed", "birth_month_sealed", "address_sealed")
_BATCH = 500
_READ = sa.text(
    "SELECT id, name, birth_month, phone_sealed FROM persons"
    " WHERE CAST(:after AS uuid) IS NULL OR id > :after ORDER BY id LIMIT :most"
)
_WRITE = sa.text(
    "UPDATE persons SET name_sealed = :name_sealed, name_blind = :name_blind,"
    " birth_month_sealed = :birth_month_sealed, phone_sealed = :phone_sealed,"
    " phone_blind = :phone_blind WHERE id = :id"
)


def upgrade() -> None:
    for name in (*_SEALED, "name_blind", "id_number_blind"):
        op.add_column("persons", sa.Column(name, sa.LargeBinary()))
    op.add_column(
        "persons",
        sa.Column("blind_version", sa.SmallInteger(), nullable=False, server_default="1"),
    )
    op.create_table(
        "blind_indexes",
        sa.Column("version", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("key_check", sa.LargeBinary()),
        sa.Column(
            "since", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("version > 0", name="version"),
    )
    op.execute("INSERT INTO blind_indexes (version) VALUES (1)")
    if op.get_bind().scalar(sa.text("SELECT 1 FROM persons LIMIT 1")):
        _seal_all(op.get_bind())
    op.drop_column("persons", "name")
    op.drop_column("persons", "birth_month")
    op.create_unique_constraint("uq_persons_id_number_blind", "persons", ["id_number_blind"])
    op.create_index("ix_persons_name_blind", "persons", ["name_blind"])


def _seal_all(connection: sa.Connection) -> None:
    settings = context.config.attributes.get("settings")
    if settings is None:
        raise RuntimeError("There are persons to be sealed: run `incentive migrate`.")
    code = context.config.attributes["schema"].removeprefix("j_")
    store = KeyStore(settings.keys_database_url, masters_of(settings))
    try:
        _seal_with(connection, store, code, Vault(settings.secret, code))
    finally:
        store.dispose()


def _seal_with(connection: sa.Connection, store: KeyStore, code: str, former: Vault) -> None:
    blind_key = store.make_blind_key(code, 1)
    check = hmac.digest(blind_key, b"incentive blind index 1", "sha256")
    connection.execute(sa.text("UPDATE blind_indexes SET key_check = :c"), {"c": check})
    after: UUID | None = None
    while rows := connection.execute(_READ, {"after": after, "most": _BATCH}).all():
        keys = store.make(code, [row.id for row in rows])
        sealed = [_sealed(row, code, keys[row.id], former, blind_key) for row in rows]
        connection.execute(_WRITE, sealed)
        after = rows[-1].id


def _sealed(row: Any, code: str, key: bytes, former: Vault, blind_key: bytes) -> dict[str, Any]:
    phone = former.open(row.phone_sealed) if row.phone_sealed else None
    told = {"name": row.name, "birth_month": row.birth_month, "phone": phone}
    sealed = {
        f"{field}_sealed": None if text is None else seal(key, f"{code}/{row.id}/{field}", text)
        for field, text in told.items()
    }
    plain = "".join(unicodedata.normalize("NFKC", row.name).casefold().split())
    return sealed | {
        "id": row.id,
        "name_blind": hmac.digest(blind_key, f"name/{plain}".encode(), "sha256"),
        "phone_blind": phone and hmac.digest(blind_key, f"phone/{phone}".encode(), "sha256"),
    }
