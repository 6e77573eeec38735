"""The job queue: Procrastinate's own schema (3.10.0), and table statistics kept fresh.

Without the last statement a burst of jobs on a table with stale statistics runs at a few jobs a second until the next
automatic ANALYZE. A newer Procrastinate brings its own steps, as revisions after this one.

Revision: 0002, after 0001
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

SCHEMA = Path(__file__).parents[1] / "sql" / "procrastinate_3_10.sql"

FRESH_STATISTICS = """
ALTER TABLE procrastinate_jobs SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50)
"""

EVERYTHING_OF_IT = """
DO $$
DECLARE thing record;
BEGIN
    DROP TABLE IF EXISTS procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs,
        procrastinate_workers CASCADE;
    FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
        EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE';
    END LOOP;
    FOR thing IN SELECT oid::regtype AS name FROM pg_type WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c') LOOP
        EXECUTE 'DROP TYPE ' || thing.name || ' CASCADE';
    END LOOP;
END $$
"""


def upgrade():
    # The file has several statements and literal % signs, which only the driver itself takes unchanged.
    driver_connection = op.get_bind().connection.driver_connection
    driver_connection.execute(SCHEMA.read_text())
    driver_connection.execute(FRESH_STATISTICS)


def downgrade():
    op.get_bind().connection.driver_connection.execute(EVERYTHING_OF_IT)
