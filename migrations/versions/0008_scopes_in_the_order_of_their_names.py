"""Scopes lie in the order of their names on SQLite, so that no order of coming can be read from the file"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("scope", recreate="always", table_kwargs={"sqlite_with_rowid": False}):
            pass
