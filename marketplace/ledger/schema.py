"""What operators read of the ledger, and the type that statements are shown with."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import Entity, from_global, not_found, to_global
from marketplace.api.fields import connection, field
from marketplace.api.money import money
from marketplace.ledger import selectors
from marketplace.ledger.models import Account, Entry
from marketplace.ledger.verification import Finding, verify
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Money


class LedgerAccount(Entity):
    """Who holds money, and of which kind."""

    class Meta:
        noun = _("an account")

    kind = graphene.String(required=True, description="In lower case: fund, credit_lot, ...")
    holder_id = graphene.String(
        required=True, description="Number of the holder: an organisation, or a wallet's for a lot."
    )
    expires_on = graphene.Date(description="Of a credit lot: the last day it can be spent on.")


class LedgerEntry(Entity):
    """One movement of an account or a wallet, with the balance after it."""

    amount = graphene.Field(Money, required=True, description="In (+) or out (-).")
    balance = graphene.Field(Money, required=True, description="The balance after this movement.")
    kind = graphene.String(required=True, description="What happened: purchase, refund, ...")
    reference = graphene.String(required=True, description="What it belongs to; may be empty.")
    posted_at = graphene.DateTime(required=True)
    account = graphene.Field(LedgerAccount, required=True)

    @staticmethod
    def resolve_id(root: Entry, info: Any) -> str:
        return to_global("LedgerEntry", f"{root.pk}.{root.n}")

    @staticmethod
    def resolve_amount(root: Entry, info: Any) -> Any:
        return money(root.cents)

    @staticmethod
    def resolve_balance(root: Entry, info: Any) -> Any:
        return money(root.balance_cents)

    @staticmethod
    def resolve_kind(root: Entry, info: Any) -> str:
        return str(root.transfer.kind)

    @staticmethod
    def resolve_reference(root: Entry, info: Any) -> str:
        return str(root.transfer.reference)

    @staticmethod
    def resolve_posted_at(root: Entry, info: Any) -> Any:
        return root.transfer.posted_at


class LedgerFinding(graphene.ObjectType):
    """Something wrong in the ledger."""

    code = graphene.String(required=True, description="Which check found it.")
    subject = graphene.String(required=True, description="Which row.")
    detail = graphene.String(required=True, description="What was found there.")


def resolve_ledger_verification(info: Any, actor: Actor) -> list[Finding]:
    return verify()


def resolve_ledger_account_statement(info: Any, actor: Actor, account: str) -> Any:
    account_id = from_global(account, "LedgerAccount", field="account")
    if not Account.objects.filter(pk=account_id).exists():
        raise not_found("LedgerAccount", field="account")
    return selectors.account_statement(account_id)


def resolve_ledger_accounts(info: Any, actor: Actor, kind: str) -> Any:
    return Account.objects.filter(kind=kind).order_by("pk")


class Queries(graphene.ObjectType):
    ledger_verification = field(
        graphene.List(graphene.NonNull(LedgerFinding)),
        roles=(Role.OPERATOR,),
        resolver=resolve_ledger_verification,
        description="Verify the whole ledger; an empty list is a sound one.",
    )
    ledger_accounts = connection(
        LedgerAccount,
        roles=(Role.OPERATOR,),
        resolver=resolve_ledger_accounts,
        description="The accounts of one kind.",
        kind=graphene.String(required=True),
    )
    ledger_account_statement = connection(
        LedgerEntry,
        roles=(Role.OPERATOR,),
        resolver=resolve_ledger_account_statement,
        description="The movements of one account, newest first.",
        account=graphene.ID(required=True),
    )
