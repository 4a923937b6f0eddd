"""What wallets have spent per benefit category in a calendar year, net of what went back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from marketplace.money import share_out

# The categories are those of the day of the sale, which its terms keep: a listing may move since.
# What went back of a part is known for the part, not for its lines. What a card paid, and what went
# back to it, was never credit.
_SPENT = """
SELECT s.wallet_id, s.id, (line->>'provider_id')::bigint AS provider_id,
    line->>'category_code' AS code,
    sum((line->>'total_cents')::bigint - coalesce((line->>'card_cents')::bigint, 0))::bigint
        AS cents,
    coalesce(max(part.refunded_cents - CASE WHEN s.card_cents = 0 THEN 0 ELSE (
        SELECT coalesce(sum(back.card_cents), 0) FROM sales_settlementreversal back
        WHERE back.provider_order_id = part.id) END), 0)::bigint AS refunded_cents
FROM sales_settlement s
CROSS JOIN LATERAL jsonb_array_elements(s.terms->'sale'->'lines') AS line
LEFT JOIN providers_providerorder part
    ON part.order_id = s.order_id AND part.provider_id = (line->>'provider_id')::bigint
WHERE s.wallet_id = ANY (%s::bigint[]) AND s.given_back_transfer_id IS NULL
    AND s.placed_at >= %s AND s.placed_at < %s
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


class _Spent(NamedTuple):
    wallet_id: int
    settlement_id: int
    provider_id: int
    code: str
    cents: int
    refunded_cents: int


def spent_by_category(wallet_ids: Iterable[int], year: int) -> dict[int, Counter[str]]:
    """Cents of goods and services by wallet and benefit category; delivery belongs to none.

    A refund of one provider's part counts back for the part's categories in proportion, by largest
    remainder. One statement, whatever the number of wallets.
    """
    wanted = list(wallet_ids)
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, [wanted, _new_year(year), _new_year(year + 1)])
        rows = [_Spent(*row) for row in cursor.fetchall()]
    parts: dict[tuple[int, int, int], list[_Spent]] = defaultdict(list)
    for row in rows:
        parts[row.wallet_id, row.settlement_id, row.provider_id].append(row)
    spent: dict[int, Counter[str]] = {wallet_id: Counter() for wallet_id in wanted}
    for part in parts.values():
        back = share_out(part[0].refunded_cents, [row.cents for row in part])
        for row, cents in zip(part, back, strict=True):
            spent[row.wallet_id][row.code] += row.cents - cents
    return spent


def _new_year(year: int) -> datetime:
    return timezone.make_aware(datetime(year, 1, 1))
