-- Nothing of a provider without an adhesion in force becomes public, through whichever door: ours,
-- or Saleor's productCreate, productUpdate and productBulkPublish.

CREATE FUNCTION ethics_charter_require(seller bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'Europe/Rome')::date;
BEGIN
    -- FOR SHARE: a withdrawal at the same moment comes before (and is seen here) or after (and
    -- finds the product published, and hides it).
    PERFORM 1 FROM ethics_charter_adhesion
        WHERE provider_id = seller AND withdrawn_at IS NULL
            AND today BETWEEN valid_from AND valid_until
        FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'provider % has no adhesion to the ethics charter in force', seller
            USING ERRCODE = 'check_violation', CONSTRAINT = 'charter_in_force';
    END IF;
END $$;

CREATE FUNCTION ethics_charter_guard_product() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    seller bigint;
BEGIN
    SELECT provider_id INTO seller FROM providers_listing
        WHERE product_id = (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    IF FOUND THEN
        PERFORM ethics_charter_require(seller);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ethics_charter_guard_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = NEW.status AND OLD.provider_id = NEW.provider_id THEN
        RETURN NEW;
    END IF;
    PERFORM ethics_charter_require(NEW.provider_id);
    RETURN NEW;
END $$;

CREATE TRIGGER charter_before_offering BEFORE INSERT OR UPDATE ON providers_listing
    FOR EACH ROW WHEN (NEW.status = 'published')
    EXECUTE FUNCTION ethics_charter_guard_listing();
