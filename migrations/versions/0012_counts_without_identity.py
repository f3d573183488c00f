"""How often something helped, told by nobody: a count for each month, and the ids that must not count twice"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anonymous_count",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "area", "month", name=op.f("pk_anonymous_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "anonymous_id",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anonymous_id")),
        sqlite_with_rowid=False,
    )
