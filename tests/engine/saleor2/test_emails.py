"""Every letter that Saleor sends exists, in Italian and in English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import saleor
from django.core import mail
from django.utils import translation
from saleor.account import emails as account
from saleor.account.models import StaffNotificationRecipient, User
from saleor.order import emails as orders

PAGE = "http://127.0.0.1:3000/page"
TEMPLATE_NAME = re.compile(r"(account|order|dashboard)(/[a-z_]+)+")

# How to have each one sent, its subject in either language, and whether it holds a link.
LETTERS = {
    "account/confirm": (
        lambda o, f: account._send_account_confirmation_email("a@example.com", "t", PAGE),
        "Conferma del tuo indirizzo",
        "Confirm your address",
    ),
    "account/password_reset": (
        lambda o, f: account._send_password_reset_email_with_url(
            "a@example.com", PAGE, o.user_id, "t"
        ),
        "Una nuova password",
        "A new password",
    ),
    "account/request_email_change": (
        lambda o, f: account._send_request_email_change_email(
            "a@example.com", PAGE, o.user_id, "t", {"old_email": "b@x.it", "new_email": "a@x.it"}
        ),
        "Conferma del nuovo indirizzo",
        "Confirm your new address",
    ),
    "account/email_changed_notification": (
        lambda o, f: account._send_user_change_email_notification("a@example.com"),
        "è cambiato",
        "has changed",
    ),
    "account/account_delete": (
        lambda o, f: account._send_account_delete_confirmation_email_with_url(
            "a@example.com", PAGE, "t"
        ),
        "Chiusura del tuo account",
        "Close your account",
    ),
    "dashboard/customer/set_password": (
        lambda o, f: account._send_set_user_password_email_with_url(
            "a@example.com", PAGE, "t", "dashboard/customer/set_password"
        ),
        "Il tuo account",
        "Your account",
    ),
    "dashboard/staff/set_password": (
        lambda o, f: account._send_set_user_password_email_with_url(
            "a@example.com", PAGE, "t", "dashboard/staff/set_password"
        ),
        "Il tuo account",
        "Your account",
    ),
    "order/confirm_order": (
        lambda o, f: orders.send_order_confirmation(o.pk, PAGE),
        "Il tuo ordine",
        "Your order",
    ),
    "order/staff_confirm_order": (
        lambda o, f: orders.send_staff_order_confirmation(o.pk, PAGE),
        "È arrivato l'ordine",
        "has come in",
    ),
    "order/confirm_fulfillment": (
        lambda o, f: orders.send_fulfillment_confirmation(o.pk, f.pk),
        "è in arrivo",
        "is on its way",
    ),
    "order/update_fulfillment": (
        lambda o, f: orders.send_fulfillment_update(o.pk, f.pk),
        "Novità sul tuo ordine",
        "News of your order",
    ),
    "order/payment/confirm_payment": (
        lambda o, f: orders.send_payment_confirmation(o.pk),
        "Pagamento del tuo ordine",
        "Payment of your order",
    ),
}


def names_in_saleor() -> set[str]:
    """Every template name in the modules of Saleor that send letters, f-strings spelled out."""
    names: set[str] = set()
    for module in Path(saleor.__file__).parent.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        if "send_templated_mail" not in source or "tests" in module.parts:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names |= {node.value} if TEMPLATE_NAME.fullmatch(node.value) else set()
            elif isinstance(node, ast.JoinedStr):
                spelled = [
                    "".join(p.value if isinstance(p, ast.Constant) else who for p in node.values)
                    for who in ("staff", "customer")
                ]
                names |= {name for name in spelled if TEMPLATE_NAME.fullmatch(name)}
    return names


def test_no_letter_of_saleors_is_missing():
    assert names_in_saleor() == set(LETTERS)


def sent(order, fulfillment, name: str, language: str):
    order.language_code = language
    order.save()
    staff = User.objects.create_user("staff@example.com", "a long password", is_staff=True)
    StaffNotificationRecipient.objects.create(user=staff, active=True)
    mail.outbox.clear()
    with translation.override(language):
        LETTERS[name][0](order, fulfillment)
    (letter,) = mail.outbox
    return letter


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", sorted(LETTERS))
def test_letter_is_whole_in_either_language(order, fulfillment, name, language):
    letter = sent(order, fulfillment, name, language)
    ((html, kind),) = letter.alternatives
    assert LETTERS[name][1 if language == "it" else 2] in letter.subject
    assert kind == "text/html"
    assert f'<html lang="{language}">' in html
    for text in (letter.subject, letter.body, html):
        assert "{" not in text
        assert "MISSING" not in text
    other = "If it was not you" if language == "it" else "Se non l'hai chiesto"
    assert other not in letter.body
    if "token" in letter.body:
        assert f'<a href="{PAGE}?' in html


def test_order_letter_speaks_the_orders_language_whatever_is_active(order, fulfillment):
    order.language_code = "en"
    order.save()
    mail.outbox.clear()
    with translation.override("it"):
        orders.send_order_confirmation(order.pk, PAGE)
    assert mail.outbox[0].subject == f"Your order {order.pk}"


def test_what_somebody_typed_is_not_markup(order, fulfillment):
    letter = sent(order, fulfillment, "order/confirm_order", "it")
    html = letter.alternatives[0][0]
    assert "2 x Cassetta <b>bio</b> & miele: 25,00\xa0€" in letter.body
    assert "Cassetta &lt;b&gt;bio&lt;/b&gt; &amp; miele" in html
    assert "Via Roma 1" in html
