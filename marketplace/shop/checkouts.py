"""Checkouts of the installed Saleor: whose they are, and their completion, which is done once.

Either Saleor commits a payment before it has written the order: a crash in between leaves a payment
without an order (saleor/saleor#8520), and Saleor 2.10.1, which takes no lock on the checkout,
charges twice when it is told twice at the same time. Here the checkout's row is locked, payment and
order commit together (the wallet's money is in the same database), and a checkout that is already
an order answers with that order, to its buyer alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from django.db import transaction
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from marketplace.refusals import Refusal
from marketplace.shop import engine
from marketplace.shop.allocations import lock_stock
from marketplace.shop.completion import Completion, completing


class Checkouts(Protocol):
    """How each Saleor completes a checkout."""

    #: Saleor's own mutation, its type of error, and the code of a payment that was refused.
    CheckoutComplete: Any
    CheckoutError: Any
    PAYMENT_ERROR: Any

    @property
    def RELATED(self) -> tuple[str, ...]:
        """What is read together with a checkout."""

    def asking(self, info: Any) -> int | None:
        """The key of who asks, if they are signed in."""

    def asked_for(self, data: Mapping[str, Any]) -> tuple[str, str]:
        """The argument that names the checkout, and the global id that it says."""

    def check_currency(self, checkout: Any) -> None:
        """Refuse another currency before Saleor adds it up; Refusal WRONG_CURRENCY."""

    def refusing_shortages(self, variants: list[int]) -> AbstractContextManager[None]:
        """Say OUT_OF_STOCK where Saleor says in its own words that of a line's variant too little
        is left."""

    def order_made(self, order: Any, completion: Completion) -> None:
        """Do within the transaction what Saleor leaves for after it."""

    def order_shown(self, order: Any) -> Any:
        """An order as the mutation answers with it."""


_installed: Checkouts = engine.part("checkouts")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import checkouts as saleor2
    from marketplace.shop.saleor3 import checkouts as saleor3

    _engines: tuple[Checkouts, ...] = (saleor2, saleor3)

_NOWHERE = str(UUID(int=0))
# A name of its own: to the type checker, what a protocol promises is no class.
_Saleors: Any = _installed.CheckoutComplete


def checkout_of(token: str, user_id: int) -> Any:
    """The user's own checkout by token, or None; somebody else's is None as well."""
    try:
        Checkout._meta.pk.to_python(token)
    except ValidationError:
        return None
    own = Checkout.objects.filter(pk=token, user_id=user_id)
    return own.select_related(*_installed.RELATED).first()


class CheckoutCompleteOnce(_Saleors):
    """The base of our ``checkoutComplete``; a subclass adds how refusals are shown."""

    class Meta:
        abstract = True

    error_type = _installed.CheckoutError

    @classmethod
    def mutate(cls, root: Any, info: Any, **data: Any) -> Any:
        user_id = _installed.asking(info)
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
            _installed.check_currency(checkout)
            variants = list(checkout.lines.order_by("pk").values_list("variant_id", flat=True))
            # In key order, before Saleor does so line by line in the cart's order, in which two
            # carts could wait for each other for ever.
            lock_stock(variants, checkout.get_country())
            try:
                with _installed.refusing_shortages(variants):
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
                _installed.order_made(response.order, completion)
            return response

    @classmethod
    def _already_complete(cls, completion: Completion, data: Mapping[str, Any]) -> Any:
        order = Order.objects.filter(
            checkout_token=completion.checkout_token, user_id=completion.user_id or 0
        ).first()
        if order is None:
            argument, asked = _installed.asked_for(data)
            unknown = ValidationError(
                f"Couldn't resolve to a node: {asked}", code=CheckoutErrorCode.NOT_FOUND.value
            )
            return cls.handle_errors(ValidationError({argument: unknown}))
        return cls(order=_installed.order_shown(order), confirmation_needed=False, errors=[])

    @classmethod
    def refused(cls, refusal: Refusal) -> Any:
        """The payload of a refusal, in Saleor's errors; our codes are not in Saleor's enum."""
        error = _installed.CheckoutError(message=str(refusal), code=_installed.PAYMENT_ERROR)
        return cls(errors=[error], checkout_errors=[error])


def _token_of(data: Mapping[str, Any]) -> str:
    """The checkout's token, however it is named; any other text is a token of nothing."""
    if data.get("token"):
        return str(data["token"])
    _argument, asked = _installed.asked_for(data)
    try:
        kind, token = graphene.Node.from_global_id(asked)
        return str(Checkout._meta.pk.to_python(token)) if kind == "Checkout" else _NOWHERE
    except (ValueError, UnicodeDecodeError, ValidationError):
        return _NOWHERE


def _is_refused_payment(error: ValidationError) -> bool:
    """What Saleor raises before it creates the order, when the gateway has said no."""
    return getattr(error, "code", None) == _installed.PAYMENT_ERROR
