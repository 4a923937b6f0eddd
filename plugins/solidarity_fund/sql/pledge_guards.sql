-- As before, and it covers whatever columns a policy has.
CREATE OR REPLACE FUNCTION solidarity_fund_policy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last_levied date;
BEGIN
    SELECT max("on") INTO last_levied FROM solidarity_fund_levy WHERE policy_id = OLD.id;
    IF last_levied IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'valid_until' = to_jsonb(OLD) - 'valid_until'
            AND coalesce(NEW.valid_until >= last_levied, true)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'levy policy % has levied until % and cannot change', OLD.id, last_levied
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- A pledge is given or ended; what was pledged when stays.
CREATE FUNCTION solidarity_fund_pledge_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NULL AND to_jsonb(NEW) - 'ended_at' = to_jsonb(OLD) - 'ended_at' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a pledge is ended, not changed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER solidarity_fund_pledge_guard BEFORE UPDATE OR DELETE ON solidarity_fund_levypledge
    FOR EACH ROW EXECUTE FUNCTION solidarity_fund_pledge_guard();

-- A policy written in SQL offers employees nothing unless it says so.
ALTER TABLE solidarity_fund_levypolicy
    ALTER COLUMN employee_bps SET DEFAULT 0,
    ALTER COLUMN employee_round_up SET DEFAULT false,
    ALTER COLUMN created_at SET DEFAULT now();
