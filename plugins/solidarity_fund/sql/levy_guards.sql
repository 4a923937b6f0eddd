-- Two policies of a Fund never hold on one day. int8range stands for equality, so that no extension
-- (btree_gist) is needed.
ALTER TABLE solidarity_fund_levypolicy ADD CONSTRAINT levy_policy_one_per_day EXCLUDE USING gist (
    int8range(fund_id, fund_id, '[]') WITH &&,
    daterange(valid_from, valid_until, '[]') WITH &&
);

-- A policy that has levied is history: it may end, after the last day on which it levied.
CREATE FUNCTION solidarity_fund_policy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last_levied date;
BEGIN
    SELECT max("on") INTO last_levied FROM solidarity_fund_levy WHERE policy_id = OLD.id;
    IF last_levied IS NOT NULL AND (
        TG_OP = 'DELETE'
        OR (NEW.id, NEW.fund_id, NEW.provider_bps, NEW.company_bps, NEW.valid_from)
            IS DISTINCT FROM
           (OLD.id, OLD.fund_id, OLD.provider_bps, OLD.company_bps, OLD.valid_from)
        OR NEW.valid_until < last_levied
    ) THEN
        RAISE EXCEPTION 'levy policy % has levied until % and cannot change', OLD.id, last_levied
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER solidarity_fund_policy_guard BEFORE UPDATE OR DELETE ON solidarity_fund_levypolicy
    FOR EACH ROW EXECUTE FUNCTION solidarity_fund_policy_guard();

-- What an order gave, and what went back, is history: only the sums of what went back may grow.
CREATE FUNCTION solidarity_fund_levy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'solidarity_fund_levy' THEN
        IF NEW.order_id = OLD.order_id AND NEW.provider_id = OLD.provider_id
            AND NEW.policy_id = OLD.policy_id AND NEW.base_cents = OLD.base_cents
            AND NEW.provider_cents = OLD.provider_cents AND NEW.company_cents = OLD.company_cents
            AND NEW.employee_cents = OLD.employee_cents AND NEW.transfer_id = OLD.transfer_id
            AND NEW.reversed_provider_cents >= OLD.reversed_provider_cents
            AND NEW.reversed_company_cents >= OLD.reversed_company_cents
            AND NEW.reversed_employee_cents >= OLD.reversed_employee_cents
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER solidarity_fund_levy_guard BEFORE UPDATE OR DELETE ON solidarity_fund_levy
    FOR EACH ROW EXECUTE FUNCTION solidarity_fund_levy_guard();
CREATE TRIGGER solidarity_fund_levy_guard BEFORE UPDATE OR DELETE ON solidarity_fund_levyreversal
    FOR EACH ROW EXECUTE FUNCTION solidarity_fund_levy_guard();
