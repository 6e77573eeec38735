"""How Alembic reaches the database: one connection, one advisory lock, one transaction per migration."""

from alembic import context
from sqlalchemy import create_engine, pool, text

import backend.adapters.db.store  # noqa: F401 - with it come the tables that are in files of their own
from backend.adapters.db.tables import metadata

MIGRATION_LOCK = 7_301_866_021  # any number, the same for every process that migrates


def include_name(name, type_, _parent_names):
    """Procrastinate's tables come from its own schema file and are not compared."""
    return not (type_ == "table" and name is not None and name.startswith("procrastinate_"))


engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=include_name,
        transaction_per_migration=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()
