"""Somebody who has bought three days at the camp and two jars of honey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from marketplace.people.actor import Actor, actor_of
from marketplace.providers.models import ProviderOrder
from plugins.vouchers.codes import shown
from plugins.vouchers.models import WelfareVoucher
from tests import shopping
from tests.providers import factories as providers

DAYS = 3


@dataclass
class Bought:
    town: Any
    part: ProviderOrder
    manager: Any
    other_manager: Any

    @property
    def vouchers(self) -> list[WelfareVoucher]:
        return list(WelfareVoucher.objects.order_by("unit"))

    @property
    def codes(self) -> list[str]:
        return [shown(voucher.code) for voucher in self.vouchers]

    @property
    def actor(self) -> Actor:
        return actor_of(self.manager)


def buy(town, api, key="three-days-of-camp", *, days=DAYS) -> Bought:
    wanted = shopping.purchase_input(key, (town.honey, 2), (town.camp, days))
    answer = api.data(shopping.PURCHASE, wanted, user=town.employee)["purchaseCreate"]
    assert answer["errors"] == []
    return Bought(
        town,
        ProviderOrder.objects.filter(provider=town.camps).latest("pk"),
        providers.member(town.camps.pk),
        providers.member(town.dairy.pk),
    )


@pytest.fixture
def bought(api, town):
    shopping.give(town.company, town.plan, town.employee, 20_000)
    return buy(town, api)
