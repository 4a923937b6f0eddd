from django.db import migrations

FORBID = """
CREATE FUNCTION reconciliation_finding_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finding of the reconciler is stored once and never changed or deleted';
END $$;

CREATE TRIGGER reconciliation_finding_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation_reconciliationfinding
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_finding_is_append_only();
"""
ALLOW = """
DROP TRIGGER reconciliation_finding_append_only ON reconciliation_reconciliationfinding;
DROP FUNCTION reconciliation_finding_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
