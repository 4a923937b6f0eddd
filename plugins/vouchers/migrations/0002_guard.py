"""A voucher that has ended stays as it ended, and a voucher's code, holder and worth never change;
the first term of validity.
"""

from datetime import date

from django.db import migrations

GUARD = """
CREATE FUNCTION vouchers_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'issued' THEN
        RAISE EXCEPTION 'voucher % has ended or would vanish', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_ends_once';
    ELSIF (NEW.code_hash, NEW.code, NEW.holder_id, NEW.value_cents, NEW.provider_order_id,
           NEW.line_number, NEW.unit)
          IS DISTINCT FROM
          (OLD.code_hash, OLD.code, OLD.holder_id, OLD.value_cents, OLD.provider_order_id,
           OLD.line_number, OLD.unit) THEN
        RAISE EXCEPTION 'voucher % would become another', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_stays_what_it_is';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER vouchers_guard BEFORE UPDATE OR DELETE ON vouchers_welfarevoucher
    FOR EACH ROW EXECUTE FUNCTION vouchers_guard();
"""

UNGUARD = """
DROP TRIGGER vouchers_guard ON vouchers_welfarevoucher;
DROP FUNCTION vouchers_guard();
"""


def first_term(apps, _schema_editor):
    """A year. No law says how long: a term of the alliance's own, changed by a row of a later day."""
    apps.get_model("vouchers", "VoucherTerm").objects.create(days=365, valid_from=date(2020, 1, 1))


class Migration(migrations.Migration):
    dependencies = [("vouchers", "0001_initial")]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(first_term, migrations.RunPython.noop),
    ]
