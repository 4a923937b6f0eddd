"""How a purchase is shared between credit and card, line by line.

Credit pays first: all that the wallet holds, or all that the plan's budgets leave it. The card pays
the rest, never less than Stripe takes, and never a line that the law keeps it off: those lines are
paid by credit alone or not at all, as is what the buyer gives the Fund on top. What goes over a
letter's budget the card pays on that letter's lines; all else lies on the lines open to it and on
delivery, in proportion to their price, by largest remainder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.cards.models import CardRule, in_force
from marketplace.money import euro, share_out
from marketplace.payments.door import LEAST_CENTS
from marketplace.refusals import Refusal, Refusals
from marketplace.sales.sale import Sale, SaleLine


@dataclass(frozen=True, slots=True)
class Split:
    """A sale whose lines say what a card pays of them; ``credit_cents`` is what the wallet owes."""

    sale: Sale
    credit_cents: int
    card_cents: int


Rules = Mapping[tuple[str, bool], CardRule]


def rules_on(day: date) -> Rules:
    """The law on cards of a day, by letter and form."""
    rows = CardRule.objects.filter(in_force(day)).order_by("valid_from")
    return {(row.category_code, row.by_voucher): row for row in rows}


def split(
    sale: Sale,
    *,
    due_cents: int,
    credit_cents: int,
    rules: Rules,
    budgets: Mapping[str, int] | None = None,
) -> Split:
    """Share what is due between credit and card.

    Args:
        due_cents: all that the buyer pays, with what they give the Fund on top.
        credit_cents: what the wallet holds.
        budgets: what credit may still pay of a letter, by letter, where a plan limits it.

    Raises:
        Refusal: CARD_NOT_NEEDED, CARD_NEEDS_CREDIT, CARD_AMOUNT_TOO_SMALL.
        Refusals: CARD_NOT_ALLOWED, one per line that only credit may pay.
    """
    marked = replace(
        sale, lines=tuple(replace(line, credit_only=not _may(line, rules)) for line in sale.lines)
    )
    over = _over_budget(marked, budgets or {})
    if credit_cents >= due_cents and not over:
        raise Refusal(
            "CARD_NOT_NEEDED", _("Your credit pays for all of it. Pay with credit alone.")
        )
    if min(credit_cents, due_cents - sum(over.values())) <= 0:
        raise Refusal(
            "CARD_NEEDS_CREDIT",
            _("There is no credit left that could pay a part, and a card pays only the rest."),
        )
    card_cents = max(due_cents - credit_cents, sum(over.values()), LEAST_CENTS)
    _check_law(marked, card_cents, over, rules)
    if card_cents >= due_cents:
        raise Refusal(
            "CARD_AMOUNT_TOO_SMALL",
            _("A card pays %(least)s or more, and this costs less. Add something to the cart.")
            % {"least": euro(LEAST_CENTS)},
        )
    if card_cents >= sale.total_cents:
        raise Refusal(
            "CARD_NEEDS_CREDIT",
            _(
                "Your credit would pay nothing but what you give the Fund on top, %(sum)s, and a "
                "card pays only a part of a cart. Buy without giving, or with more credit."
            )
            % {"sum": euro(due_cents - sale.total_cents)},
        )
    for code, cents in over.items():
        marked = _spread(marked, cents, of_letter=code)
    return Split(
        _spread(marked, card_cents - sum(over.values())), due_cents - card_cents, card_cents
    )


def _over_budget(sale: Sale, budgets: Mapping[str, int]) -> dict[str, int]:
    """By letter, what credit may not pay any more."""
    wanted: Counter[str] = Counter()
    for line in sale.lines:
        wanted[line.category_code] += line.total_cents
    return {
        code: wanted[code] - left for code, left in sorted(budgets.items()) if wanted[code] > left
    }


def _may(line: SaleLine, rules: Rules) -> bool:
    rule = rules.get((line.category_code, line.by_voucher))
    return rule is not None and rule.allowed


def _check_law(sale: Sale, card_cents: int, over: Mapping[str, int], rules: Rules) -> None:
    """Whether the lines that a card may pay are worth what it has to."""
    worth: Counter[str] = Counter()
    for line in sale.lines:
        worth[line.category_code] += 0 if line.credit_only else line.total_cents
    short = {code for code, cents in over.items() if cents > worth[code]}
    everything = card_cents > sum(worth.values()) + sale.delivery.cents
    refused = [
        _not_allowed(line, rules)
        for line in sale.lines
        if line.credit_only and (everything or line.category_code in short)
    ]
    if refused:
        raise Refusals(refused)


def _not_allowed(line: SaleLine, rules: Rules) -> Refusal:
    rule = rules.get((line.category_code, line.by_voucher))
    return Refusal(
        "CARD_NOT_ALLOWED",
        _(
            "Line %(line)s: a card may not pay a part of «%(product)s». %(reason)s Your credit has "
            "to cover it, or take it out of the cart."
        )
        % {
            "line": line.number,
            "product": line.product_name,
            "reason": _reason(rule) if rule else _("No rule of the law allows it."),
        },
        field="lines",
        line=line.number,
        category=line.category_code,
    )


def _reason(rule: CardRule) -> str:
    italian = (get_language() or "it").startswith("it")
    return f"{rule.reason_it if italian else rule.reason_en} ({rule.source})."


def _spread(sale: Sale, card_cents: int, *, of_letter: str | None = None) -> Sale:
    """Let the card pay so much more of what it may, in proportion to what credit pays there now."""

    def weight(line: SaleLine) -> int:
        open_to_it = not line.credit_only and of_letter in (None, line.category_code)
        return line.credit_cents if open_to_it else 0

    delivery = sale.delivery
    *shares, of_delivery = share_out(
        card_cents,
        [
            *(weight(line) for line in sale.lines),
            delivery.cents - delivery.card_cents if of_letter is None else 0,
        ],
    )
    return replace(
        sale,
        lines=tuple(
            replace(line, card_cents=line.card_cents + cents)
            for line, cents in zip(sale.lines, shares, strict=True)
        ),
        delivery=replace(delivery, card_cents=delivery.card_cents + of_delivery),
    )
