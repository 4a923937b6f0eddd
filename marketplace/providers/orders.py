"""An order's parts, one per provider: made with the order, once, whatever is asked twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from marketplace.providers.models import ProviderOrder, ProviderOrderStatus
from marketplace.sales.sale import LevyShare, LevyTerms, Sale

# Parts and lines in one statement, so that there is never a part without its lines. Who comes
# second (also at the same moment: the unique constraint makes it wait) inserts nothing.
INSERT_ONCE = """
WITH made AS (
    INSERT INTO providers_providerorder (
        order_id, order_number, checkout_token, provider_id, status, user_id, placed_at, status_at,
        gross_cents, levy_policy_id, levy_provider_cents, levy_company_cents, levy_employee_cents,
        refunded_cents, levy_provider_refunded_cents, levy_company_refunded_cents,
        levy_employee_refunded_cents, transfer_id, delivery_method, delivery_comune_id)
    SELECT %(order_id)s, %(order_number)s, %(token)s, part.provider_id, %(status)s, %(user_id)s,
        %(now)s, %(now)s, part.gross_cents, part.levy_policy_id, part.levy_provider_cents,
        part.levy_company_cents, part.levy_employee_cents, 0, 0, 0, 0, %(transfer_id)s,
        %(delivery_method)s, %(delivery_comune_id)s
    FROM jsonb_to_recordset(%(parts)s) AS part (
        provider_id bigint, gross_cents bigint, levy_policy_id bigint, levy_provider_cents bigint,
        levy_company_cents bigint, levy_employee_cents bigint)
    ORDER BY part.provider_id
    ON CONFLICT (order_id, provider_id) DO NOTHING
    RETURNING *
), lined AS (
    INSERT INTO providers_providerorderline (
        provider_order_id, order_line_id, listing_id, number, product_name, quantity, unit_cents,
        total_cents, refunded_cents)
    SELECT made.id, line.order_line_id, line.listing_id, line.number, line.product_name,
        line.quantity, line.unit_cents, line.total_cents, 0
    FROM jsonb_to_recordset(%(lines)s) AS line (
        provider_id bigint, order_line_id text, listing_id bigint, number int, product_name text,
        quantity int, unit_cents bigint, total_cents bigint)
    JOIN made USING (provider_id)
    ORDER BY line.number
)
SELECT * FROM made ORDER BY provider_id
"""


def provider_orders_create(
    *,
    order_id: str,
    order_number: str,
    sale: Sale,
    levy: LevyTerms,
    transfer_id: int,
    order_line_ids: Mapping[int, str],
    placed_at: datetime | None = None,
) -> tuple[ProviderOrder, ...]:
    """Split a paid order by provider; ``order_line_ids`` maps line numbers to the shop's lines.

    One statement, whatever the number of lines. Asked again for the same order (a retry, the
    reconciler, two at once) it returns the first call's rows and changes nothing.

    Args:
        placed_at: now, where it is not given (an order of the past that is loaded has its own).

    Returns:
        The parts in ascending order of provider id.
    """
    made = tuple(
        ProviderOrder.objects.raw(
            INSERT_ONCE,
            {
                "order_id": order_id,
                "order_number": order_number,
                "token": sale.token,
                "status": ProviderOrderStatus.PLACED.value,
                "user_id": sale.user_id,
                "now": placed_at or timezone.now(),
                "transfer_id": transfer_id,
                "delivery_method": str(sale.delivery.method),
                "delivery_comune_id": sale.delivery.comune_id,
                "parts": json.dumps(_parts(sale, levy)),
                "lines": json.dumps(_lines(sale, order_line_ids)),
            },
        )
    )
    if len(made) == len(sale.provider_ids):
        return made
    return tuple(ProviderOrder.objects.filter(order_id=order_id).order_by("provider_id"))


def _parts(sale: Sale, levy: LevyTerms) -> list[dict[str, Any]]:
    shares = {share.provider_id: share for share in levy.shares}
    return [_part(sale, provider_id, shares.get(provider_id)) for provider_id in sale.provider_ids]


def _part(sale: Sale, provider_id: int, share: LevyShare | None) -> dict[str, Any]:
    return {
        "provider_id": provider_id,
        "gross_cents": sale.gross_of(provider_id),
        "levy_policy_id": share.policy_id if share else None,
        "levy_provider_cents": share.provider_cents if share else 0,
        "levy_company_cents": share.company_cents if share else 0,
        "levy_employee_cents": share.employee_cents if share else 0,
    }


def _lines(sale: Sale, order_line_ids: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "provider_id": line.provider_id,
            "order_line_id": order_line_ids[line.number],
            "listing_id": line.listing_id,
            "number": line.number,
            "product_name": line.product_name,
            "quantity": line.quantity,
            "unit_cents": line.unit_cents,
            "total_cents": line.total_cents,
        }
        for line in sale.lines
    ]
