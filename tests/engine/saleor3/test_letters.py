"""Every letter, to customers and staff, exists in Italian and in English and is sent as we send."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import translation
from saleor.account import notifications as account
from saleor.account.models import StaffNotificationRecipient
from saleor.csv import notifications as exports
from saleor.csv.models import ExportFile
from saleor.order import notifications as orders
from saleor.order.fetch import fetch_order_info
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

from marketplace.shop.facts import CartLine, PostalAddress
from marketplace.shop.saleor3 import letters
from plugins.welfare_wallet.purchases import PurchaseRequest, purchase_create
from tests.engine.installed import shop_staff

PAGE = "https://negozio.example/page"
SLUG = None

# How to have each one told, its subject in either language.
LETTERS = {
    "account_confirm": (
        lambda o, m: account.send_account_confirmation(o.user, PAGE, m, SLUG),
        "Conferma del tuo indirizzo",
        "Confirm your address",
    ),
    "account_password_reset": (
        lambda o, m: account.send_password_reset_notification(PAGE, o.user, m, SLUG),
        "Una nuova password",
        "A new password",
    ),
    "account_request_email_change": (
        lambda o, m: account.send_request_user_change_email_notification(
            PAGE, o.user, "new@example.com", "t", m, SLUG
        ),
        "Conferma del nuovo indirizzo",
        "Confirm your new address",
    ),
    "account_email_changed_notification": (
        lambda o, m: account.send_user_change_email_notification("a@x.it", o.user, m, SLUG),
        "è cambiato",
        "has changed",
    ),
    "account_delete": (
        lambda o, m: account.send_account_delete_confirmation_notification(PAGE, o.user, m, SLUG),
        "Chiusura del tuo account",
        "Close your account",
    ),
    "account_opened": (
        lambda o, m: account.send_set_password_notification(PAGE, o.user, m, SLUG),
        "Il tuo account",
        "Your account",
    ),
    "staff_opened": (
        lambda o, m: account.send_set_password_notification(PAGE, o.user, m, SLUG, staff=True),
        "Il tuo account",
        "Your account",
    ),
    "staff_export": (
        lambda o, m: exports.send_export_download_link_notification(export_of(o.user), "products"),
        "è pronta",
        "is ready",
    ),
    "staff_export_failed": (
        lambda o, m: exports.send_export_failed_info(export_of(o.user), "products"),
        "non è riuscita",
        "has failed",
    ),
    "order_confirmation": (
        lambda o, m: orders.send_order_confirmation(fetch_order_info(o), PAGE, m),
        "Il tuo ordine",
        "Your order",
    ),
    "order_paid": (
        lambda o, m: orders.send_payment_confirmation(fetch_order_info(o), m),
        "Pagamento del tuo ordine",
        "Payment of your order",
    ),
    "order_fulfilled": (
        lambda o, m: orders.send_fulfillment_confirmation_to_customer(
            o, o.fulfillments.get(), None, None, m
        ),
        "è in arrivo",
        "is on its way",
    ),
    "order_tracked": (
        lambda o, m: orders.send_fulfillment_update(o, o.fulfillments.get(), m),
        "Novità sul tuo ordine",
        "News of your order",
    ),
}


def export_of(user):
    """A list of products that somebody of the staff has asked for."""
    return ExportFile.objects.create(user=user, content_file="products.csv")


@pytest.fixture
def order(town):
    town.honey.product.name = "Miele <b>bio</b> & noci"
    town.honey.product.save()
    request = PurchaseRequest(
        idempotency_key="a-letter-1",
        lines=(CartLine(town.honey.pk, 2),),
        delivery_method="sfa_delivery",
        address=PostalAddress("Anna", "Rossi", "Via Roma 1", "Lovere", "24065"),
    )
    made = purchase_create(user=town.employee, request=request)
    found = Order.objects.get(pk=made.settlement.order_id)
    fulfillment = found.fulfillments.create(tracking_number="BG-77")
    fulfillment.lines.create(order_line=found.lines.get(), quantity=2)
    return found


@pytest.fixture
def sent(order, django_capture_on_commit_callbacks):
    """The one letter that is sent once what caused it is committed."""

    def send(name: str, language: str):
        order.language_code = language
        order.save()
        mail.outbox.clear()
        with translation.override(language), django_capture_on_commit_callbacks() as waiting:
            LETTERS[name][0](order, get_plugins_manager(allow_replica=False))
        assert not mail.outbox
        (told,) = [
            one for one in waiting if getattr(one, "func", None) == letters.letter_send.delay
        ]
        letters.letter_send(*told.args)
        (letter,) = mail.outbox
        return letter

    return send


def test_no_letter_is_without_its_test():
    names = {*letters.ACCOUNT.values(), *letters.ORDER.values(), *letters.STAFF_ORDER.values()}
    assert names == {*LETTERS, "staff_order"}


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_is_whole_in_either_language(sent, name, language):
    letter = sent(name, language)
    ((html, kind),) = letter.alternatives
    assert LETTERS[name][1 if language == "it" else 2] in letter.subject
    assert "\n" not in letter.subject
    assert kind == "text/html"
    assert f'<html lang="{language}">' in html
    for text in (letter.subject, letter.body, html):
        assert "{" not in text
        assert "MISSING" not in text
    other = "If it was not you" if language == "it" else "Se non l'hai chiesto"
    assert other not in letter.body
    if "token=" in letter.body:
        assert f'<a href="{PAGE}?' in html
        assert "&amp;" not in letter.body


def test_what_somebody_typed_is_not_markup(sent):
    letter = sent("order_confirmation", "it")
    html = letter.alternatives[0][0]
    assert "2 x Miele <b>bio</b> & noci: 17,00\xa0€" in letter.body
    assert "Consegna: 3,50\xa0€" in letter.body
    assert "Totale: 20,50\xa0€" in letter.body
    assert "24065 Lovere" in letter.body
    assert "Miele &lt;b&gt;bio&lt;/b&gt; &amp; noci" in html


def test_an_order_s_letter_speaks_the_orders_language(order, sent):
    assert sent("order_paid", "en").body.splitlines()[0] == (
        f"Your order {order.number} has been paid."
    )


def test_staff_who_forgot_their_password_are_written_to_alike(
    order, django_capture_on_commit_callbacks
):
    with translation.override("it"), django_capture_on_commit_callbacks() as waiting:
        manager = get_plugins_manager(allow_replica=False)
        account.send_password_reset_notification(PAGE, order.user, manager, SLUG, staff=True)
    (told,) = waiting
    to, subject, plain, _html = told.args
    assert to == order.user.email
    assert "Una nuova password" in subject
    assert PAGE in plain


@pytest.mark.parametrize("language", ["it", "en"])
def test_staff_who_want_news_of_orders_have_them_in_the_shop_s_language(
    order, settings, django_capture_on_commit_callbacks, language
):
    settings.LANGUAGE_CODE = language
    for number in (1, 2):
        StaffNotificationRecipient.objects.create(
            user=shop_staff(f"staff-{number}@example.com"), active=True
        )
    with django_capture_on_commit_callbacks() as waiting:
        manager = get_plugins_manager(allow_replica=False)
        orders.send_order_confirmation(fetch_order_info(order), PAGE, manager)
    (_buyer, *staff) = [one.args for one in waiting if hasattr(one, "args")]
    assert [to for to, *_words in staff] == ["staff-1@example.com", "staff-2@example.com"]
    for _to, subject, plain, html in staff:
        said = "È arrivato l'ordine" if language == "it" else "has come in"
        assert said in subject
        assert said in plain
        assert "2 x Miele <b>bio</b> & noci: " in plain
        assert f'<html lang="{language}">' in html


def test_an_export_that_an_app_asked_for_is_written_to_nobody(
    db, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as waiting:
        exports.send_export_download_link_notification(export_of(None), "products")
    assert not [one for one in waiting if getattr(one, "func", None) == letters.letter_send.delay]
