"""Notices: what is told, to whom, what was read, and what phones may ring for"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = ("kind", "topic", "network", "title", "body", "href", "ask", "event", "sender", "expires", "state")
WRITTEN = ("audience", "author", "sender", "title", "text", "state", "reached")


def upgrade() -> None:
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.String(), server_default="all", nullable=False))
    op.create_table(
        "notice",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXT),
        sa.Column("for_all", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_expires"), ["expires"], unique=False)
    op.create_table(
        "notice_person",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_person_notice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "notice_id", name=op.f("pk_notice_person")),
    )
    _of_nobody("notice_member", "member")
    _of_nobody("notice_read", "reader")
    for name in ("notice_person", "notice_member", "notice_read"):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{name}_notice_id"), ["notice_id"], unique=False)
    op.create_table(
        "preference",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_preference_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_preference")),
    )
    op.create_table(
        "desk_notice",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in WRITTEN),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("send_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notice")),
    )
    with op.batch_alter_table("desk_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_notice_audience"), ["audience"], unique=False)


def _of_nobody(name: str, whose: str) -> None:
    """Its rows lie in the order of names that only the server can make."""
    op.create_table(
        name,
        sa.Column(whose, sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f(f"fk_{name}_notice_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(whose, "notice_id", name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )
