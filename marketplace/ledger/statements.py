"""Statements: entries of some accounts, newest first, with their common balance after each.

A statement is a query set, so the API's pages work on it. Reading a page is two queries, whatever
its length and however deep it lies.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from marketplace.ledger.database import fetch_one
from marketplace.ledger.territory import territory_id


class StatementQuerySet(models.QuerySet):
    """Entries that get ``balance_cents`` when they are read.

    It may be cut at either end and read in either direction. Entries left out in between would make
    the balances wrong.
    """

    account_ids: list[int] | None = None

    def of_accounts(self, account_ids: list[int]) -> StatementQuerySet:
        """The statement of these accounts taken together."""
        # Named of each table, so that each is read out of one partition.
        here = territory_id()
        statement = self.filter(
            account_id__in=account_ids, transfer__territory_id=here, account__territory_id=here
        ).select_related("transfer", "account")
        statement.account_ids = account_ids
        return statement.order_by("-pk", "-n")

    def _clone(self) -> StatementQuerySet:
        clone = super()._clone()
        clone.account_ids = self.account_ids
        return clone

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if fresh and self.account_ids is not None:
            self._add_balances(self._result_cache, self.account_ids)

    @staticmethod
    def _add_balances(entries: list[Any], account_ids: list[int]) -> None:
        if not entries:
            return
        in_order = sorted(entries, key=lambda entry: (entry.pk, entry.n))
        (balance_cents,) = fetch_one(
            "SELECT ledger_balance_before(%s::int, %s::bigint[], %s::bigint, %s::smallint)",
            [territory_id(), account_ids, in_order[0].pk, in_order[0].n],
        )
        for entry in in_order:
            balance_cents += entry.cents
            entry.balance_cents = balance_cents
