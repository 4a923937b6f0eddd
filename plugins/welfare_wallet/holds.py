"""Holds: credit set aside for a Saleor checkout, bound to its user and its exact amount."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.ledger import holds as ledger
from marketplace.ledger.models import HoldEnd
from marketplace.refusals import Refusal
from marketplace.sales import extensions
from marketplace.sales.carts import sale_of
from marketplace.sales.sale import GATEWAY
from marketplace.sales.services import amount_due
from marketplace.shop import books
from marketplace.shop.carts import checkout_cart
from marketplace.shop.checkouts import checkout_of
from plugins.welfare_wallet.models import WalletHold, new_token
from plugins.welfare_wallet.wallets import payer_of


def hold_create(*, user_id: int, checkout_token: str, wallet_id: int | None) -> WalletHold:
    """Set aside what a checkout costs, after every gate has let it pass.

    Asked again for the same checkout: the same hold while it fits, another where cart or wallet
    have changed (the first is given back).

    Raises:
        Refusal: NOT_FOUND, what :func:`sale_of`, the gates and :func:`payer_of` refuse,
            INSUFFICIENT_CREDIT.
    """
    with transaction.atomic():
        _one_at_a_time(checkout_token)
        checkout = checkout_of(checkout_token, user_id)
        if checkout is None:
            raise not_found("Checkout", field="checkoutId")
        payer = payer_of(user_id=user_id, wallet_id=wallet_id)
        sale = sale_of(checkout_cart(checkout), payer)
        extensions.check(sale)
        due = amount_due(sale, extensions.levy_of(sale))
        now = timezone.now()
        earlier = WalletHold.objects.filter(checkout_token=sale.token, ended_at=None).first()
        if earlier is not None:
            same = (earlier.wallet_id, earlier.cents) == (payer.wallet_id, due)
            if same and earlier.expires_at > now + _SHORTEST_LEFT:
                return earlier
            hold_release(earlier)
        token = new_token()
        expires_at = now + timedelta(minutes=settings.WALLET_HOLD_MINUTES)
        held = ledger.hold(
            key=token,
            wallet_id=payer.wallet_id,
            cents=due,
            expires_at=expires_at,
            reference=sale.token,
        )
        return WalletHold.objects.create(
            token=token,
            wallet_id=payer.wallet_id,
            user_id=user_id,
            checkout_token=sale.token,
            cents=due,
            ledger_hold_id=held.hold_id,
            expires_at=expires_at,
        )


# A hold about to expire is not handed out again: the buyer could not finish with it.
_SHORTEST_LEFT = timedelta(minutes=2)


def hold_release(hold: WalletHold) -> None:
    """Give a hold's money back to its lots; harmless where it has ended already.

    Raises:
        Refusal: HOLD_ALREADY_POSTED where it has paid an order.
    """
    with transaction.atomic():
        hold = _locked(hold)
        try:
            ledger.void_hold(hold_id=hold.ledger_hold_id, key=f"void:{hold.token}")
        except Refusal as refusal:
            if refusal.code not in ("HOLD_ALREADY_VOIDED", "HOLD_ALREADY_EXPIRED"):
                raise
        hold_ended(hold)


def _locked(hold: WalletHold) -> WalletHold:
    """The wallet's row before the ledger's, as whoever pays with the hold locks them: the other way
    round a release and a payment would wait for each other."""
    return WalletHold.objects.select_for_update().get(pk=hold.pk)


def hold_ended(hold: WalletHold) -> None:
    """Note that a hold is over, so that its checkout may have another."""
    if hold.ended_at is None:
        hold.ended_at = timezone.now()
        hold.save(update_fields=["ended_at"])


def holds_close(*, now: datetime) -> int:
    """Close every hold that expired by ``now`` and was given back; how many there were.

    The ledger gives their money back by itself; this lets wallet and shop know it.
    """
    due = WalletHold.objects.filter(ended_at=None, expires_at__lte=now)
    by_ledger_id = dict(due.values_list("ledger_hold_id", "pk"))
    given_back = HoldEnd.objects.filter(hold_id__in=by_ledger_id).values_list("hold_id", flat=True)
    return sum(hold_close(by_ledger_id[ended]) for ended in sorted(given_back))


def hold_close(hold_id: int) -> bool:
    """Note that a hold is over that has paid nothing; False where that was noted before."""
    with transaction.atomic():
        hold = WalletHold.objects.get(pk=hold_id)
        books.authorization_over(hold.token, hold.checkout_token, gateway=GATEWAY)
        hold = WalletHold.objects.select_for_update().get(pk=hold_id)
        if hold.ended_at is not None:
            return False
        hold_ended(hold)
        return True


def hold_of_token(token: str, *, user_id: int) -> WalletHold:
    """The user's own hold, or Refusal NOT_FOUND."""
    hold = WalletHold.objects.filter(token=token, user_id=user_id).first()
    if hold is None:
        raise Refusal(
            "NOT_FOUND",
            _("We cannot find this hold: it is gone, or somebody else's. Ask for a new one."),
            field="token",
        )
    return hold


def _one_at_a_time(checkout_token: str) -> None:
    """Two clicks on one checkout wait for each other until the first has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"hold:{checkout_token}"]
        )
