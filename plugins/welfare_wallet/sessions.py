"""Payment sessions over holds: what an engine's client may set aside for a checkout of its own.

A session says who asks, which checkout, and what the client wants; whose money it is, and whether
it may pay, is decided as for every other hold (:func:`hold_create`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import from_global, not_found, to_global
from marketplace.ledger.selectors import wallet_balances
from marketplace.money import CURRENCY, decimal
from marketplace.people.actor import not_signed_in
from marketplace.refusals import Refusal
from marketplace.shop.checkouts import checkout_of
from plugins.welfare_wallet.holds import hold_create
from plugins.welfare_wallet.models import Wallet, WalletHold


def checkout_hold(checkout_token: str, *, user_id: int | None, given: Any) -> str:
    """Set aside what a checkout costs; return the hold's token.

    Args:
        given: the client's data: nothing, ``walletId`` of the wallet that is to pay, or ``token``
            of a hold that there is already.

    Raises:
        Refusal: NOT_SIGNED_IN, INVALID_DATA, INVALID_ID, HOLD_UNKNOWN, HOLD_OF_ANOTHER,
            HOLD_OUTDATED, and what :func:`hold_create` refuses.
    """
    if user_id is None:
        raise not_signed_in()
    token, wallet_id = _asked(given)
    if token is not None:
        wallet_id = _own_hold(token, checkout_token, user_id).wallet_id
    hold = hold_create(user_id=user_id, checkout_token=checkout_token, wallet_id=wallet_id)
    if token not in (None, hold.token):
        raise Refusal(
            "HOLD_OUTDATED",
            _("This hold is over, or no longer what the cart costs. Ask for a new one."),
            field="token",
        )
    return hold.token


def _asked(given: Any) -> tuple[str | None, int | None]:
    """The hold's token and the wallet that the client's data name."""
    data = {} if given is None else given
    if not isinstance(data, Mapping) or data.keys() - {"token", "walletId"}:
        raise _invalid_data()
    token, wallet = data.get("token"), data.get("walletId")
    if not all(one is None or isinstance(one, str) for one in (token, wallet)):
        raise _invalid_data()
    return token, None if wallet is None else from_global(wallet, "Wallet", field="walletId")


def _invalid_data() -> Refusal:
    return Refusal(
        "INVALID_DATA",
        _("The data are an object with the walletId that is to pay, the token of a hold, or none."),
        field="data",
    )


def _own_hold(token: str, checkout_token: str, user_id: int) -> WalletHold:
    hold = WalletHold.objects.filter(token=token).first()
    if hold is None:
        raise Refusal(
            "HOLD_UNKNOWN", _("This payment token is not a hold. Ask for one for this checkout.")
        )
    if (hold.user_id, hold.checkout_token) != (user_id, checkout_token):
        raise Refusal(
            "HOLD_OF_ANOTHER", _("This hold belongs to another checkout. Ask for one for yours.")
        )
    return hold


def hold_open(hold_token: str) -> bool:
    """Whether a hold still keeps its money for its checkout."""
    return WalletHold.objects.filter(
        token=hold_token, ended_at=None, expires_at__gt=timezone.now()
    ).exists()


def checkout_offer(checkout_token: str, *, user_id: int | None) -> Any:
    """The wallets of whom a checkout belongs to, with what is in each, for that person alone.

    Raises:
        Refusal: NOT_SIGNED_IN; NOT_FOUND for somebody else's checkout.
    """
    if user_id is None:
        raise not_signed_in()
    if checkout_of(checkout_token, user_id) is None:
        raise not_found("Checkout", field="id")
    wallets = list(Wallet.objects.filter(user_id=user_id).order_by("pk"))
    held = wallet_balances([wallet.pk for wallet in wallets])
    return {
        "wallets": [
            {
                "id": to_global("Wallet", wallet.pk),
                "balance": str(decimal(held[wallet.pk].total_cents)),
                "currency": CURRENCY,
            }
            for wallet in wallets
        ]
    }
