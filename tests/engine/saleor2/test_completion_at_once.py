"""What Saleor 2.10.1 does by itself with one checkout that many complete at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest

from tests import shopping
from tests.at_once import at_once
from tests.concurrency.crowd import complete
from tests.graphql_client import Api
from tests.steps import Steps


@pytest.fixture
def town(committed_db):
    return shopping.build(100_000)


@contextmanager
def plain_saleor(monkeypatch):
    """``checkoutComplete`` as Saleor 2.10.1 ships it, paid with its dummy gateway."""
    from django.conf import settings

    from marketplace.shop.checkouts import CheckoutCompleteOnce

    def unguarded(cls: Any, root: Any, info: Any, _completion: Any, **data: Any) -> Any:
        return cls.perform_mutation(root, info, **data)

    monkeypatch.setattr(
        settings, "PLUGINS", ["saleor.payment.gateways.dummy.plugin.DummyGatewayPlugin"]
    )
    monkeypatch.setattr(CheckoutCompleteOnce, "_complete", classmethod(unguarded))
    yield


def test_twin_plain_saleor_charges_one_checkout_several_times(town, monkeypatch):
    from saleor.payment.models import Transaction

    with plain_saleor(monkeypatch):
        for _attempt in range(5):
            steps = Steps(Api(), town.employee)
            steps.create((town.honey, 1))
            steps.deliver(town.delivery)
            steps.api.data(
                """mutation($id: ID!, $input: PaymentInput!) {
                  checkoutPaymentCreate(checkoutId: $id, input: $input) { payment { id } } }""",
                {
                    "id": steps.checkout,
                    "input": {"gateway": "mirumee.payments.dummy", "token": "fully_charged"},
                },
                user=town.employee,
            )
            Transaction.objects.all().delete()
            at_once(lambda _n, s=steps: complete(s))
            if Transaction.objects.filter(kind="capture", is_success=True).count() > 1:
                return
    pytest.fail("plain Saleor charged once in five attempts: the guard is no longer needed")
