"""Notices on personal data in versions, consents, and what is known of a minor without a key."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0046_consents"
down_revision = "0045_role_ends"
branch_labels = None
depends_on = None

KINDS = "kind IN ('privacy','id_number','birth_month','address','minors')"
TEXTS = ("title_zh", "title_en", "text_zh", "text_en")


def _texts() -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in TEXTS]


def upgrade() -> None:
    op.add_column("persons", sa.Column("agreed_notice", sa.Integer(), nullable=True))
    op.add_column("persons", sa.Column("age_class", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_persons_age_class"), "persons", "age_class IN ('under_14','under_18')"
    )
    op.create_index(
        op.f("ix_persons_age_class_id"),
        "persons",
        ["age_class", "id"],
        postgresql_where=sa.text("age_class IS NOT NULL"),
    )
    op.create_table(
        "privacy_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts(),
        sa.Column("changes_zh", sa.Text(), nullable=False, server_default=""),
        sa.Column("changes_en", sa.Text(), nullable=False, server_default=""),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.CheckConstraint(KINDS, name=op.f("ck_privacy_notices_kind")),
        sa.CheckConstraint("version BETWEEN 1 AND 10000", name=op.f("ck_privacy_notices_version")),
        sa.CheckConstraint(
            "title_zh <> '' AND title_en <> '' AND text_zh <> '' AND text_en <> ''",
            name=op.f("ck_privacy_notices_both_languages"),
        ),
        sa.CheckConstraint(
            "version = 1 OR (changes_zh <> '' AND changes_en <> '')",
            name=op.f("ck_privacy_notices_changes_told"),
        ),
        sa.CheckConstraint(
            "(effective_from IS NULL) = (published_by IS NULL)",
            name=op.f("ck_privacy_notices_published"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["persons.id"], name=op.f("fk_privacy_notices_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_notices")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_privacy_notices_kind_version")),
    )
    op.create_table(
        "privacy_notice_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *_texts(),
        sa.Column("changes_zh", sa.Text(), nullable=False),
        sa.Column("changes_en", sa.Text(), nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_privacy_notice_drafts_kind")),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["persons.id"], name=op.f("fk_privacy_notice_drafts_drafted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_notice_drafts")),
    )
    op.create_index(
        op.f("ix_privacy_notice_drafts_drafted_at_id"),
        "privacy_notice_drafts",
        ["drafted_at", "id"],
    )
    op.create_table(
        "consents",
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_person_id", sa.Uuid(), nullable=True),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint(KINDS, name=op.f("ck_consents_kind")),
        sa.CheckConstraint(
            "capacity IN ('self','guardian','worker')", name=op.f("ck_consents_capacity")
        ),
        sa.CheckConstraint(
            "channel IN ('page','api','paper','command')", name=op.f("ck_consents_channel")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_consents_person_id")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["privacy_notices.id"], name=op.f("fk_consents_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["persons.id"], name=op.f("fk_consents_by_person_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_person_id_kind_number"), "consents", ["person_id", "kind", "number"]
    )
    op.create_index(op.f("ix_consents_by_person_id"), "consents", ["by_person_id"])
    driver = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    op.execute("REVOKE UPDATE, DELETE ON privacy_notices, consents FROM incentive_app")
