"""Letters to customers and staff on Saleor 3.23: in our words, and in their reader's language.

Saleor's own plugins write in English alone, and keep the mail server and its password in the
database as they were at the first migration. This one writes what Saleor 2.10.1 is made to write,
and sends it as Django's settings say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from saleor.core.notify import AdminNotifyEvent, UserNotifyEvent
from saleor.plugins.base_plugin import BasePlugin

from marketplace.money import cents, euro

# What Saleor tells, and the templates (``letters/<name>.txt``) that say it to the customer, or to
# the shop's staff.
ACCOUNT = {
    UserNotifyEvent.ACCOUNT_CONFIRMATION: "account_confirm",
    UserNotifyEvent.ACCOUNT_PASSWORD_RESET: "account_password_reset",
    UserNotifyEvent.ACCOUNT_CHANGE_EMAIL_REQUEST: "account_request_email_change",
    UserNotifyEvent.ACCOUNT_CHANGE_EMAIL_CONFIRM: "account_email_changed_notification",
    UserNotifyEvent.ACCOUNT_DELETE: "account_delete",
    UserNotifyEvent.ACCOUNT_SET_CUSTOMER_PASSWORD: "account_opened",
    AdminNotifyEvent.ACCOUNT_STAFF_RESET_PASSWORD: "account_password_reset",
    AdminNotifyEvent.ACCOUNT_SET_STAFF_PASSWORD: "staff_opened",
    AdminNotifyEvent.CSV_EXPORT_SUCCESS: "staff_export",
    AdminNotifyEvent.CSV_EXPORT_FAILED: "staff_export_failed",
}
ORDER = {
    UserNotifyEvent.ORDER_CONFIRMATION: "order_confirmation",
    UserNotifyEvent.ORDER_PAYMENT_CONFIRMATION: "order_paid",
    UserNotifyEvent.ORDER_FULFILLMENT_CONFIRMATION: "order_fulfilled",
    UserNotifyEvent.ORDER_FULFILLMENT_UPDATE: "order_tracked",
}
# Of an order, but in the shop's language.
STAFF_ORDER = {AdminNotifyEvent.STAFF_ORDER_CONFIRMATION: "staff_order"}
ADDRESS_LINES = (
    ("first_name", "last_name"),
    ("street_address_1",),
    ("street_address_2",),
    ("postal_code", "city"),
)


class Letters(BasePlugin):
    """Takes the place of Saleor's plugins for letters to customers and to staff."""

    PLUGIN_ID = "welfarepiu.letters"
    PLUGIN_NAME = "Letters"
    DEFAULT_ACTIVE = True
    CONFIGURATION_PER_CHANNEL = False

    def notify(self, event: str, payload_func: Callable[[], Any], previous_value: Any) -> Any:
        if event in ACCOUNT:
            told = payload_func()
            _send(told, ACCOUNT[event], told, translation.get_language())
        elif event in ORDER:
            told = payload_func()
            _send(told, ORDER[event], order_words(told), told["order"]["language_code"])
        elif event in STAFF_ORDER:
            told = payload_func()
            _send(told, STAFF_ORDER[event], order_words(told), settings.LANGUAGE_CODE)
        return previous_value


@shared_task(
    name="welfarepiu.letter_send", autoretry_for=(OSError,), retry_backoff=10, max_retries=6
)
def letter_send(to: str, subject: str, plain: str, html: str) -> None:
    """Send a letter that is written; again where the mail server does not take it (11 minutes)."""
    letter = EmailMultiAlternatives(subject=subject, body=plain, to=[to])
    letter.attach_alternative(html, "text/html")
    letter.send()


def _send(
    told: Mapping[str, Any], name: str, words: Mapping[str, Any], language: str | None
) -> None:
    """Write the letter now, in this process's language or the order's; send it once it is sure."""
    spoken = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(spoken):
        said = {**words, "site_name": told["site_name"]}
        subject = " ".join(_rendered(f"letters/{name}.subject.txt", said).split())
        plain = _rendered(f"letters/{name}.txt", said)
        html = _rendered("letters/page.html", {**said, "words": f"letters/{name}.txt"})
    for to in _recipients(told):
        transaction.on_commit(partial(letter_send.delay, to, subject, plain, html))


def _recipients(told: Mapping[str, Any]) -> list[str]:
    """Several for news to the staff, nobody where an app has asked."""
    found = told.get("recipient_list") or [told.get("recipient_email")]
    return [to for to in found if to]


def _rendered(template: str, said: Mapping[str, Any]) -> str:
    """Plain words: the page that makes HTML of them escapes them itself."""
    found: Any = get_template(template)
    text: str = found.template.render(Context(dict(said), autoescape=False))
    return text


def order_words(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a letter says of an order, out of what Saleor tells of it."""
    order = told["order"]
    parts = told.get("physical_lines")
    delivery = _cents(order["shipping_price_gross_amount"])
    return {
        "number": order["number"],
        "lines": _lines(order["lines"]) if parts is None else _parts(parts),
        "delivery": euro(delivery) if delivery else "",
        "total": euro(_cents(order["total_gross_amount"])),
        "paid": euro(_cents(told.get("payment", {}).get("captured_amount", 0))),
        "address": _address(order["shipping_address"] or {}),
        "url": order["order_details_url"],
        "tracking": told.get("fulfillment", {}).get("tracking_number", ""),
    }


def _lines(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "quantity": line["quantity"],
            "name": _name(line),
            "total": euro(_cents(line["total_gross_amount"])),
        }
        for line in lines
    ]


def _parts(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"quantity": one["quantity"], "name": _name(one["order_line"])} for one in parts]


def _name(line: Mapping[str, Any]) -> str:
    """With the variant's name, where it has one: Saleor says its number instead."""
    variant = line["variant_name"]
    has_name = variant and variant != line["product_sku"]
    return f"{line['product_name']} ({variant})" if has_name else line["product_name"]


def _address(address: Mapping[str, Any]) -> list[str]:
    lines = [" ".join(address.get(part) or "" for part in parts).strip() for parts in ADDRESS_LINES]
    return [line for line in lines if line]


def _cents(amount: Any) -> int:
    return cents(Decimal(str(amount or 0)).quantize(Decimal("0.01")))
