"""The ledger's tables as Django sees them: to read, and to refer to from other rooms.

They are made by ``sql/tables.sql`` and ``sql/partitions.sql`` and written by the SQL functions
alone, so that what the database enforces is in one place; hence ``managed = False``. A test holds
columns and fields together. Keys are unique within a territory, which is all that is read here.
"""

from __future__ import annotations

from django.db import models

from marketplace.choices import Choices
from marketplace.ledger.statements import StatementQuerySet
from marketplace.ledger.territory import OfThisTerritory


class AccountKind(Choices):
    WORLD = "world"
    COMPANY_BUDGET = "company_budget"
    CREDIT_LOT = "credit_lot"
    HOLDS = "holds"
    PROVIDER_PAYABLE = "provider_payable"
    FUND = "fund"
    FUND_RESERVED = "fund_reserved"
    COMPANY_LEVY = "company_levy"
    DELIVERY = "delivery"
    LAPSED = "lapsed"
    # What Stripe holds of card payments goes negative here, as money outside does; what is owed
    # to cards waits in the other until Stripe has given it back.
    CARD_CLEARING = "card_clearing"
    CARD_REFUNDS = "card_refunds"


#: Kinds whose balance may not go below this many cents; a posting locks their balance row. All
#: other kinds are append-only: never a locked row, their balance is a checkpoint plus its tail.
FLOORS_CENTS = {
    AccountKind.COMPANY_BUDGET: 0,
    AccountKind.CREDIT_LOT: 0,
    AccountKind.FUND_RESERVED: 0,
}


class Account(models.Model):
    """Who holds money, and of which kind. A credit lot is an account held by a wallet."""

    kind = models.TextField(choices=AccountKind.choices())
    holder_id = models.BigIntegerField()
    floor = models.BigIntegerField(null=True)
    expires_on = models.DateField(null=True)
    key = models.TextField(unique=True, null=True)  # noqa: DJ001 (unique where there is one)
    opened_at = models.DateTimeField()
    territory_id = models.IntegerField()

    objects = OfThisTerritory()

    class Meta:
        managed = False
        db_table = "ledger_account"

    def __str__(self) -> str:
        return f"{self.kind} of {self.holder_id}"


class Transfer(models.Model):
    """One movement of money: balanced entries under one idempotency key."""

    kind = models.TextField()
    key = models.TextField(unique=True)
    request_hash = models.BinaryField()
    reference = models.TextField()
    relation = models.TextField()
    related = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="+")
    posted_at = models.DateTimeField()
    territory_id = models.IntegerField()

    objects = OfThisTerritory()

    class Meta:
        managed = False
        db_table = "ledger_transfer"

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Entry(models.Model):
    """One leg of a transfer as written; its key is (transfer, n), of which Django sees half."""

    transfer = models.OneToOneField(Transfer, models.DO_NOTHING, primary_key=True, related_name="+")
    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+")
    cents = models.BigIntegerField()
    n = models.SmallIntegerField()
    territory_id = models.IntegerField()

    #: The balance after this entry, on the rows of a statement.
    balance_cents: int

    objects = OfThisTerritory.from_queryset(StatementQuerySet)()

    class Meta:
        managed = False
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return f"{self.cents} cents, entry {self.n} of transfer {self.pk}"


class Hold(models.Model):
    """Credit set aside; its id is that of the transfer that moved it to the clearing account."""

    transfer = models.OneToOneField(
        Transfer, models.DO_NOTHING, primary_key=True, db_column="id", related_name="hold"
    )
    wallet_id = models.BigIntegerField()
    clearing_id = models.BigIntegerField()
    cents = models.BigIntegerField()
    expires_at = models.DateTimeField()
    territory_id = models.IntegerField()

    objects = OfThisTerritory()

    class Meta:
        managed = False
        db_table = "ledger_hold"

    def __str__(self) -> str:
        return f"hold {self.pk}"


class HoldEnd(models.Model):
    """How a hold ended, once: posted, voided or expired."""

    hold = models.OneToOneField(Hold, models.DO_NOTHING, primary_key=True, related_name="end")
    outcome = models.TextField()
    transfer = models.OneToOneField(Transfer, models.DO_NOTHING, related_name="+")
    ended_at = models.DateTimeField()
    territory_id = models.IntegerField()

    objects = OfThisTerritory()

    class Meta:
        managed = False
        db_table = "ledger_hold_end"

    def __str__(self) -> str:
        return f"{self.outcome} hold {self.hold_id}"
