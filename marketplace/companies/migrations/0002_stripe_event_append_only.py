from django.db import migrations

FORBID = """
CREATE FUNCTION companies_stripe_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a Stripe event is stored once and never changed or deleted';
END $$;

CREATE TRIGGER stripe_event_append_only
    BEFORE UPDATE OR DELETE ON companies_stripeevent
    FOR EACH ROW EXECUTE FUNCTION companies_stripe_event_is_append_only();
CREATE TRIGGER stripe_event_append_only_whole
    BEFORE TRUNCATE ON companies_stripeevent
    FOR EACH STATEMENT EXECUTE FUNCTION companies_stripe_event_is_append_only();
"""
ALLOW = """
DROP TRIGGER stripe_event_append_only_whole ON companies_stripeevent;
DROP TRIGGER stripe_event_append_only ON companies_stripeevent;
DROP FUNCTION companies_stripe_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
