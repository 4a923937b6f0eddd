-- Posting: one call, one round trip, and nothing is written until nothing can refuse any more, so
-- that a refusal is a returned status and the caller's transaction goes on.
--
-- Order of locks, the same for everybody, so that no two postings can wait for each other:
--   1. the source transfer's row (whoever ends a hold, refills or reverses),
--   2. balance rows, in account id order, in one statement,
--   3. the advisory lock of a required minimum,
--   4. the transfer's key (its unique index: a second one waits, then replays the first).
-- Who waits for a key holds balances, but who holds the key has all its balances already.
--
-- Every statement finds its rows by key, whatever the parameters, so one plan is right for ever:
-- hence the settings of the functions that are called from outside. Planning anew each time costs a
-- third of a posting, and a plan made while the tables were small must not read them whole later.
--
-- Everything happens within one territory, which comes first in every call: each statement names
-- it, so that a plan made before it is known opens that territory's partition alone.

-- What a request asks for. Not when, nor under which guard: a retry on the next day is the same.
CREATE OR REPLACE FUNCTION ledger_hash(p_request text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(p_request, 'UTF8'))
$$;

-- The first result of this key, IDEMPOTENCY_CONFLICT if it was another request's, or all NULL.
CREATE OR REPLACE FUNCTION ledger_replay(p_territory_id integer, p_key text, p_hash bytea)
RETURNS ledger_result LANGUAGE plpgsql AS $$
DECLARE
    r ledger_result;
BEGIN
    SELECT CASE WHEN t.request_hash = p_hash THEN 'replayed' ELSE 'IDEMPOTENCY_CONFLICT' END, t.id
    INTO r.status, r.transfer_id
    FROM ledger_transfer t WHERE t.territory_id = p_territory_id AND t.key = p_key;
    IF r.status = 'replayed' THEN
        SELECT array_agg(e.account_id ORDER BY e.n), array_agg(e.cents ORDER BY e.n)
        INTO r.account_ids, r.cents
        FROM ledger_entry e
        WHERE e.territory_id = p_territory_id AND e.transfer_id = r.transfer_id;
    END IF;
    RETURN r;
END $$;

-- A refusal; unless, while we waited for its locks, the very same request went through.
CREATE OR REPLACE FUNCTION ledger_refuse(
    p_territory_id integer, p_key text, p_hash bytea, p_status text,
    p_available bigint DEFAULT NULL)
RETURNS ledger_result LANGUAGE plpgsql AS $$
DECLARE
    r ledger_result := ledger_replay(p_territory_id, p_key, p_hash);
BEGIN
    IF r.status IS NULL THEN
        r.status := p_status;
        r.available := p_available;
    END IF;
    RETURN r;
END $$;

-- The refusal for the first account that would be left with less than its floor.
CREATE OR REPLACE FUNCTION ledger_refuse_short(
    p_territory_id integer, p_key text, p_hash bytea,
    p_account_ids bigint[], p_usable_after bigint[])
RETURNS ledger_result LANGUAGE sql AS $$
    SELECT ledger_refuse(p_territory_id, p_key, p_hash,
        CASE a.kind WHEN 'credit_lot' THEN 'INSUFFICIENT_CREDIT' ELSE 'INSUFFICIENT_FUNDS' END,
        b.cents - b.floor)
    FROM unnest(p_account_ids, p_usable_after) AS short (account_id, usable)
    JOIN ledger_account a ON a.territory_id = p_territory_id AND a.id = short.account_id
    JOIN ledger_balance b ON b.territory_id = p_territory_id AND b.account_id = short.account_id
    WHERE short.usable < 0 ORDER BY short.account_id LIMIT 1
$$;

-- Why an account is not found: its number is another territory's, or nobody's.
CREATE OR REPLACE FUNCTION ledger_unknown(p_territory_id integer, p_account_ids bigint[])
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_territory_id - 1 = ALL (SELECT id >> 40 FROM unnest(p_account_ids) AS id)
    THEN 'UNKNOWN_ACCOUNT' ELSE 'OTHER_TERRITORY' END
$$;

-- Take p_spend from the wallet's lots (if it is given), add the legs, check, and write it all.
-- The caller has looked for a replay and has locked the related transfer.
CREATE OR REPLACE FUNCTION ledger_write(
    p_territory_id integer, p_kind text, p_key text, p_hash bytea, p_reference text,
    p_relation text, p_related_id bigint,
    p_account_ids bigint[], p_cents bigint[],
    p_wallet_id bigint DEFAULT NULL, p_spend bigint DEFAULT NULL, p_on date DEFAULT NULL,
    p_require_id bigint DEFAULT NULL, p_require_cents bigint DEFAULT NULL)
