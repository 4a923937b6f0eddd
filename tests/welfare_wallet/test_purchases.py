"""The one-request purchase: what it does, what it refuses, and that a refusal changes nothing."""

import pytest

from tests.shopping import DELIVERY_CENTS, PURCHASE, purchase_input

pytestmark = pytest.mark.django_db


def buy(api, town, variables, **who):
    return api.data(PURCHASE, variables, user=who.get("user", town.employee))["purchaseCreate"]


def test_a_purchase_pays_providers_fund_and_delivery(api, town):
    bought = buy(api, town, purchase_input("first-one", (town.honey, 2), (town.camp, 1)))
    assert bought["errors"] == []
    gross = 2 * 850 + 5000
    # 2 % of each provider's gross and 1 % from the company, each rounded half up.
    provider_levy, company_levy = 34 + 100, 17 + 50
    assert town.credit_left() == 20_000 - gross - DELIVERY_CENTS
    assert town.payable_cents(town.dairy) == 1700 - 34
    assert town.payable_cents(town.camps) == 5000 - 100
    assert town.fund_cents() == provider_levy + company_levy
    assert town.company_levy_cents() == -company_levy
    assert town.delivery_income_cents() == DELIVERY_CENTS
    assert bought["purchase"]["paid"]["amount"] == (gross + DELIVERY_CENTS) / 100
    assert bought["purchase"]["levy"]["amount"] == (provider_levy + company_levy) / 100
    assert [part["providerName"] for part in bought["purchase"]["parts"]] == [
        "Caseificio",
        "Campi estivi",
    ]
