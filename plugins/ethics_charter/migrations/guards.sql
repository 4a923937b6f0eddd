-- What the charter's tables refuse, whoever writes: a signed text that changes, a signature that
-- changes, two signatures of one provider for the same day.

-- A range of one key instead of the key: so that no extension is needed for "=" in a GiST index.
ALTER TABLE ethics_charter_adhesion ADD CONSTRAINT adhesion_one_at_a_time EXCLUDE USING gist (
    int8range(provider_id, provider_id, '[]') WITH &&,
    daterange(valid_from, valid_until, '[]') WITH &&
) WHERE (withdrawn_at IS NULL);

CREATE FUNCTION ethics_charter_guard_text() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    guarded bigint;
BEGIN
    FOR guarded IN
        SELECT DISTINCT (text_row ->> TG_ARGV[0])::bigint
        FROM unnest(ARRAY[to_jsonb(OLD), to_jsonb(NEW)]) AS text_row
        WHERE text_row IS NOT NULL
    LOOP
        -- Waits for a signature that is being written: its foreign key holds the version.
        PERFORM 1 FROM ethics_charter_charterversion WHERE id = guarded FOR UPDATE;
        IF EXISTS (SELECT 1 FROM ethics_charter_adhesion WHERE version_id = guarded) THEN
            RAISE EXCEPTION 'charter version % has been signed and cannot change', guarded
                USING ERRCODE = 'check_violation', CONSTRAINT = 'charter_signed_text_stays';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER charter_version_stays BEFORE UPDATE OR DELETE ON ethics_charter_charterversion
    FOR EACH ROW EXECUTE FUNCTION ethics_charter_guard_text('id');
CREATE TRIGGER charter_clause_stays BEFORE INSERT OR UPDATE OR DELETE ON ethics_charter_clause
    FOR EACH ROW EXECUTE FUNCTION ethics_charter_guard_text('version_id');

CREATE FUNCTION ethics_charter_guard_adhesion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    withdrawal text[] := ARRAY['withdrawn_at', 'withdrawn_from', 'withdrawn_by_id', 'withdrawn_why'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.text_hash IS DISTINCT FROM (
            SELECT sha256 FROM ethics_charter_charterversion WHERE id = NEW.version_id
        ) THEN
            RAISE EXCEPTION 'an adhesion holds the hash of the version it signs'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'adhesion_of_the_text';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL
        AND to_jsonb(NEW) - withdrawal = to_jsonb(OLD) - withdrawal THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an adhesion is never changed, only withdrawn, once'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'adhesion_stays';
END $$;

CREATE TRIGGER adhesion_stays BEFORE INSERT OR UPDATE OR DELETE ON ethics_charter_adhesion
    FOR EACH ROW EXECUTE FUNCTION ethics_charter_guard_adhesion();