RETURNS ledger_result LANGUAGE plpgsql AS $$
DECLARE
    r ledger_result;
    v_total bigint := 0;
    v_known bigint;
    v_lot_ids bigint[];          -- in the order of spending
    v_taken_ids bigint[];
    v_taken bigint[];
    v_floored_ids bigint[];      -- accounts that we lock ...
    v_usable bigint[];           -- ... and what each has above its floor
    v_left bigint := coalesce(p_spend, 0);
    v_take bigint;
    v_at int;
BEGIN
    r.account_ids := p_account_ids;
    r.cents := p_cents;
    IF 0 = ANY (p_cents) THEN
        SELECT array_agg(leg.account_id ORDER BY leg.n), array_agg(leg.cents ORDER BY leg.n)
        INTO r.account_ids, r.cents
        FROM unnest(p_account_ids, p_cents) WITH ORDINALITY AS leg (account_id, cents, n)
        WHERE leg.cents <> 0;
    END IF;
    FOR i IN 1 .. coalesce(cardinality(r.cents), 0) LOOP
        v_total := v_total + r.cents[i];
    END LOOP;
    IF v_total <> v_left THEN
        RETURN ledger_refuse(p_territory_id, p_key, p_hash, 'UNBALANCED_TRANSFER');
    ELSIF coalesce(cardinality(r.cents), 0) = 0 THEN
        RETURN ledger_refuse(p_territory_id, p_key, p_hash, 'EMPTY_TRANSFER');
    END IF;

    SELECT (SELECT count(*) FROM ledger_account a
            WHERE a.territory_id = p_territory_id AND a.id = ANY (r.account_ids)),
           wallet.lot_ids, array_agg(locked.account_id), array_agg(locked.usable)
    INTO v_known, v_lot_ids, v_floored_ids, v_usable
    FROM (SELECT ARRAY(
            SELECT a.id FROM ledger_account a
            JOIN ledger_balance b ON b.territory_id = p_territory_id AND b.account_id = a.id
            WHERE a.territory_id = p_territory_id AND a.kind = 'credit_lot'
              AND a.holder_id = p_wallet_id AND a.expires_on >= p_on AND b.cents > b.floor
            ORDER BY a.expires_on, a.id) AS lot_ids) wallet
    LEFT JOIN LATERAL (
          SELECT b.account_id, b.cents - b.floor AS usable FROM ledger_balance b
          WHERE b.territory_id = p_territory_id
            AND b.account_id = ANY (r.account_ids || wallet.lot_ids)
          ORDER BY b.account_id FOR UPDATE OF b) locked ON locked.account_id IS NOT NULL
    GROUP BY wallet.lot_ids;
    -- Fewer than legs: an account has two of them, or one of them has no account.
    IF v_known < cardinality(r.account_ids) AND EXISTS (
            SELECT FROM unnest(r.account_ids) AS leg (account_id)
            WHERE NOT EXISTS (SELECT FROM ledger_account a
                              WHERE a.territory_id = p_territory_id AND a.id = leg.account_id)) THEN
        RETURN ledger_refuse(p_territory_id, p_key, p_hash,
            ledger_unknown(p_territory_id, r.account_ids));
    END IF;

    FOR i IN 1 .. cardinality(v_lot_ids) LOOP
        v_take := least(v_left, v_usable[array_position(v_floored_ids, v_lot_ids[i])]);
        CONTINUE WHEN v_take <= 0;
        v_left := v_left - v_take;
        v_taken_ids := v_taken_ids || v_lot_ids[i];
        v_taken := v_taken || -v_take;
    END LOOP;
    IF v_left > 0 THEN
        RETURN ledger_refuse(p_territory_id, p_key, p_hash, 'INSUFFICIENT_CREDIT',
            p_spend - v_left);
    END IF;
    r.account_ids := v_taken_ids || r.account_ids;
    r.cents := v_taken || r.cents;

    FOR i IN 1 .. cardinality(r.account_ids) LOOP
        v_at := array_position(v_floored_ids, r.account_ids[i]);
        CONTINUE WHEN v_at IS NULL;
        v_usable[v_at] := v_usable[v_at] + r.cents[i];
    END LOOP;
    IF 0 > ANY (v_usable) THEN
        RETURN ledger_refuse_short(p_territory_id, p_key, p_hash, v_floored_ids, v_usable);
    END IF;

    IF p_require_id IS NOT NULL THEN
        v_total := ledger_guarded_balance(p_territory_id, p_require_id);
        IF v_total + coalesce((SELECT sum(leg.cents)
                FROM unnest(r.account_ids, r.cents) AS leg (account_id, cents)
                WHERE leg.account_id = p_require_id), 0) < p_require_cents THEN
            RETURN ledger_refuse(p_territory_id, p_key, p_hash, 'INSUFFICIENT_FUNDS',
                v_total - p_require_cents);
        END IF;
    END IF;

    -- As the column's default does. Drawn here, and ON CONFLICT without naming a key, because
    -- either costs a partitioned table several look-ups in the catalogue for each row.
    r.transfer_id := CASE WHEN pg_current_xact_id() IS NOT NULL
                     THEN nextval('ledger_transfer_id_seq') END;
    INSERT INTO ledger_transfer
        (id, territory_id, kind, key, request_hash, reference, relation, related_id)
    VALUES (r.transfer_id, p_territory_id, p_kind, p_key, p_hash, p_reference, p_relation,
        p_related_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        r := ledger_replay(p_territory_id, p_key, p_hash);
        IF r.status IS NULL THEN
            RAISE EXCEPTION 'transfer % was reversed meanwhile', p_related_id
                USING ERRCODE = 'unique_violation';
        END IF;
        RETURN r;
    END IF;
    INSERT INTO ledger_entry (territory_id, transfer_id, account_id, cents, n)
    SELECT p_territory_id, r.transfer_id, leg.account_id, leg.cents, leg.n
    FROM unnest(r.account_ids, r.cents) WITH ORDINALITY AS leg (account_id, cents, n);
    r.status := 'posted';
    RETURN r;
END $$;

-- The balance of an append-only account, and nobody else gets it from here until we commit.
CREATE OR REPLACE FUNCTION ledger_guarded_balance(p_territory_id integer, p_account_id bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a required minimum needs READ COMMITTED: an older snapshot misses money'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger_guarded_balance', p_account_id));
    RETURN (SELECT b.cents FROM ledger_balances(p_territory_id, ARRAY[p_account_id]) b);
