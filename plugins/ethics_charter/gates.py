"""What this plugin has against a sale, and against a publication."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.providers.models import Listing
from marketplace.refusals import Refusal
from marketplace.sales.sale import Sale
from plugins.ethics_charter.selectors import charter_in_force


def sale_gate(sale: Sale) -> Iterable[Refusal]:
    """CHARTER_NOT_IN_FORCE for each line of a provider without an adhesion on the sale's day."""
    in_force = charter_in_force(sale.provider_ids, sale.on)
    return [
        Refusal(
            "CHARTER_NOT_IN_FORCE",
            _(
                "Line %(line)s: «%(product)s» cannot be sold, because its provider's adhesion to "
                "the ethics charter is not in force. Take it out of the cart."
            )
            % {"line": line.number, "product": line.product_name},
            field="lines",
            line=line.number,
        )
        for line in sale.lines
        if line.provider_id not in in_force
    ]


def publication_gate(listing: Listing) -> Iterable[Refusal]:
    """CHARTER_NOT_IN_FORCE where the provider has no adhesion today."""
    if charter_in_force([listing.provider_id], timezone.localdate()):
        return []
    return [
        Refusal(
            "CHARTER_NOT_IN_FORCE",
            _(
                "«%(product)s» cannot be published: its provider has no adhesion to the ethics "
                "charter in force. Sign the charter first."
            )
            % {"product": listing.product.name},
            field="id",
        )
    ]
