"""The ally scheme: what people can ask for, where they collect it, and who asked"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheme",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("inpatient", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_table(
        "allying",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("collect_at", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("with_person", sa.Boolean(), nullable=False),
        sa.Column("asked_on", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("collected_on", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("replaced_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["collect_at"], ["place.id"], name=op.f("fk_allying_collect_at")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_allying_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["scheme"], ["scheme.id"], name=op.f("fk_allying_scheme")),
        sa.PrimaryKeyConstraint("person_id", "scheme", name=op.f("pk_allying")),
        sa.UniqueConstraint("code", name=op.f("uq_allying_code")),
    )
    with op.batch_alter_table("allying", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allying_collect_at"), ["collect_at", "item", "state"], unique=False)
