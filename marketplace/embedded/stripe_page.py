"""The stand-in's payment page: a form for Stripe's test cards, in the payer's language."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web
from babel.numbers import format_currency

CARDS = (
    ("4242424242424242", "Paga subito", "Pays at once"),
    ("4000000000000341", "Viene rifiutata", "Is declined"),
    ("4000002500003155", "La banca chiede conferma", "The bank asks for proof"),
)
WORDS = {
    "it": {
        "title": "Pagamento di prova", "banner": "Pagina di prova: nessuna carta viene addebitata.",
        "pay": "Paga {sum}", "number": "Numero della carta", "expires": "Scadenza (MM/AA)",
        "cvc": "Codice di sicurezza", "back": "Torna al negozio senza pagare",
        "cards": "Carte di prova", "gone": "Questa pagina non è più aperta. Torna al negozio.",
        "wrong": "Questi dati non sono di una carta. Controllali, o usa una carta di prova.",
        "declined": "La carta è stata rifiutata. Provane un'altra.",
        "prove": "La tua banca chiede se sei tu a pagare {sum}.", "yes": "Sì, sono io",
        "no": "No, rifiuta", "to": "al negozio",
    },
    "en": {
        "title": "Test payment", "banner": "A page for trying out: no card is charged.",
        "pay": "Pay {sum}", "number": "Card number", "expires": "Expires (MM/YY)",
        "cvc": "Security code", "back": "Back to the shop without paying",
        "cards": "Test cards", "gone": "This page is not open any more. Go back to the shop.",
        "wrong": "These are no card's data. Check them, or use a test card.",
        "declined": "The card was declined. Try another one.",
        "prove": "Your bank asks whether it is you who pays {sum}.", "yes": "Yes, it is me",
        "no": "No, refuse", "to": "to the shop",
    },
}  # fmt: skip
STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def card_form(shown: dict[str, Any], error: str = "") -> web.Response:
    """Number, expiry, code; and below, the test cards to pay with in one touch."""
    words = _words(shown)
    bad = f'<p class="bad" role="alert">{escape(error)}</p>' if error else ""
    other = 1 if words is WORDS["it"] else 2
    cards = "".join(
        f'<form method="post" action="/c/pay/{shown["id"]}">'
        '<input type="hidden" name="expires" value="12/40">'
        '<input type="hidden" name="cvc" value="123">'
        f'<button class="other" name="number" value="{card[0]}">{escape(card[other])}'
        f" <code>…{card[0][-4:]}</code></button></form>"
        for card in CARDS
    )
    return _page(
        shown,
        f"""{bad}<form class="card" method="post" action="/c/pay/{shown["id"]}">
<label>{words["number"]}<input name="number" inputmode="numeric" autocomplete="off" maxlength="19"
 placeholder="4242 4242 4242 4242" required></label>
<div class="two"><label>{words["expires"]}<input name="expires" autocomplete="off" value="12/40"
 maxlength="5" required></label>
<label>{words["cvc"]}<input name="cvc" inputmode="numeric" autocomplete="off" value="123"
 maxlength="3" required></label></div>
<button>{escape(words["pay"].format(sum=_sum(shown)))}</button></form>
<h2>{words["cards"]}</h2>{cards}""",
        402 if error else 200,
    )


def challenge(shown: dict[str, Any]) -> web.Response:
    """The bank's question, as 3-D Secure puts it."""
    words = _words(shown)
    return _page(
        shown,
        f"""<form class="card" method="post" action="/c/pay/{shown["id"]}/prove">
<p>{escape(words["prove"].format(sum=_sum(shown)))}</p>
<button name="answer" value="yes">{words["yes"]}</button>
<button class="other" name="answer" value="no">{words["no"]}</button></form>""",
    )


def gone(shown: dict[str, Any] | None) -> web.Response:
    """Expired, or never there."""
    return _page(shown, f'<p class="card">{_words(shown)["gone"]}</p>', 410)


def wrong_card(shown: dict[str, Any]) -> str:
    return _words(shown)["wrong"]


def declined(shown: dict[str, Any]) -> str:
    return _words(shown)["declined"]


def _words(shown: dict[str, Any] | None) -> dict[str, str]:
    return WORDS["en"] if (shown or {}).get("locale") == "en" else WORDS["it"]


def _sum(shown: dict[str, Any]) -> str:
    language = "en" if _words(shown) is WORDS["en"] else "it"
    return str(
        format_currency(shown["amount_total"] / 100, shown["currency"].upper(), locale=language)
    )


def _page(shown: dict[str, Any] | None, body: str, status: int = 200) -> web.Response:
    words = _words(shown)
    language = "en" if words is WORDS["en"] else "it"
    back = escape(str((shown or {}).get("cancel_url") or ""), quote=True)
    leave = f'<a class="back" href="{back}">{words["back"]}</a>' if back else ""
    total = f'<p class="sum">{escape(_sum(shown))}</p>' if shown else ""
    text = f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{words["title"]}</title>
<style>{STYLE}</style></head><body><div class="banner" role="note">{words["banner"]}</div>
<main><h1>{words["title"]}</h1>{total}{body}{leave}</main></body></html>"""
    return web.Response(text=text, status=status, content_type="text/html")
