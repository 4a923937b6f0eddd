-- What a search reads of listings, kept true by the database: names are written by several rooms,
-- and by the shop's own staff.

CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Italian stems, whether the accents are written or not.
CREATE TEXT SEARCH CONFIGURATION welfare_italian (COPY = italian);
ALTER TEXT SEARCH CONFIGURATION welfare_italian
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, italian_stem;

CREATE FUNCTION window_plain(said text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT lower(unaccent(said))
$$;

CREATE FUNCTION window_describe(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Who waits here for another change of the same listing reads, after it, what it has left.
    PERFORM 1 FROM window_searchable WHERE listing_id = ANY(wanted) ORDER BY listing_id FOR UPDATE;
    INSERT INTO window_searchable AS found (listing_id, document, words, price_cents)
    SELECT
        listing.id,
        setweight(to_tsvector('welfare_italian', shown.name), 'A')
        || setweight(to_tsvector('welfare_italian', seller.name || ' ' || place.name), 'B')
        || setweight(to_tsvector('welfare_italian', concat_ws(
            ' ', listing.provenance, listing.production_method, origin.name)), 'C')
        || setweight(to_tsvector('welfare_italian', left(shown.description, 10000)), 'D'),
        window_plain(concat_ws(' ', shown.name, seller.name, place.name)),
        shown.price_cents
    FROM providers_listing AS listing
    JOIN LATERAL window_product(listing.product_id) AS shown ON true
    JOIN people_organisation AS seller ON seller.id = listing.provider_id
    JOIN providers_provider AS provider ON provider.organisation_id = listing.provider_id
    JOIN territory_comune AS place ON place.id = provider.comune_id
    LEFT JOIN territory_comune AS origin ON origin.id = listing.production_comune_id
    WHERE listing.id = ANY(wanted)
    ORDER BY listing.id
    ON CONFLICT (listing_id) DO UPDATE SET
        document = EXCLUDED.document, words = EXCLUDED.words, price_cents = EXCLUDED.price_cents
    WHERE (found.document, found.words, found.price_cents) IS DISTINCT FROM
        (EXCLUDED.document, EXCLUDED.words, EXCLUDED.price_cents);
END $$;

-- Its argument: the column of the changed row that says which product's listing to describe again.
CREATE FUNCTION window_product_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
    PERFORM window_describe(ARRAY(
        SELECT id FROM providers_listing WHERE product_id = (row_now ->> TG_ARGV[0])::bigint
    ));
    RETURN NULL;
END $$;

CREATE FUNCTION window_listing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM window_describe(ARRAY[NEW.id::bigint]);
    RETURN NULL;
END $$;

CREATE FUNCTION window_organisation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM window_describe(ARRAY(SELECT id FROM providers_listing WHERE provider_id = NEW.id));
    RETURN NULL;
END $$;

CREATE FUNCTION window_provider_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM window_describe(ARRAY(
        SELECT id FROM providers_listing WHERE provider_id = NEW.organisation_id
    ));
    RETURN NULL;
END $$;

CREATE FUNCTION window_comune_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM window_describe(ARRAY(
        SELECT listing.id FROM providers_listing AS listing
        JOIN providers_provider AS provider ON provider.organisation_id = listing.provider_id
        WHERE NEW.id IN (provider.comune_id, listing.production_comune_id)
    ));
    RETURN NULL;
END $$;

CREATE TRIGGER window_describes_listing AFTER INSERT OR UPDATE OF
        product_id, provider_id, provenance, production_method, production_comune_id
    ON providers_listing FOR EACH ROW EXECUTE FUNCTION window_listing_changed();
CREATE TRIGGER window_describes_listings AFTER UPDATE OF name ON people_organisation
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION window_organisation_changed();
CREATE TRIGGER window_describes_listings AFTER UPDATE OF comune_id ON providers_provider
    FOR EACH ROW WHEN (OLD.comune_id IS DISTINCT FROM NEW.comune_id)
    EXECUTE FUNCTION window_provider_changed();
CREATE TRIGGER window_describes_listings AFTER UPDATE OF name ON territory_comune
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION window_comune_changed();
