-- The Regolamento -----------------------------------------------------------------------------

ALTER TABLE solidarity_fund_regulation ADD CONSTRAINT regulation_one_per_day EXCLUDE USING gist (
    int8range(fund_id, fund_id, '[]') WITH &&,
    daterange(valid_from, valid_until, '[]') WITH &&
);

-- A version that a request stands on does not change, nor do its articles; it may end.
CREATE FUNCTION solidarity_fund_regulation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_regulation_id bigint;
BEGIN
    IF TG_TABLE_NAME = 'solidarity_fund_regulation' THEN
        v_regulation_id := OLD.id;
        IF TG_OP = 'UPDATE' THEN
            -- Only the last day differs: allowed.
            IF to_jsonb(NEW) - 'valid_until' = to_jsonb(OLD) - 'valid_until' THEN
                RETURN NEW;
            END IF;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        v_regulation_id := NEW.regulation_id;
    ELSE
        v_regulation_id := OLD.regulation_id;
    END IF;
    IF EXISTS (SELECT FROM solidarity_fund_fundrequest WHERE regulation_id = v_regulation_id) THEN
        RAISE EXCEPTION 'regulation % is in use and cannot change', v_regulation_id
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Make a new version.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER solidarity_fund_regulation_guard BEFORE UPDATE OR DELETE
    ON solidarity_fund_regulation FOR EACH ROW EXECUTE FUNCTION solidarity_fund_regulation_guard();
CREATE TRIGGER solidarity_fund_regulation_guard BEFORE INSERT OR UPDATE OR DELETE
    ON solidarity_fund_article FOR EACH ROW EXECUTE FUNCTION solidarity_fund_regulation_guard();
CREATE TRIGGER solidarity_fund_regulation_guard BEFORE INSERT OR UPDATE OR DELETE
    ON solidarity_fund_scalepoint FOR EACH ROW EXECUTE FUNCTION solidarity_fund_regulation_guard();
CREATE TRIGGER solidarity_fund_regulation_guard BEFORE INSERT OR UPDATE OR DELETE
    ON solidarity_fund_requestreason FOR EACH ROW
    EXECUTE FUNCTION solidarity_fund_regulation_guard();

-- The case ------------------------------------------------------------------------------------

-- What was asked, by whom and under which version stays once it is submitted. Encrypted columns are
-- left out: rotating a key writes them again.
CREATE FUNCTION solidarity_fund_request_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.submitted_at IS NULL OR (
            (NEW.fund_id, NEW.applicant_id, NEW.regulation_id, NEW.year, NEW.number, NEW.reason,
             NEW.asked_cents, NEW.submitted_at)
            IS NOT DISTINCT FROM
            (OLD.fund_id, OLD.applicant_id, OLD.regulation_id, OLD.year, OLD.number, OLD.reason,
             OLD.asked_cents, OLD.submitted_at)
            AND (OLD.status = NEW.status
                 OR OLD.status NOT IN ('rejected', 'paid', 'withdrawn', 'expired')))
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'fund request % is submitted and stays as it was asked', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER solidarity_fund_request_guard BEFORE UPDATE OR DELETE
    ON solidarity_fund_fundrequest FOR EACH ROW EXECUTE FUNCTION solidarity_fund_request_guard();

CREATE FUNCTION solidarity_fund_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER solidarity_fund_append_only BEFORE UPDATE OR DELETE
    ON solidarity_fund_review FOR EACH ROW EXECUTE FUNCTION solidarity_fund_refuse_change();
CREATE TRIGGER solidarity_fund_append_only BEFORE UPDATE OR DELETE
    ON solidarity_fund_conflict FOR EACH ROW EXECUTE FUNCTION solidarity_fund_refuse_change();
CREATE TRIGGER solidarity_fund_append_only BEFORE UPDATE OR DELETE
    ON solidarity_fund_vote FOR EACH ROW EXECUTE FUNCTION solidarity_fund_refuse_change();
CREATE TRIGGER solidarity_fund_append_only BEFORE DELETE
    ON solidarity_fund_decision FOR EACH ROW EXECUTE FUNCTION solidarity_fund_refuse_change();
CREATE TRIGGER solidarity_fund_append_only BEFORE UPDATE OR DELETE
    ON solidarity_fund_minute FOR EACH ROW EXECUTE FUNCTION solidarity_fund_refuse_change();
CREATE TRIGGER solidarity_fund_not_emptied BEFORE TRUNCATE
    ON solidarity_fund_minute FOR EACH STATEMENT EXECUTE FUNCTION solidarity_fund_refuse_change();

-- A decision stays; its motivation alone may be written again, by a new key.
CREATE FUNCTION solidarity_fund_decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'motivation' = to_jsonb(OLD) - 'motivation' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decision does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER solidarity_fund_decision_guard BEFORE UPDATE
    ON solidarity_fund_decision FOR EACH ROW EXECUTE FUNCTION solidarity_fund_decision_guard();

-- Votes: while the request is under review, by members who are not recused and not the applicant.
-- The row lock makes a vote and the decision wait for each other.
CREATE FUNCTION solidarity_fund_vote_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_request solidarity_fund_fundrequest;
BEGIN
    SELECT * INTO v_request FROM solidarity_fund_fundrequest
    WHERE id = NEW.request_id FOR NO KEY UPDATE;
    IF v_request.status <> 'under_review'
        OR v_request.applicant_id = NEW.member_id
        OR EXISTS (SELECT FROM solidarity_fund_decision WHERE request_id = NEW.request_id)
        OR EXISTS (SELECT FROM solidarity_fund_conflict
                   WHERE request_id = NEW.request_id AND member_id = NEW.member_id)
    THEN
        RAISE EXCEPTION 'this member may not vote on request % now', NEW.request_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER solidarity_fund_vote_guard BEFORE INSERT
    ON solidarity_fund_vote FOR EACH ROW EXECUTE FUNCTION solidarity_fund_vote_guard();

-- Who decides never pays: the payer has not voted, not decided, and is not the applicant. An award
-- keeps its amount, and is paid or released once.
CREATE FUNCTION solidarity_fund_award_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an award stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status <> 'reserved'
            OR (NEW.request_id, NEW.cents, NEW.reserved_transfer_id)
               IS DISTINCT FROM (OLD.request_id, OLD.cents, OLD.reserved_transfer_id)
        THEN
            RAISE EXCEPTION 'award % is % and stays so', OLD.id, OLD.status
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF NEW.paid_by_id IS NOT NULL AND (
        EXISTS (SELECT FROM solidarity_fund_vote
                WHERE request_id = NEW.request_id AND member_id = NEW.paid_by_id)
        OR EXISTS (SELECT FROM solidarity_fund_decision
                   WHERE request_id = NEW.request_id AND chair_id = NEW.paid_by_id)
        OR EXISTS (SELECT FROM solidarity_fund_fundrequest
                   WHERE id = NEW.request_id AND applicant_id = NEW.paid_by_id)
    ) THEN
        RAISE EXCEPTION 'who asked, voted or decided does not pay award %', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER solidarity_fund_award_guard BEFORE INSERT OR UPDATE OR DELETE
    ON solidarity_fund_award FOR EACH ROW EXECUTE FUNCTION solidarity_fund_award_guard();
