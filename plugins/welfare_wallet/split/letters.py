"""A letter to whoever's card was charged for an order that could not be completed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from marketplace.cards.models import CardPayment, CardPaymentStatus
from marketplace.money import euro

# A letter that comes later would only confuse its reader.
STILL_OF_USE = timedelta(days=3)


def returned_tell(*, payment_id: int) -> bool:
    """Write the letter, unless that was done before; False then.

    Marked after: a crash in between writes twice rather than never.
    """
    with transaction.atomic():
        payment = (
            CardPayment.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(pk=payment_id, status=CardPaymentStatus.RETURNED.value, told_at=None)
            .first()
        )
        if payment is None:
            return False
        _letter(payment).send()
        payment.told_at = timezone.now()
        payment.save(update_fields=["told_at"])
        return True


def returned_untold() -> list[int]:
    """Payments of the last days whose letter was not written: the worker was down."""
    rows = CardPayment.objects.filter(
        status=CardPaymentStatus.RETURNED.value,
        told_at=None,
        ended_at__gte=timezone.now() - STILL_OF_USE,
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:200])


def _letter(payment: CardPayment) -> EmailMessage:
    known = dict(settings.LANGUAGES)
    spoken = payment.language if payment.language in known else settings.LANGUAGE_CODE
    with translation.override(spoken):
        said = {
            "name": payment.user.first_name,
            "card": euro(payment.received_cents),
            "credit": euro(payment.credit_cents),
            "why": payment.refused_because,
            "shop_url": settings.STOREFRONT_URL,
        }
        return EmailMessage(
            subject=" ".join(render_to_string(f"card_returned/{spoken}.subject.txt", said).split()),
            body=render_to_string(f"card_returned/{spoken}.txt", said).strip() + "\n",
            to=[payment.user.email],
        )
