"""Numbers as they were published, month by month"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("month", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "published_number",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["month"], ["snapshot.month"], name=op.f("fk_published_number_month")),
        sa.PrimaryKeyConstraint("month", "measure", "area", name=op.f("pk_published_number")),
    )
