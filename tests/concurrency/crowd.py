"""What a crowd does that comes at the same moment, and what it leaves behind."""

from __future__ import annotations

from typing import Any

from tests.engine.installed import STEPS
from tests.graphql_client import Api
from tests.steps import Steps


def orders() -> int:
    from saleor.order.models import Order

    return Order.objects.count()


def complete(steps: Steps) -> Any:
    answer = Api()(STEPS["complete"], {"id": steps.checkout}, user=steps.user)
    return (answer.get("data") or {}).get("checkoutComplete") or answer