END $$;

-- Lock the transfer that took the money (for a posted hold: the hold) and return its id, or NULL.
CREATE OR REPLACE FUNCTION ledger_lock_source(p_territory_id integer, p_transfer_id bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_source_id bigint;
BEGIN
    SELECT CASE t.relation WHEN 'posts' THEN t.related_id ELSE t.id END INTO v_source_id
    FROM ledger_transfer t WHERE t.territory_id = p_territory_id AND t.id = p_transfer_id;
    PERFORM FROM ledger_transfer t
    WHERE t.territory_id = p_territory_id AND t.id = v_source_id FOR NO KEY UPDATE OF t;
    RETURN v_source_id;
END $$;

-- What a transfer took from each lot and has not got back, in the order in which it took it.
CREATE OR REPLACE FUNCTION ledger_unrefilled(p_territory_id integer, p_source_id bigint)
RETURNS TABLE (account_id bigint, cents bigint, n smallint) LANGUAGE sql STABLE AS $$
    SELECT taken.account_id, (taken.cents - coalesce(back.cents, 0))::bigint, taken.n
    FROM (SELECT e.account_id, -sum(e.cents) AS cents, min(e.n) AS n
          FROM ledger_entry e
          JOIN ledger_account a ON a.territory_id = p_territory_id AND a.id = e.account_id
          WHERE e.territory_id = p_territory_id AND e.transfer_id = p_source_id AND e.cents < 0
            AND a.kind = 'credit_lot'
          GROUP BY e.account_id) taken
    LEFT JOIN LATERAL (
          SELECT sum(e.cents) AS cents
          FROM ledger_transfer t
          JOIN ledger_entry e ON e.territory_id = p_territory_id AND e.transfer_id = t.id
          WHERE t.territory_id = p_territory_id AND t.related_id = p_source_id
            AND t.relation <> 'posts' AND e.account_id = taken.account_id) back ON true
$$;

-- Share p_cents out over the lots by largest remainder, ties to the lot that was taken from first;
-- the same shares as marketplace.money.share_out, and a test holds them together.
CREATE OR REPLACE FUNCTION ledger_refill_shares(
    p_territory_id integer, p_source_id bigint, p_cents bigint)
RETURNS TABLE (account_ids bigint[], cents bigint[]) LANGUAGE sql STABLE AS $$
    WITH lot AS (
        SELECT u.account_id, u.n,
               div(p_cents::numeric * u.cents, total.cents)::bigint AS share,
               mod(p_cents::numeric * u.cents, total.cents) AS remainder
        FROM ledger_unrefilled(p_territory_id, p_source_id) u,
             (SELECT nullif(sum(x.cents), 0) AS cents
              FROM ledger_unrefilled(p_territory_id, p_source_id) x) total
        WHERE u.cents > 0 AND p_cents <= total.cents),
    ranked AS (
        SELECT lot.*, row_number() OVER (ORDER BY lot.remainder DESC, lot.n) AS rank,
               p_cents - sum(lot.share) OVER () AS left_over
        FROM lot)
    SELECT array_agg(ranked.account_id ORDER BY ranked.n),
           array_agg(ranked.share + (ranked.rank <= ranked.left_over)::int ORDER BY ranked.n)
    FROM ranked
    WHERE ranked.share + (ranked.rank <= ranked.left_over)::int > 0
$$;

-- Lots that have expired meanwhile can be spent again until that day, where one is given.
CREATE OR REPLACE FUNCTION ledger_put_off_expiry(
    p_territory_id integer, p_account_ids bigint[], p_on date, p_until date)
RETURNS void LANGUAGE sql AS $$
    UPDATE ledger_account SET expires_on = p_until
    WHERE territory_id = p_territory_id AND id = ANY (p_account_ids) AND kind = 'credit_lot'
      AND expires_on < p_on AND expires_on < p_until
$$;

-- A transfer of the legs, with what is taken from a wallet's lots or given back to those of an
-- earlier transfer.
CREATE OR REPLACE FUNCTION ledger_post(
    p_territory_id integer, p_kind text, p_key text, p_reference text, p_account_ids bigint[],
    p_cents bigint[], p_on date,
    p_wallet_id bigint DEFAULT NULL, p_spend bigint DEFAULT NULL,
    p_refill_of bigint DEFAULT NULL, p_refill bigint DEFAULT NULL, p_refill_until date DEFAULT NULL,
    p_require_id bigint DEFAULT NULL, p_require_cents bigint DEFAULT NULL)
RETURNS ledger_result LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_hash bytea := ledger_hash(ROW('post', p_kind, p_reference, p_account_ids, p_cents,
        p_wallet_id, p_spend, p_refill_of, p_refill)::text);
    r ledger_result;
    v_source_id bigint;
    v_lot_ids bigint[];
    v_shares bigint[];
BEGIN
    -- Every refusal and the key itself look for an earlier result: a first look as well only where
    -- more than the balances of the legs would be locked in vain.
    IF p_refill_of IS NOT NULL OR p_require_id IS NOT NULL THEN
        r := ledger_replay(p_territory_id, p_key, v_hash);
        IF r.status IS NOT NULL THEN
            RETURN r;
        END IF;
    END IF;
    IF p_spend <= 0 OR p_refill <= 0 THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'INVALID_AMOUNT');
    END IF;
    IF p_refill_of IS NOT NULL THEN
        v_source_id := ledger_lock_source(p_territory_id, p_refill_of);
        IF v_source_id IS NULL THEN
            RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'UNKNOWN_TRANSFER');
        ELSIF EXISTS (
                SELECT FROM ledger_hold
                WHERE territory_id = p_territory_id AND id = v_source_id)
              AND NOT EXISTS (
                SELECT FROM ledger_hold_end
                WHERE territory_id = p_territory_id AND hold_id = v_source_id) THEN
            RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'HOLD_NOT_POSTED');
        END IF;
        SELECT s.account_ids, s.cents INTO v_lot_ids, v_shares
        FROM ledger_refill_shares(p_territory_id, v_source_id, p_refill) s;
        IF v_lot_ids IS NULL THEN
            RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'REFILL_TOO_LARGE',
                (SELECT coalesce(sum(u.cents), 0)::bigint
                 FROM ledger_unrefilled(p_territory_id, v_source_id) u));
        END IF;
    END IF;
    r := ledger_write(
        p_territory_id, p_kind, p_key, v_hash, p_reference,
        CASE WHEN v_source_id IS NULL THEN '' ELSE 'refills' END, v_source_id,
        v_lot_ids || p_account_ids, v_shares || p_cents,
        p_wallet_id, p_spend, p_on, p_require_id, p_require_cents);
    IF r.status = 'posted' AND v_source_id IS NOT NULL THEN
        PERFORM ledger_put_off_expiry(p_territory_id, v_lot_ids, p_on, p_refill_until);
    END IF;
    RETURN r;
