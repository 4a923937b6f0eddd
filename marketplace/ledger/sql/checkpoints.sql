-- Checkpoints keep the tails of append-only balances short.
--
-- Ids of transfers precede their commits: an open transaction may still add transfer 5 when 6 is
-- long committed, so a checkpoint may only reach to where every transaction has ended. A mark notes
-- the last id drawn and then this transaction's own number: whoever drew an id so far has a lower
-- number (a transfer gets its number before its id). Once no open transaction has a lower number,
-- the mark is settled. Transaction numbers are kept only in marks, so a dump restored elsewhere
-- (where numbers start again) makes new marks and goes on. Ids and numbers are the whole
-- database's; each territory makes marks and checkpoints of its own.

CREATE OR REPLACE FUNCTION ledger_make_mark(p_territory_id integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_last_id bigint;
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'a mark needs a transaction that has written nothing yet'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    SELECT last_value INTO v_last_id FROM ledger_transfer_id_seq;
    INSERT INTO ledger_mark (territory_id, last_id, xact)
    VALUES (p_territory_id, v_last_id, pg_current_xact_id());
END $$;

-- The id up to which every transaction has ended, by the newest settled mark; NULL without one.
-- Numbers are drawn by all databases of the server; one that is certainly in use by another database
-- does not hold us up.
CREATE OR REPLACE FUNCTION ledger_settled_id(p_territory_id integer)
RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT max(m.last_id) FROM ledger_mark m WHERE m.territory_id = p_territory_id AND NOT EXISTS (
        SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS open (xact)
        WHERE open.xact < m.xact AND NOT EXISTS (
            SELECT FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid
            WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
              AND l.transactionid = open.xact::xid
              AND s.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())))
$$;

-- Checkpoint every account of a territory whose tail below the newest settled mark has p_least
-- entries or more; returns how many. Reads only what came since the last time.
CREATE OR REPLACE FUNCTION ledger_make_checkpoints(p_territory_id integer, p_least int)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    v_settled_id bigint;
    v_done_id bigint;
    v_made int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger_make_checkpoints', p_territory_id));
    v_settled_id := ledger_settled_id(p_territory_id);
    IF v_settled_id IS NULL THEN
        RETURN 0;
    END IF;
    SELECT coalesce(max(through_id), 0) INTO v_done_id
    FROM ledger_checkpoint WHERE territory_id = p_territory_id;
    INSERT INTO ledger_checkpoint (territory_id, account_id, through_id, cents)
    SELECT p_territory_id, touched.account_id, v_settled_id, coalesce(last.cents, 0) + tail.cents
    FROM (SELECT DISTINCT e.account_id FROM ledger_entry e
          WHERE e.territory_id = p_territory_id
            AND e.transfer_id > v_done_id AND e.transfer_id <= v_settled_id) touched
    LEFT JOIN LATERAL (
        SELECT c.cents, c.through_id FROM ledger_checkpoint c
        WHERE c.territory_id = p_territory_id AND c.account_id = touched.account_id
        ORDER BY c.through_id DESC LIMIT 1) last ON true
    CROSS JOIN LATERAL (
        SELECT sum(e.cents) AS cents, count(*) AS entries FROM ledger_entry e
        WHERE e.territory_id = p_territory_id AND e.account_id = touched.account_id
          AND e.transfer_id <= v_settled_id AND e.transfer_id > coalesce(last.through_id, 0)) tail
    WHERE tail.entries >= p_least;
    GET DIAGNOSTICS v_made = ROW_COUNT;
    DELETE FROM ledger_mark WHERE territory_id = p_territory_id AND last_id <= v_settled_id;
    RETURN v_made;
END $$;
