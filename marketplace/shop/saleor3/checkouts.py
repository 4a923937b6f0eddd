"""``checkoutComplete`` on Saleor 3.23: its own, with payment and order in one transaction.

Saleor 3 locks the checkout and the payment, but commits the payment before it creates the order: a
crash in between leaves a payment without an order (saleor/saleor#8520). The wallet's money is in
the same database, so here all of it commits together or not at all; a checkout that is already an
order answers with that order, to its buyer alone.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import Checkout
from saleor.graphql.checkout.mutations.checkout_complete import CheckoutComplete
from saleor.graphql.core.context import (
    SyncWebhookControlContext,
    disallow_replica_in_context,
    setup_context_user,
)
from saleor.graphql.core.types.common import CheckoutError
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

from marketplace.refusals import Refusal
from marketplace.shop.allocations import lock_stock
from marketplace.shop.completion import Completion, completing
from marketplace.shop.saleor3.carts import check_currency
from marketplace.shop.saleor3.orders import ours


def checkout_of(token: str, user_id: int) -> Any:
    """The user's own checkout by token, or None; somebody else's is None as well."""
    try:
        Checkout._meta.pk.to_python(token)
    except ValidationError:
        return None
    return (
        Checkout.objects.select_related("channel", "shipping_address", "billing_address")
        .filter(pk=token, user_id=user_id)
        .first()
    )


class CheckoutCompleteOnce(CheckoutComplete):
    """The base of our ``checkoutComplete``; a subclass adds how refusals are shown."""

    class Meta:
        abstract = True

    error_type = CheckoutError

    @classmethod
    def mutate(cls, root: Any, info: Any, **data: Any) -> Any:
        disallow_replica_in_context(info.context)
        setup_context_user(info.context)
        user_id = info.context.user.pk if info.context.user else None
        with completing(_token_of(data), user_id) as completion:
            try:
                return cls._complete(root, info, completion, **data)
            except Refusal as refusal:
                return cls.refused(refusal)
            except ValidationError as error:
                return cls.handle_errors(error)

    @classmethod
    def _complete(cls, root: Any, info: Any, completion: Completion, **data: Any) -> Any:
        with transaction.atomic():
            checkout = (
                Checkout.objects.select_for_update(of=("self",))
                .filter(pk=completion.checkout_token)
                .first()
            )
            if checkout is None:
                return cls._already_complete(completion, data)
            check_currency(checkout)
            variants = list(checkout.lines.order_by("pk").values_list("variant_id", flat=True))
            # In key order, before Saleor does so in the cart's, in which two carts could wait for
            # each other for ever.
            lock_stock(variants, checkout.get_country())
            try:
                response = cls.perform_mutation(root, info, **data)
            except ValidationError as error:
                if not _is_refused_payment(error):
                    raise
                # Nothing has moved; committed, so that Saleor's record of the attempt stays.
                if completion.refusal is not None:
                    return cls.refused(completion.refusal)
                return cls.handle_errors(error)
            response.errors = response.errors or []
            if response.order is not None:
                if not completion.paid:
                    raise _not_paid()
                # Saleor says so after the commit; what follows from an order commits with it.
                manager = get_plugins_manager(allow_replica=False)
                ours(manager, "order_created", response.order.node)
            return response

    @classmethod
    def _already_complete(cls, completion: Completion, data: dict[str, Any]) -> Any:
        order = Order.objects.filter(
            checkout_token=completion.checkout_token, user_id=completion.user_id or 0
        ).first()
        if order is None:
            asked = data.get("id") or data.get("checkout_id") or data.get("token")
            return cls.handle_errors(
                ValidationError(
                    {
                        "id": ValidationError(
                            f"Couldn't resolve to a node: {asked}",
                            code=CheckoutErrorCode.NOT_FOUND.value,
                        )
                    }
                )
            )
        return cls(order=SyncWebhookControlContext(order), confirmation_needed=False, errors=[])

    @classmethod
    def refused(cls, refusal: Refusal) -> Any:
        """The payload of a refusal, in Saleor's errors; our codes are not in Saleor's enum."""
        message = str(refusal)
        error = CheckoutError(message=message, code=CheckoutErrorCode.PAYMENT_ERROR.value)
        return cls(errors=[error], checkout_errors=[error])


def _token_of(data: dict[str, Any]) -> str:
    """The checkout's token, however it is named; any other text is a token of nothing."""
    if data.get("token"):
        return str(data["token"])
    try:
        kind, token = graphene.Node.from_global_id(data.get("id") or data.get("checkout_id") or "")
        return str(Checkout._meta.pk.to_python(token)) if kind == "Checkout" else _NOWHERE
    except (ValueError, UnicodeDecodeError, ValidationError):
        return _NOWHERE


_NOWHERE = str(UUID(int=0))


def _not_paid() -> Refusal:
    """Whatever Saleor takes for paid: what others say was paid, a gift card, an order for nothing.

    Then it has made an order; it is taken back.
    """
    return Refusal(
        "PAYMENT_OUTSIDE_CHECKOUT",
        _("Welfare credit has not paid this cart. Pay it, then complete it."),
    )


def _is_refused_payment(error: ValidationError) -> bool:
    """What Saleor raises before it creates the order, when the gateway has said no."""
    return getattr(error, "code", None) == CheckoutErrorCode.PAYMENT_ERROR.value
