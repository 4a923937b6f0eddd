"""One person who pays with credit and card: the API, and Stripe's page as a browser sees it."""

from __future__ import annotations

from typing import Any

import requests
import stripe
from django.conf import settings
from saleor.order.models import Order
from saleor.warehouse.models import Allocation

from marketplace.api.entities import to_global
from marketplace.cards.models import CardPayment
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.selectors import balance
from marketplace.payments.door import Event
from marketplace.payments.events import event_receive
from tests.shopping import purchase_input

VISA, DECLINED, ASKED = "4242424242424242", "4000000000000341", "4000002500003155"

PAYMENT = """id status card { amount } credit { amount } pageUrl declined returned { amount }
  refusal { code message } purchase { orderNumber paid { amount } levy { amount } }"""
CREATE = f"""mutation($input: PurchaseInput!, $card: Decimal) {{
  purchaseCardCreate(input: $input, card: $card) {{ replayed purchase {{ orderNumber }}
    cardPayment {{ {PAYMENT} }} errors {{ field code message line }} }} }}"""
REFRESH = f"""mutation($id: ID!) {{ purchaseCardRefresh(id: $id) {{
  cardPayment {{ {PAYMENT} }} errors {{ code message }} }} }}"""
GIVE_UP = f"""mutation($id: ID!) {{ purchaseCardGiveUp(id: $id) {{
  cardPayment {{ {PAYMENT} }} errors {{ code message }} }} }}"""
OFFER = """query($input: PurchaseInput!) { cardOffer(input: $input) {
  possible card { amount } credit { amount } reasons { code message line } } }"""


class Shopper:
    """Steps, each returning the payload."""

    def __init__(self, api: Any, town: Any) -> None:
        self.api, self.town, self.user = api, town, town.employee

    def offer(self, *lines: tuple[Any, int], **more: Any) -> Any:
        variables = purchase_input("offer-key", *lines, **{"method": "pick_up", **more})
        return self.api.data(OFFER, variables, user=self.user)["cardOffer"]

    def create(self, key: str, *lines: tuple[Any, int], card: Any = None, **more: Any) -> Any:
        variables = purchase_input(key, *lines, **{"method": "pick_up", **more})
        return self.api.data(CREATE, {**variables, "card": card}, user=self.user)[
            "purchaseCardCreate"
        ]

    def begin(self, key: str, *lines: tuple[Any, int], **more: Any) -> CardPayment:
        made = self.create(key, *lines, **more)
        assert made["errors"] == [], made["errors"]
        return CardPayment.objects.latest("pk")

    def refresh(self, payment: CardPayment) -> Any:
        given = {"id": to_global("CardPayment", payment.pk)}
        done = self.api.data(REFRESH, given, user=self.user)["purchaseCardRefresh"]
        assert done["errors"] == []
        payment.refresh_from_db()
        return done["cardPayment"]

    def give_up(self, payment: CardPayment) -> Any:
        given = {"id": to_global("CardPayment", payment.pk)}
        done = self.api.data(GIVE_UP, given, user=self.user)["purchaseCardGiveUp"]
        assert done["errors"] == []
        payment.refresh_from_db()
        return done["cardPayment"]


def pay(payment: CardPayment, number: str = VISA) -> requests.Response:
    """Type a card in on Stripe's page; what it answers, without following it back to the shop."""
    return _posted(payment.session_url, {"number": number, "expires": "12/40", "cvc": "123"})


def prove(payment: CardPayment, answer: str) -> requests.Response:
    """What the person tells the bank."""
    return _posted(f"{payment.session_url}/prove", {"answer": answer})


def _posted(url: str, data: dict[str, str]) -> requests.Response:
    """What the page answers; a stand-in that breaks is to be told from a card that is declined."""
    answer = requests.post(url, data=data, timeout=30, allow_redirects=False)
    assert answer.status_code < 500, f"the stand-in broke: {answer.status_code} {answer.text}"
    return answer


def session_of(payment: CardPayment) -> Any:
    return stripe.checkout.Session.retrieve(payment.session_id, api_key=settings.STRIPE_API_KEY)


def told(subject: Any, kind: str, event_id: str = "evt_1") -> bool:
    """A signed event as it arrives; False where it was there already."""
    from django.utils import timezone

    event = Event(event_id=event_id, type=kind, created=timezone.now(), subject=subject)
    return event_receive(event=event, payload_sha256="0" * 64)


def clearing_cents() -> int:
    """What Stripe has of card payments: negative in the ledger, as money outside is."""
    return -balance(account(AccountKind.CARD_CLEARING, 0))


def owed_cents() -> int:
    return balance(account(AccountKind.CARD_REFUNDS, 0))


def set_aside(variant: Any) -> int:
    rows = Allocation.objects.filter(stock__product_variant=variant)
    return sum(row.quantity_allocated for row in rows)


def orders() -> int:
    return Order.objects.confirmed().count()


def drafts() -> int:
    return Order.objects.drafts().count()
