"""``checkoutComplete`` done once: Saleor 2.10.1's own, under a lock and in one transaction.

Saleor 2.10.1 charges first, then creates the order, with no lock on the checkout: two calls at the
same time charge twice, and a crash in between loses the order. Here the checkout's row is locked,
payment and order commit together (the wallet's money is in the same database), and a checkout that
is already an order answers with that order.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from django.db import transaction
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import Checkout
from saleor.core.exceptions import InsufficientStock
from saleor.graphql.checkout.mutations import CheckoutComplete
from saleor.graphql.core.types.common import CheckoutError
from saleor.order.models import Order

from marketplace.refusals import Refusal
from marketplace.shop.allocations import lock_stock
from marketplace.shop.completion import Completion, completing
from marketplace.shop.refusals import out_of_stock
from marketplace.shop.saleor2.carts import check_currency


def checkout_of(token: str, user_id: int) -> Any:
    """The user's own checkout by token, or None; somebody else's is None as well."""
    try:
        Checkout._meta.pk.to_python(token)
    except ValidationError:
        return None
    return (
        Checkout.objects.select_related("shipping_method", "shipping_address", "billing_address")
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
        token = _token_of(data["checkout_id"])
        user_id = info.context.user.pk if info.context.user.is_authenticated else None
        with completing(token, user_id) as completion:
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
                return cls._already_complete(root, info, completion, **data)
            check_currency(checkout)
            numbers = _lock_stock_of(checkout)
            try:
                response = cls.perform_mutation(root, info, **data)
            except ValidationError as error:
                if not _is_refused_payment(error):
                    raise
                # Nothing has moved; committed, so that Saleor's record of the attempt stays.
                if completion.refusal is not None:
                    return cls.refused(completion.refusal)
                return cls.handle_errors(error)
            except InsufficientStock as shortage:
                # Raised by Saleor between charge and order: the rollback takes the charge back.
                name = str(shortage.item.product)
                raise out_of_stock(numbers.get(shortage.item.pk, 1), name, 0) from shortage
            response.errors = response.errors or []
            return response

    @classmethod
    def _already_complete(cls, root: Any, info: Any, completion: Completion, **data: Any) -> Any:
        order = Order.objects.filter(
            checkout_token=completion.checkout_token, user_id=completion.user_id or 0
        ).first()
        if order is None:
            return cls.handle_errors(
                ValidationError(
                    {
                        "checkout_id": ValidationError(
                            f"Couldn't resolve to a node: {data['checkout_id']}",
                            code=CheckoutErrorCode.NOT_FOUND.value,
                        )
                    }
                )
            )
        return cls(order=order, confirmation_needed=False, errors=[])

    @classmethod
    def refused(cls, refusal: Refusal) -> Any:
        """The payload of a refusal, in Saleor's errors; our codes are not in Saleor's enum."""
        message = str(refusal)
        error = CheckoutError(message=message, code=CheckoutErrorCode.PAYMENT_ERROR)
        return cls(errors=[error], checkout_errors=[error])


def _token_of(checkout_id: str) -> str:
    """The checkout's token in a global id; any other text is a token of nothing."""
    try:
        kind, token = graphene.Node.from_global_id(checkout_id)
        return str(Checkout._meta.pk.to_python(token)) if kind == "Checkout" else _NOWHERE
    except (ValueError, UnicodeDecodeError, ValidationError):
        return _NOWHERE


_NOWHERE = str(UUID(int=0))


def _is_refused_payment(error: ValidationError) -> bool:
    """What Saleor raises before it creates the order, when the gateway has said no."""
    return getattr(error, "code", None) == CheckoutErrorCode.PAYMENT_ERROR


def _lock_stock_of(checkout: Any) -> dict[int, int]:
    """Lock the stocks in key order, before Saleor does so line by line in the cart's order, which
    lets two carts wait for each other for ever. Returns line numbers by variant."""
    variants = list(checkout.lines.order_by("pk").values_list("variant_id", flat=True))
    lock_stock(variants, checkout.get_country())
    return {variant: number for number, variant in enumerate(variants, 1)}