END $$;

-- Undo a whole transfer. What came out of a hold goes back to the lots that the hold took it from.
CREATE OR REPLACE FUNCTION ledger_reverse(
    p_territory_id integer, p_transfer_id bigint, p_key text, p_reference text, p_on date,
    p_refill_until date DEFAULT NULL)
RETURNS ledger_result LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_hash bytea := ledger_hash(ROW('reverse', p_transfer_id, p_reference)::text);
    r ledger_result := ledger_replay(p_territory_id, p_key, v_hash);
    v_source_id bigint;
    v_relation text;
    v_account_ids bigint[];
    v_cents bigint[];
BEGIN
    IF r.status IS NOT NULL THEN
        RETURN r;
    END IF;
    v_source_id := ledger_lock_source(p_territory_id, p_transfer_id);
    SELECT t.relation INTO v_relation
    FROM ledger_transfer t WHERE t.territory_id = p_territory_id AND t.id = p_transfer_id;
    IF v_source_id IS NULL THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'UNKNOWN_TRANSFER');
    ELSIF v_relation NOT IN ('', 'posts')
          OR EXISTS (
            SELECT FROM ledger_hold
            WHERE territory_id = p_territory_id AND id = p_transfer_id) THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'NOT_REVERSIBLE');
    END IF;
    SELECT CASE t.relation WHEN 'reverses' THEN 'ALREADY_REVERSED' ELSE 'ALREADY_REFILLED' END
    INTO r.status
    FROM ledger_transfer t
    WHERE t.territory_id = p_territory_id AND t.related_id = v_source_id
      AND t.relation <> 'posts' LIMIT 1;
    IF FOUND THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, r.status);
    END IF;
    -- With a hold its entry on the clearing account and the posting's cancel out.
    SELECT array_agg(e.account_id ORDER BY e.transfer_id, e.n),
           array_agg(-e.cents ORDER BY e.transfer_id, e.n)
    INTO v_account_ids, v_cents
    FROM ledger_entry e
    LEFT JOIN ledger_hold h ON h.territory_id = p_territory_id AND h.id = v_source_id
    WHERE e.territory_id = p_territory_id AND e.transfer_id IN (v_source_id, p_transfer_id)
      AND e.account_id IS DISTINCT FROM h.clearing_id;
    r := ledger_write(p_territory_id => p_territory_id, p_kind => 'reverse', p_key => p_key,
        p_hash => v_hash, p_reference => p_reference, p_relation => 'reverses',
        p_related_id => v_source_id,
        p_account_ids => v_account_ids, p_cents => v_cents);
    IF r.status = 'posted' THEN
        PERFORM ledger_put_off_expiry(p_territory_id, v_account_ids, p_on, p_refill_until);
    END IF;
    RETURN r;
