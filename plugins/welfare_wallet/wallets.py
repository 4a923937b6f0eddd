"""Whose wallet is it, and who may pay with it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.refusals import Refusal
from marketplace.sales.carts import Payer
from plugins.welfare_wallet.models import Wallet


def payer_of(*, user_id: int, wallet_id: int | None) -> Payer:
    """The payer that a wallet of this user makes; the only wallet where none is named.

    Raises:
        Refusal: NO_WALLET, WALLET_NOT_CHOSEN (the user has several), NOT_FOUND for an unknown
            wallet and for somebody else's, which must look the same.
    """
    wallets = Wallet.objects.filter(user_id=user_id).select_related("plan")
    if wallet_id is not None:
        wallets = wallets.filter(pk=wallet_id)
    found = list(wallets[:2])
    if not found and wallet_id is not None:
        raise not_found("Wallet", field="walletId")
    if not found:
        raise Refusal("NO_WALLET", _("You have no welfare credit yet. Ask your company."))
    if len(found) > 1:
        raise Refusal(
            "WALLET_NOT_CHOSEN",
            _("You have several wallets. Say which one pays."),
            field="walletId",
        )
    wallet = found[0]
    return Payer(
        user_id=user_id,
        wallet_id=wallet.pk,
        company_id=wallet.company_id,
        plan_id=wallet.plan_id,
        refund_grace_days=wallet.plan.refund_grace_days if wallet.plan else SOLIDARITY_GRACE_DAYS,
    )


# A solidarity wallet has no plan that grants days; a quarter lets an award be spent after a refund.
SOLIDARITY_GRACE_DAYS = 90
