-- Balances: the row where the account has a floor; the newest checkpoint plus its tail elsewhere.
CREATE OR REPLACE FUNCTION ledger_balances(p_territory_id integer, p_account_ids bigint[])
RETURNS TABLE (account_id bigint, cents bigint) LANGUAGE sql STABLE AS $$
    SELECT a.id, coalesce(b.cents, coalesce(c.cents, 0) + coalesce(tail.cents, 0))::bigint
    FROM unnest(p_account_ids) AS a (id)
    LEFT JOIN ledger_balance b ON b.territory_id = p_territory_id AND b.account_id = a.id
    LEFT JOIN LATERAL (
        SELECT k.cents, k.through_id FROM ledger_checkpoint k
        WHERE k.territory_id = p_territory_id AND k.account_id = a.id AND b.account_id IS NULL
        ORDER BY k.through_id DESC LIMIT 1) c ON true
    LEFT JOIN LATERAL (
        SELECT sum(e.cents) AS cents FROM ledger_entry e
        WHERE e.territory_id = p_territory_id AND e.account_id = a.id AND b.account_id IS NULL
          AND e.transfer_id > coalesce(c.through_id, 0)) tail ON true
$$;

-- Sum of the accounts' entries that come before entry n of a transfer: where a statement's page
-- starts. From the last checkpoint below it, so a page deep in the past costs no more.
CREATE OR REPLACE FUNCTION ledger_balance_before(
    p_territory_id integer, p_account_ids bigint[], p_transfer_id bigint, p_n smallint)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(coalesce(c.cents, 0) + coalesce(tail.cents, 0)), 0)::bigint
    FROM unnest(p_account_ids) AS a (id)
    LEFT JOIN LATERAL (
        SELECT k.cents, k.through_id FROM ledger_checkpoint k
        WHERE k.territory_id = p_territory_id AND k.account_id = a.id
          AND k.through_id < p_transfer_id
        ORDER BY k.through_id DESC LIMIT 1) c ON true
    LEFT JOIN LATERAL (
        SELECT sum(e.cents) AS cents FROM ledger_entry e
        WHERE e.territory_id = p_territory_id AND e.account_id = a.id
          AND e.transfer_id > coalesce(c.through_id, 0)
          AND (e.transfer_id, e.n) < (p_transfer_id, p_n)) tail ON true
$$;
