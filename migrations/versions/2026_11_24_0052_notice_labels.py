"""The notices that came with the product call a link as the pages do."""

from alembic import op

revision = "0052_notice_labels"
down_revision = "0051_sealing_evenly"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE privacy_notices SET text_zh = replace(text_zh, '反映问题', '投诉与建议')"
        " WHERE version = 1 AND published_by IS NULL"
    )
