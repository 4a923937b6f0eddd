-- Two phases: a hold takes credit from the lots at once, and ends once: posted, voided or expired.

CREATE OR REPLACE FUNCTION ledger_place_hold(
    p_territory_id integer, p_key text, p_reference text, p_wallet_id bigint, p_cents bigint,
    p_clearing_id bigint, p_expires_at timestamptz, p_on date)
RETURNS ledger_result LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    r ledger_result := ledger_post(p_territory_id, 'hold', p_key, p_reference,
        ARRAY[p_clearing_id], ARRAY[p_cents], p_on, p_wallet_id, p_cents);
BEGIN
    IF r.status = 'posted' THEN
        INSERT INTO ledger_hold (territory_id, id, wallet_id, clearing_id, cents, expires_at)
        VALUES (p_territory_id, r.transfer_id, p_wallet_id, p_clearing_id, p_cents, p_expires_at);
        INSERT INTO ledger_open_hold (territory_id, hold_id, expires_at)
        VALUES (p_territory_id, r.transfer_id, p_expires_at);
    END IF;
    RETURN r;
END $$;

-- p_outcome: 'posted' moves the held money to the legs (which sum to it); 'voided' and 'expired'
-- give it back to the lots it came from, expired or not: lapsing is another matter.
CREATE OR REPLACE FUNCTION ledger_end_hold(
    p_territory_id integer, p_hold_id bigint, p_outcome text, p_kind text, p_key text,
    p_reference text, p_account_ids bigint[], p_cents bigint[], p_now timestamptz)
RETURNS ledger_result LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_hash bytea := ledger_hash(ROW('end hold', p_hold_id, p_outcome, p_kind, p_reference,
        p_account_ids, p_cents)::text);
    r ledger_result := ledger_replay(p_territory_id, p_key, v_hash);
    v_hold ledger_hold;
    v_ended text;
    v_account_ids bigint[] := p_account_ids;
    v_cents bigint[] := p_cents;
BEGIN
    IF r.status IS NOT NULL THEN
        RETURN r;
    END IF;
    PERFORM FROM ledger_transfer t
    WHERE t.territory_id = p_territory_id AND t.id = p_hold_id FOR NO KEY UPDATE OF t;
    SELECT * INTO v_hold FROM ledger_hold
    WHERE territory_id = p_territory_id AND id = p_hold_id;
    IF NOT FOUND THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'UNKNOWN_HOLD');
    END IF;
    SELECT outcome INTO v_ended FROM ledger_hold_end
    WHERE territory_id = p_territory_id AND hold_id = p_hold_id;
    IF v_ended IS NOT NULL THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'HOLD_ALREADY_' || upper(v_ended));
    ELSIF p_outcome = 'posted' AND v_hold.expires_at <= p_now THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'HOLD_ALREADY_EXPIRED');
    ELSIF p_outcome = 'expired' AND v_hold.expires_at > p_now THEN
        RETURN ledger_refuse(p_territory_id, p_key, v_hash, 'HOLD_NOT_EXPIRED');
    END IF;
    IF p_outcome = 'posted' THEN
        v_account_ids := v_hold.clearing_id || v_account_ids;
        v_cents := -v_hold.cents || v_cents;
    ELSE
        SELECT array_agg(e.account_id ORDER BY e.n), array_agg(-e.cents ORDER BY e.n)
        INTO v_account_ids, v_cents
        FROM ledger_entry e
        WHERE e.territory_id = p_territory_id AND e.transfer_id = p_hold_id;
    END IF;
    r := ledger_write(p_territory_id => p_territory_id, p_kind => p_kind, p_key => p_key,
        p_hash => v_hash, p_reference => p_reference,
        p_relation => CASE p_outcome WHEN 'posted' THEN 'posts' WHEN 'voided' THEN 'voids'
                                     WHEN 'expired' THEN 'expires' END,
        p_related_id => p_hold_id, p_account_ids => v_account_ids, p_cents => v_cents);
    IF r.status = 'posted' THEN
        INSERT INTO ledger_hold_end (territory_id, hold_id, outcome, transfer_id)
        VALUES (p_territory_id, p_hold_id, p_outcome, r.transfer_id);
        DELETE FROM ledger_open_hold
        WHERE territory_id = p_territory_id AND hold_id = p_hold_id;
    END IF;
    RETURN r;
END $$;
