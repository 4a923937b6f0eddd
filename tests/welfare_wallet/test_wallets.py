"""What a person sees of a wallet, and credit coming in and lapsing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.companies.credit import Grant
from marketplace.companies.models import LapseTo
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, post
from marketplace.ledger.selectors import balance, expired_lots, wallet_balance
from marketplace.ledger.territory import territory_id
from marketplace.ledger.verification import verify
from marketplace.refusals import Refusal
from plugins.welfare_wallet import credit as wallet_credit
from plugins.welfare_wallet.credit import credit, credit_many, lapse_expired
from plugins.welfare_wallet.models import Wallet, WalletKind
from tests.companies import factories as companies
from tests.shopping import PURCHASE, give, purchase_input

pytestmark = pytest.mark.django_db

MINE = """{ myWallets { kind planName companyName balance { amount }
  lots { amount { amount } expiresOn }
  movements(first: 10) { totalCount edges { node { kind amount { amount } balance { amount } } } }
} }"""


def test_a_wallet_shows_balance_lots_and_movements(api, town):
    give(town.company, town.plan, town.employee, 500, days=5)
    api.data(
        PURCHASE,
        purchase_input("seen-later", (town.honey, 1), method="pick_up"),
        user=town.employee,
    )
    (wallet,) = api.data(MINE, user=town.employee)["myWallets"]
    assert (wallet["kind"], wallet["companyName"]) == ("plan", "Officine Sebino")
    assert wallet["balance"]["amount"] == 196.5
    # The lot that dies first was spent first, and is empty.
    assert [lot["amount"]["amount"] for lot in wallet["lots"]] == [196.5]
    newest = wallet["movements"]["edges"][0]["node"]
    assert (newest["kind"], newest["balance"]["amount"]) == ("purchase", 196.5)
    assert wallet["movements"]["totalCount"] == 4


def test_nobody_sees_anothers_wallet(api, town):
    other = companies.employment(town.company).user
    assert api.data(MINE, user=other)["myWallets"] == []
    assert api.refused(MINE) == ["NOT_SIGNED_IN"]


def test_statements_do_not_grow_with_wallets(api, town):
    wallets = "{ myWallets { planName companyName balance { amount } lots { expiresOn } } }"
    one = api.cost(wallets, user=town.employee)
    for _more in range(4):
        give(town.company, companies.plan(town.company), town.employee, 100)
    assert api.cost(wallets, user=town.employee) == one


def grants(town, count, cents=100):
    until = timezone.localdate() + timedelta(days=30)
    return [
        Grant(
            companies.employment(town.company).user.pk, town.company.pk, town.plan.pk, cents, until
        )
        for _n in range(count)
    ]


def budget(town, cents):
    account_id = account(AccountKind.COMPANY_BUDGET, town.company.pk)
    world = account(AccountKind.WORLD, 0)
    post(kind="top_up", key=f"b:{cents}", legs=[Leg(world, -cents), Leg(account_id, cents)])
    return account_id


def test_many_grants_are_one_transfer_done_once(town):
    source = budget(town, 1000)
    wanted = grants(town, 5)
    first = credit_many(grants=wanted, source_account_id=source, key="allocation:1")
    again = credit_many(grants=wanted, source_account_id=source, key="allocation:1")
    assert first == again
    assert [given.cents for given in first] == [100] * 5
    assert balance(source) == 500
    assert verify() == []


def test_many_grants_are_all_or_none(town):
    source = budget(town, 450)
    wanted = grants(town, 5)
    before = Wallet.objects.count()
    with pytest.raises(Refusal, match="INSUFFICIENT_FUNDS"):
        credit_many(grants=wanted, source_account_id=source, key="allocation:2")
    assert Wallet.objects.count() == before
    assert balance(source) == 450


def test_many_grants_cost_the_same_statements_whatever_their_number(town):
    def statements(count, key):
        wanted = grants(town, count)
        with CaptureQueriesContext(connection) as captured:
            credit_many(grants=wanted, source_account_id=source, key=key)
        return len(captured)

    source = budget(town, 100_000)
    assert statements(2, "few") == statements(40, "many")


def test_an_award_goes_into_a_solidarity_wallet_that_any_category_may_be_bought_with(api, town):
    from tests.shopping import variant

    fund = account(AccountKind.FUND, town.fund.pk)
    world = account(AccountKind.WORLD, 0)
    post(kind="gift", key="gift", legs=[Leg(world, -9000), Leg(fund, 9000)])
    given = credit(
        user_id=town.employee.pk,
        company_id=None,
        plan_id=None,
        source_account_id=fund,
        cents=5000,
        key="award:1",
        expires_on=timezone.localdate() + timedelta(days=30),
    )
    assert Wallet.objects.get(pk=given.wallet_id).kind == WalletKind.SOLIDARITY
    ticket = variant(town.camps, "Bus ticket", 3500, warehouse=town.warehouse, code="d-bis")
    from tests.shopping import gid

    wanted = purchase_input("with-the-award", (ticket, 1), method="pick_up")
    wanted["input"]["walletId"] = gid("Wallet", given.wallet_id)
    bought = api.data(PURCHASE, wanted, user=town.employee)["purchaseCreate"]
    assert bought["errors"] == []
    assert wallet_balance(given.wallet_id).total_cents == 1500
    # Nobody's company stands behind an award: its share of the levy is not taken.
    assert town.company_levy_cents() == 0


class TestLapse:
    def after(self, town, days: int) -> int:
        return lapse_expired(timezone.localdate() + timedelta(days=days))

    def test_expired_credit_goes_back_to_the_budget(self, town):
        give(town.company, town.plan, town.employee, 500, days=1)
        assert self.after(town, 2) == 1
        assert balance(account(AccountKind.COMPANY_BUDGET, town.company.pk)) == 500
        assert self.after(town, 2) == 0
        assert verify() == []

    def test_or_to_the_fund_where_the_plan_says_so(self, town):
        town.plan.lapse_to = LapseTo.FUND.value
        town.plan.save()
        give(town.company, town.plan, town.employee, 500, days=1)
        self.after(town, 2)
        assert town.fund_cents() == 500

    def test_a_lot_whose_last_day_is_put_off_meanwhile_keeps_no_other(self, town, monkeypatch):
        """Between the look and the posting a refund has given it a new last day."""
        for cents in (300, 500):
            give(town.company, town.plan, town.employee, cents, days=1)
        day = timezone.localdate() + timedelta(days=2)
        seen = expired_lots(day)
        monkeypatch.setattr(wallet_credit, "expired_lots", lambda _on: seen)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_put_off_expiry(%s, %s, %s, %s)",
                [territory_id(), [seen[0].account_id], day, day],
            )
        assert lapse_expired(day) == 1
        assert balance(account(AccountKind.COMPANY_BUDGET, town.company.pk)) == 500

    def test_credit_can_be_spent_on_its_last_day(self, town):
        give(town.company, town.plan, town.employee, 500, days=1)
        assert self.after(town, 1) == 0
