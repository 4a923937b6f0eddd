-- A territory's partitions: made here and nowhere else, so that none lacks a guard.

-- The ledger's tables, in an order in which each refers only to those before it.
CREATE OR REPLACE FUNCTION ledger_tables() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['ledger_account', 'ledger_balance', 'ledger_transfer', 'ledger_entry',
                 'ledger_checkpoint', 'ledger_mark', 'ledger_hold', 'ledger_hold_end',
                 'ledger_open_hold']
$$;

-- The next account's number in a territory.
CREATE OR REPLACE FUNCTION ledger_account_number(p_territory_id integer)
RETURNS bigint LANGUAGE sql AS $$
    SELECT ((p_territory_id - 1)::bigint << 40)
         | (nextval('ledger_account_id_seq') & ((1::bigint << 40) - 1))
$$;

-- Make the partitions of a territory where they do not exist yet, and give each the guards of the
-- whole table. Keys, foreign keys, checks and row triggers come with PARTITION OF. Waits for those
-- who are posting, then they wait for it, for some milliseconds.
CREATE OR REPLACE FUNCTION ledger_make_territory(p_territory_id integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_table text;
    v_partition text;
BEGIN
    IF p_territory_id < 1 THEN
        RAISE EXCEPTION 'territories are numbered from 1, not %', p_territory_id
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOREACH v_table IN ARRAY ledger_tables() LOOP
        v_partition := v_table || '_' || p_territory_id;
        IF to_regclass(v_partition) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%s)%s',
                v_partition, v_table, p_territory_id,
                -- Room for the next version of a row on its own page.
                CASE v_table WHEN 'ledger_balance' THEN ' WITH (fillfactor = 60)' ELSE '' END);
        END IF;
        PERFORM ledger_guard(v_partition::regclass, v_table::regclass);
    END LOOP;
END $$;

-- The statement triggers of a whole table on one of its partitions too.
CREATE OR REPLACE FUNCTION ledger_guard(p_partition regclass, p_whole regclass)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_trigger text;
BEGIN
    FOR v_trigger IN
        SELECT replace(pg_get_triggerdef(t.oid),
                       format(' ON %I.%I ', n.nspname, c.relname), format(' ON %s ', p_partition))
        FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgrelid = p_whole AND NOT t.tgisinternal
          AND t.tgtype & 1 = 0  -- FOR EACH STATEMENT
    LOOP
        EXECUTE regexp_replace(v_trigger, '^CREATE ', 'CREATE OR REPLACE ');
    END LOOP;
END $$;
