"""A sale and its levy as JSON and back: what a settlement remembers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from marketplace.sales.sale import Delivery, LevyShare, LevyTerms, Sale, SaleLine


def to_json(sale: Sale, levy: LevyTerms) -> dict[str, Any]:
    """The terms of a paid sale, as JSON."""
    return {
        "sale": {**asdict(sale), "on": sale.on.isoformat()},
        "levy": asdict(levy),
    }


def from_json(terms: dict[str, Any]) -> tuple[Sale, LevyTerms]:
    """The sale and the levy of :func:`to_json`."""
    stored = terms["sale"]
    sale = Sale(
        **{
            **stored,
            "lines": tuple(SaleLine(**line) for line in stored["lines"]),
            "delivery": Delivery(**stored["delivery"]),
            "on": date.fromisoformat(stored["on"]),
        }
    )
    levy = LevyTerms(
        fund_account_id=terms["levy"]["fund_account_id"],
        shares=tuple(LevyShare(**share) for share in terms["levy"]["shares"]),
    )
    return sale, levy
