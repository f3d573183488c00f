"""The journal by id: one index does for "who has used this id" and "what was the answer"."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = "person, id, device, seq, kind, v, outcome, code, detail, received_at"


def upgrade() -> None:
    op.create_table(
        "action_by_id",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "person"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO action_by_id ({COLUMNS}) SELECT {COLUMNS} FROM action")  # noqa: S608 our own names
    op.drop_table("action")
    op.rename_table("action_by_id", "action")
