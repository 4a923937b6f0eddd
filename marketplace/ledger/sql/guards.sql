-- What the database itself refuses, whoever asks: every function here is a trigger's.

CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'A correction is a reversing transfer.';
END $$;

-- All entries of a transfer come in one statement: they number 1..count and sum to zero, and the
-- primary key refuses a second set. Their transfer is of their territory, as the numbers of their
-- accounts are by a check, and a statement is of one. Balance rows follow the entries here and
-- nowhere else.
CREATE OR REPLACE FUNCTION ledger_entries_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_territory_id integer;
    v_last_territory_id integer;
    v_wrong_id bigint;
BEGIN
    SELECT min(moved.first), max(moved.last), min(moved.transfer_id) FILTER (WHERE moved.wrong)
    INTO v_territory_id, v_last_territory_id, v_wrong_id
    FROM (SELECT e.transfer_id, min(e.territory_id) AS first, max(e.territory_id) AS last,
                 sum(e.cents) <> 0 OR min(e.n) <> 1 OR max(e.n) <> count(*)
                 OR NOT EXISTS (SELECT FROM ledger_transfer t
                                WHERE t.territory_id = min(e.territory_id)
                                  AND t.id = e.transfer_id) AS wrong
          FROM new_entries e GROUP BY e.transfer_id) moved;
    IF v_wrong_id IS NOT NULL THEN
        RAISE EXCEPTION 'entries of transfer % do not balance, or not in one statement', v_wrong_id
            USING ERRCODE = 'check_violation';
    ELSIF v_territory_id < v_last_territory_id THEN
        RAISE EXCEPTION 'entries of territories % and % in one statement',
            v_territory_id, v_last_territory_id USING ERRCODE = 'check_violation';
    END IF;
    UPDATE ledger_balance b SET cents = b.cents + moved.cents
    FROM (SELECT account_id, sum(cents)::bigint AS cents FROM new_entries GROUP BY account_id) moved
    WHERE b.territory_id = v_territory_id AND b.account_id = moved.account_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_account_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.floor IS NOT NULL THEN
        INSERT INTO ledger_balance (territory_id, account_id, floor)
        VALUES (NEW.territory_id, NEW.id, NEW.floor);
    END IF;
    RETURN NULL;
END $$;

-- A lot's expiry may be put off (a refund into an expired lot); nothing else of an account changes.
CREATE OR REPLACE FUNCTION ledger_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.expires_on > OLD.expires_on
       AND (NEW.territory_id, NEW.id, NEW.kind, NEW.holder_id, NEW.floor, NEW.key, NEW.opened_at)
           IS NOT DISTINCT FROM (OLD.territory_id, OLD.id, OLD.kind, OLD.holder_id, OLD.floor,
                                 OLD.key, OLD.opened_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ledger_account %: only a lot''s expiry may change, and only to a later day',
        OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Each trigger stands on the table of all territories. PostgreSQL gives its partitions those FOR
-- EACH ROW; those FOR EACH STATEMENT work only for the table that a statement names, so that
-- ledger_make_territory() (territories.sql) gives each partition its own.
CREATE OR REPLACE TRIGGER ledger_entries_inserted AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_inserted();
CREATE OR REPLACE TRIGGER ledger_account_opened AFTER INSERT ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_account_opened();
CREATE OR REPLACE TRIGGER ledger_account_changed BEFORE UPDATE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_account_changed();

CREATE OR REPLACE TRIGGER ledger_account_kept BEFORE DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_transfer_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_checkpoint_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_hold_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_hold
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_hold_end_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_hold_end
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
-- A balance is changed by the triggers above only (depth 0 is a statement of somebody's own).
CREATE OR REPLACE TRIGGER ledger_balance_follows BEFORE INSERT OR UPDATE OR DELETE ON ledger_balance
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_balance_kept BEFORE TRUNCATE ON ledger_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
