"""The desk of a network: when names were read, what was said and done, words for members"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_on", sa.String(), server_default="", nullable=False))
    op.create_table(
        "names_read",
        sa.Column("network_id", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_names_read_network_id")),
        sa.PrimaryKeyConstraint("network_id", "day", "role", name=op.f("pk_names_read")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "network_said",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("network_id", sa.String(), nullable=False),
        sa.Column("heard", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_network_said_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_said")),
    )
    with op.batch_alter_table("network_said", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_network_said_network_id"), ["network_id"], unique=False)
    op.create_table(
        "network_post",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("network_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_network_post_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_post")),
    )
    with op.batch_alter_table("network_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_network_post_network_id"), ["network_id"], unique=False)
