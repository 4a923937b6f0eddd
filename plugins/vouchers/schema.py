"""Vouchers in the API, with two faces: ``WelfareVoucher`` for its holder, ``ProviderVoucher`` for
whoever redeems it. The second has no code and must never get one.
"""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, not_found
from marketplace.api.fields import connection, field
from marketplace.api.money import money
from marketplace.api.mutations import WelfareMutation
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Money
from marketplace.territory.schema import ComuneType
from plugins.vouchers import codes, selectors
from plugins.vouchers.models import WelfareVoucher
from plugins.vouchers.redeeming import voucher_redeem

MANAGER = (Role.PROVIDER_MANAGER,)
STATUS = "issued, redeemed, cancelled or expired."


class _VoucherFacts(Entity):
    """What both faces show."""

    class Meta:
        abstract = True

    order_number = graphene.String(required=True)
    product_name = graphene.String(required=True)
    unit = graphene.Int(required=True, description="Which of the line's vouchers, from 1.")
    units = graphene.Int(required=True, description="How many vouchers the line has.")
    value = graphene.Field(Money, required=True, description="Nominal; never paid out.")
    status = graphene.String(required=True, description=STATUS)
    issued_on = graphene.Date(required=True)
    valid_until = graphene.Date(required=True, description="The last day it can be used.")
    ended_at = graphene.DateTime(description="When it was used or cancelled.")

    @staticmethod
    def resolve_order_number(root: WelfareVoucher, _info: Any) -> str:
        return root.provider_order.order_number

    @staticmethod
    def resolve_value(root: WelfareVoucher, _info: Any) -> Any:
        return money(root.value_cents)

    @staticmethod
    def resolve_status(root: WelfareVoucher, _info: Any) -> str:
        return selectors.status_of(root)


class WelfareVoucherType(_VoucherFacts):
    """A voucher of mine: good for one good or service, for me alone, without change."""

    class Meta:
        name = "WelfareVoucher"
        noun = _("a voucher")

    code = graphene.String(
        description="What the provider asks for: XXXX-XXXX-XXXX. Null once it cannot be used."
    )
    holder_name = graphene.String(required=True)
    provider_name = graphene.String(required=True)
    provider_comune = graphene.Field(ComuneType, required=True)

    @staticmethod
    def resolve_code(root: WelfareVoucher, _info: Any) -> str | None:
        return codes.shown(root.code) if selectors.status_of(root) == "issued" else None

    @staticmethod
    def resolve_holder_name(root: WelfareVoucher, _info: Any) -> str:
        holder = root.holder
        return " ".join(filter(None, (holder.first_name, holder.last_name))) or holder.email

    @staticmethod
    def resolve_provider_name(root: WelfareVoucher, _info: Any) -> str:
        return root.provider_order.provider.organisation.name

    @staticmethod
    def resolve_provider_comune(root: WelfareVoucher, _info: Any) -> Any:
        return root.provider_order.provider.comune


class ProviderVoucher(_VoucherFacts):
    """A voucher to be redeemed at my provider: never its code."""

    holder_first_name = graphene.String(required=True)

    @staticmethod
    def resolve_holder_first_name(root: WelfareVoucher, _info: Any) -> str:
        return root.holder.first_name


def my_vouchers(
    _info: Any, actor: Actor, status: str | None = None, order_number: str | None = None
) -> Any:
    mine = selectors.vouchers_held_by(actor.require_user())
    if order_number is not None:
        mine = mine.filter(provider_order__order_number=order_number)
    return selectors.of_status(mine, status)


def my_voucher(_info: Any, actor: Actor, id: str) -> WelfareVoucher:
    voucher_id = from_global(id, "WelfareVoucher")
    found = selectors.vouchers_held_by(actor.require_user()).filter(pk=voucher_id).first()
    if found is None:
        raise not_found("WelfareVoucher")
    return found


def my_provider_vouchers(_info: Any, actor: Actor, status: str | None = None) -> Any:
    mine = selectors.vouchers_of_providers(actor.organisations(Role.PROVIDER_MANAGER))
    return selectors.of_status(mine, status)


class VoucherRedeem(WelfareMutation):
    """At the provider's counter."""

    voucher = graphene.Field(ProviderVoucher)
    provider_order_status = graphene.String(description="Of its order, after it.")

    class Arguments:
        code = graphene.String(required=True, description="As it is typed or scanned.")

    class Meta:
        description = (
            "Uses up a voucher of a provider that I manage; once. Ten codes that do not work stop "
            "more tries for a while."
        )
        roles = MANAGER
        # An attempt stays written down when it is refused.
        atomic = False

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        redeemed = voucher_redeem(actor=actor, code=data["code"])
        mine = selectors.vouchers_of_providers(actor.organisations(Role.PROVIDER_MANAGER))
        voucher = mine.get(pk=redeemed.pk)
        return cls(voucher=voucher, provider_order_status=voucher.provider_order.status)


class Queries(graphene.ObjectType):
    my_vouchers = connection(
        WelfareVoucherType,
        roles=access.SIGNED_IN,
        resolver=my_vouchers,
        description="My vouchers, newest first.",
        status=graphene.String(description=STATUS),
        order_number=graphene.String(description="Only those of this order."),
    )
    my_voucher = field(
        WelfareVoucherType,
        roles=access.SIGNED_IN,
        resolver=my_voucher,
        description="One voucher of mine.",
        id=graphene.ID(required=True),
    )
    my_provider_vouchers = connection(
        ProviderVoucher,
        roles=MANAGER,
        resolver=my_provider_vouchers,
        description="Vouchers to be redeemed at the providers that I manage, without their codes.",
        status=graphene.String(description=STATUS),
    )


class Mutations(graphene.ObjectType):
    voucher_redeem = VoucherRedeem.Field()
