"""Accounts at other services that sign people in."""

import sqlalchemy as sa
from alembic import op

revision = "0040_linked_identities"
down_revision = "0039_findings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linked_identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject_blind", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_linked_identities_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_identities")),
        sa.UniqueConstraint(
            "provider", "subject_blind", name=op.f("uq_linked_identities_provider_subject_blind")
        ),
        sa.UniqueConstraint(
            "person_id", "provider", name=op.f("uq_linked_identities_person_id_provider")
        ),
    )
    op.create_table(
        "identity_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("binding_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_blind", sa.LargeBinary(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_attempts")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_identity_attempts_state_hash")),
        sa.UniqueConstraint("binding_hash", name=op.f("uq_identity_attempts_binding_hash")),
    )
    op.create_index(op.f("ix_identity_attempts_expires_at"), "identity_attempts", ["expires_at"])
