-- A number that is another after every committed change of what the window shows, and only then.
--
-- A sequence would move before the commit: who reads between the two would take the old goods for
-- the new ones and keep them. One row would make every buyer wait for the one before. So there are
-- parts, one per connection (more or less); the sum is the number. A part is counted up at the
-- commit, after every other row is written, so that it is held briefly and nobody waits in a ring.

INSERT INTO window_tally (part, changes) SELECT part, 0 FROM generate_series(0, 63) AS part;

CREATE FUNCTION window_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this text := pg_current_xact_id()::text;
BEGIN
    IF current_setting('welfarepiu.window_changed', true) IS DISTINCT FROM this THEN
        PERFORM set_config('welfarepiu.window_changed', this, true);
        UPDATE window_tally SET changes = changes + 1 WHERE part = pg_backend_pid() % 64;
    END IF;
    RETURN NULL;
END $$;

-- Let the tally count every change of a table. For the rooms whose tables a window shows.
CREATE FUNCTION window_watch(shown regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE CONSTRAINT TRIGGER window_counts AFTER INSERT OR UPDATE OR DELETE ON %s '
        'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION window_changed()', shown);
END $$;

CREATE FUNCTION window_unwatch(shown regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS window_counts ON %s', shown);
END $$;

SELECT window_watch(shown) FROM unnest(ARRAY[
    'providers_listing', 'providers_provider', 'people_organisation', 'territory_comune',
    'companies_benefitcategory'
]::regclass[]) AS shown;