END $$;

-- Everything that is left in an expired lot goes to another account.
CREATE OR REPLACE FUNCTION ledger_lapse(
    p_territory_id integer, p_account_id bigint, p_to_account_id bigint, p_key text,
    p_reference text, p_on date)
RETURNS ledger_result LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_hash bytea := ledger_hash(ROW('lapse', p_account_id, p_to_account_id, p_reference)::text);
    r ledger_result := ledger_replay(p_territory_id, p_key, v_hash);
    v_cents bigint;
    v_expires_on date;
BEGIN
    IF r.status IS NOT NULL THEN
        RETURN r;
    END IF;
    PERFORM FROM ledger_balance b
    WHERE b.territory_id = p_territory_id AND b.account_id IN (p_account_id, p_to_account_id)
    ORDER BY b.account_id FOR UPDATE OF b;
    -- Read after the lock: a refund may have put off the expiry while we waited.
    SELECT a.expires_on, b.cents INTO v_expires_on, v_cents
    FROM ledger_account a
    JOIN ledger_balance b ON b.territory_id = p_territory_id AND b.account_id = a.id
    WHERE a.territory_id = p_territory_id AND a.id = p_account_id AND a.kind = 'credit_lot';
    IF v_expires_on IS NULL THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'UNKNOWN_ACCOUNT');
    ELSIF v_expires_on >= p_on THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'LOT_NOT_EXPIRED');
    ELSIF v_cents = 0 THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'LOT_EMPTY');
    END IF;
    RETURN ledger_write(p_territory_id => p_territory_id, p_kind => 'lapse', p_key => p_key,
        p_hash => v_hash, p_reference => p_reference, p_relation => '', p_related_id => NULL,
        p_account_ids => ARRAY[p_account_id, p_to_account_id],
        p_cents => ARRAY[-v_cents, v_cents]);
END $$;
