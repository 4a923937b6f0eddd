"""What a purchase would be: prices, refusals, credit, levy, budgets; nothing is written.

The code is the purchase's own up to the money. Where a purchase stops at the first stage that
refuses, a preview notes it, leaves the lines at fault out and goes on, so that a buyer learns all
that stands against a cart at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from marketplace.ledger.refusals import refusal as ledger_refusal
from marketplace.ledger.selectors import LotBalance, wallet_balance
from marketplace.providers.selectors import ShownListing, offered_of_products
from marketplace.refusals import Refusal, Refusals
from marketplace.sales import extensions, services
from marketplace.sales.carts import Payer, sale_of
from marketplace.sales.sale import DeliveryMethod, LevyTerms, Sale
from marketplace.shop.carts import delivery_prices, price_cart
from marketplace.shop.facts import CartLine, PricedCart, PricedLine
from marketplace.shop.refusals import out_of_stock, unknown_variant
from plugins.welfare_wallet.budgets import Meter, meters_of_sale
from plugins.welfare_wallet.purchases import check_size, wrong_lines
from plugins.welfare_wallet.wallets import payer_of

# Whose cart is priced while nobody has said which wallet pays: no plan, no company.
NO_WALLET = 0


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """What a buyer may want; ``delivery_method`` and ``city`` are empty where not chosen yet."""

    lines: tuple[CartLine, ...]
    delivery_method: str = ""
    city: str = ""
    wallet_id: int | None = None


@dataclass(slots=True)
class PreviewLine:
    """A line as it was asked for; ``priced`` is None where the shop has no such article, and
    ``listing`` where it is not on sale."""

    number: int
    variant_id: int
    quantity: int
    priced: PricedLine | None = None
    listing: ShownListing | None = None
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def has_its_price(self) -> bool:
        """Priced in the quantity that was asked for, which a cart may hold."""
        wrong = {"INVALID_QUANTITY", "DUPLICATE_LINE"}
        return self.priced is not None and not any(one.code in wrong for one in self.refusals)


@dataclass(slots=True)
class Preview:
    """Amounts in cents. ``sale`` and ``levy`` are of the lines that can be bought, None without."""

    lines: list[PreviewLine]
    delivery_prices: dict[str, int]
    refusals: list[Refusal] = field(default_factory=list)
    wallet_id: int | None = None
    sale: Sale | None = None
    levy: LevyTerms | None = None
    credit_cents: int = 0
    lots: list[LotBalance] = field(default_factory=list)
    meters: list[Meter] = field(default_factory=list)

    @property
    def due_cents(self) -> int:
        """What the wallet would pay: the ``expectedTotal`` of the purchase."""
        if self.sale is None or self.levy is None:
            return 0
        return services.amount_due(self.sale, self.levy)


def purchase_preview(*, user_id: int, request: PreviewRequest) -> Preview:
    """Price a cart and gather all that stands against it. A constant number of statements.

    Raises:
        Refusal: TOO_MANY_LINES; NOT_FOUND for a wallet that is not the user's.
    """
    preview = Preview(
        [PreviewLine(n, one.variant_id, one.quantity) for n, one in enumerate(request.lines, 1)],
        delivery_prices(),
    )
    try:
        check_size(request.lines)
    except Refusal as refusal:
        if refusal.code != "EMPTY_CART":
            raise
        preview.refusals.append(refusal)
        return preview
    payer = _payer(preview, user_id, request.wallet_id)
    cart = _priced(preview, request, user_id)
    if cart is not None:
        _show(preview, cart)
        wrong = {line.number for line in preview.lines if line.priced and not line.has_its_price}
        preview.sale = _sale(preview, _without(cart, wrong), payer)
    if preview.sale is not None:
        _judge(preview, preview.sale)
    return _in_order_of_lines(preview)


def _payer(preview: Preview, user_id: int, wallet_id: int | None) -> Payer:
    try:
        payer = payer_of(user_id=user_id, wallet_id=wallet_id)
    except Refusal as refusal:
        if refusal.code not in ("NO_WALLET", "WALLET_NOT_CHOSEN"):
            raise
        preview.refusals.append(refusal)
        return Payer(user_id=user_id, wallet_id=NO_WALLET, company_id=None, plan_id=None)
    preview.wallet_id = payer.wallet_id
    return payer


def _priced(preview: Preview, request: PreviewRequest, user_id: int) -> PricedCart | None:
    """The cart of the lines that the shop has, under the numbers of the lines asked for.

    A line of a quantity that no cart may hold is in it once, to be shown and then left out.
    """
    wrong = list(wrong_lines(request.lines))
    _note(preview, wrong)
    out = {refusal.facts["line"] for refusal in wrong}
    unknown: set[int] = set()
    method = request.delivery_method or _cheapest(preview)
    while wanted := [line for line in preview.lines if line.number not in unknown]:
        try:
            cart = price_cart(
                [_asked(line, once=line.number in out) for line in wanted],
                token="",
                user_id=user_id,
                delivery_method=method,
                city=request.city,
            )
        except Refusal as refusal:
            if refusal.code == "UNKNOWN_VARIANT":
                gone = [wanted[n - 1].number for n in _lines_of(refusal)]
                _note(preview, [unknown_variant(number) for number in gone])
                unknown.update(gone)
                continue
            preview.refusals.append(refusal)
            if method == _cheapest(preview):
                return None
            method = _cheapest(preview)
            continue
        numbered = tuple(
            replace(priced, number=line.number)
            for priced, line in zip(cart.lines, wanted, strict=True)
        )
        return replace(cart, lines=numbered)
    return None


def _asked(line: PreviewLine, *, once: bool) -> CartLine:
    return CartLine(line.variant_id, 1 if once else line.quantity)


def _cheapest(preview: Preview) -> str:
    """The way of delivery that a cart is priced with before its buyer has chosen one."""
    prices = preview.delivery_prices
    return min(prices, key=prices.__getitem__, default=DeliveryMethod.ON_SITE.value)


def _lines_of(refusal: Refusal) -> list[int]:
    several = refusal.refusals if isinstance(refusal, Refusals) else [refusal]
    return [one.facts["line"] for one in several]


def _note(preview: Preview, refusals: Sequence[Refusal]) -> None:
    """Write refusals down, each of a line with its line."""
    for refusal in refusals:
        preview.refusals.append(refusal)
        if (number := refusal.facts.get("line")) is not None:
            preview.lines[number - 1].refusals.append(refusal)


def _show(preview: Preview, cart: PricedCart) -> None:
    """Give each priced line its price and what customers see of its article; note what is out."""
    listings = {
        one.product_pk: one for one in offered_of_products([line.product_id for line in cart.lines])
    }
    for priced in cart.lines:
        line = preview.lines[priced.number - 1]
        line.priced, line.listing = priced, listings.get(priced.product_id)
        available = line.listing.available_quantity if line.listing else None
        if line.has_its_price and available is not None and available < line.quantity:
            _note(preview, [out_of_stock(line.number, priced.product_name, available)])


def _sale(preview: Preview, cart: PricedCart, payer: Payer) -> Sale | None:
    """The sale of the lines that are on sale, wherever it would go."""
    if not cart.city and cart.delivery_method == DeliveryMethod.SFA_DELIVERY:
        # Where to is not asked yet, and nothing that is previewed depends on it.
        cart = replace(cart, delivery_method=DeliveryMethod.PICK_UP.value)
    while cart.lines:
        try:
            return sale_of(cart, payer)
        except Refusals as refusals:
            _note(preview, refusals.refusals)
            cart = _without(cart, set(_lines_of(refusals)))
        except Refusal as refusal:
            preview.refusals.append(refusal)
            if refusal.code != "OUTSIDE_TERRITORY":
                return None
            cart = replace(cart, delivery_method=DeliveryMethod.PICK_UP.value)
    return None


def _without(cart: PricedCart, numbers: set[int]) -> PricedCart:
    lines = tuple(line for line in cart.lines if line.number not in numbers)
    total_cents = sum(line.total_cents for line in lines) + cart.delivery_cents
    return replace(cart, lines=lines, total_cents=total_cents)


def _judge(preview: Preview, sale: Sale) -> None:
    """Gates, levy, credit and budgets of what can be bought."""
    _note(preview, extensions.refusals_of(sale))
    preview.meters = meters_of_sale(sale)
    try:
        preview.levy = extensions.levy_of(sale)
    except Refusal as refusal:
        preview.refusals.append(refusal)
        return
    if preview.wallet_id is None:
        return
    credit = wallet_balance(preview.wallet_id, sale.on)
    preview.credit_cents = credit.total_cents
    preview.lots = _spent_from(credit.lots, preview.due_cents)
    if credit.total_cents < preview.due_cents:
        preview.refusals.append(
            ledger_refusal("INSUFFICIENT_CREDIT", available_cents=credit.total_cents)
        )


def _spent_from(lots: Sequence[LotBalance], due_cents: int) -> list[LotBalance]:
    """What each lot would pay, in the order of spending."""
    spent = []
    for lot in lots:
        taken = min(lot.cents, due_cents)
        if taken > 0:
            spent.append(lot._replace(cents=taken))
            due_cents -= taken
    return spent


def _in_order_of_lines(preview: Preview) -> Preview:
    preview.refusals.sort(key=lambda refusal: refusal.facts.get("line", 0))
    return preview
