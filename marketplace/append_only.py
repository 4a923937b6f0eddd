"""Tables that only grow: what was written is never changed or deleted, says the database."""

from __future__ import annotations

from django.db import migrations

FORBID = """
CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} is append only';
END $$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
CREATE TRIGGER {table}_append_only_whole BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only();
"""
ALLOW = """
DROP TRIGGER {table}_append_only_whole ON {table};
DROP TRIGGER {table}_append_only ON {table};
DROP FUNCTION {table}_is_append_only();
"""


def append_only(table: str) -> migrations.RunSQL:
    """The migration step that makes a table append only."""
    return migrations.RunSQL(FORBID.format(table=table), ALLOW.format(table=table))
