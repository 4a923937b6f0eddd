"""A voucher on paper: an A4 sheet with its upper half to cut out, made without any system library.

Vector throughout (the QR symbol is drawn as squares); two fonts lie beside this module, cut down to
European scripts, so that every name of the territory can be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from storefront.money import day, money

FONTS = Path(__file__).with_name("fonts")
# Millimetres.
MARGIN, WIDTH = 18, 174
TOP, CARD_HEIGHT = 18, 122
QR_SIZE = 48
INK, SOFT, LINE = (29, 42, 46), (82, 96, 103), (190, 182, 166)
SUN, LAKE, GROUND = (173, 74, 34), (14, 90, 99), (241, 236, 226)


@lru_cache(maxsize=1)
def _font_files() -> dict[str, str]:
    return {"": str(FONTS / "voucher.ttf"), "B": str(FONTS / "voucher-bold.ttf")}


class Sheet(FPDF):
    """A page with the voucher's fonts, and nothing printed that was not asked for."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_auto_page_break(False)
        self.set_margin(MARGIN)
        for style, file in _font_files().items():
            self.add_font("voucher", style, file)
        self.set_title(title)
        self.set_creator("WELFAREPIU")
        self.add_page()

    def say(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        *,
        size: float = 10,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        lines: int = 3,
    ) -> float:
        """Text at a place, in at most so many lines of a width; returns where it ends."""
        self.set_font("voucher", "B" if bold else "", size)
        self.set_text_color(*colour)
        height = size * 0.5
        wrapped: Any = self.multi_cell(width, height, text, dry_run=True, output="LINES")
        kept: list[str] = wrapped[:lines]
        if len(wrapped) > lines:
            kept[-1] = kept[-1].rstrip() + "…"
        for number, line in enumerate(kept):
            self.set_xy(x, y + number * height)
            self.cell(width, height, line, new_x=XPos.LEFT, new_y=YPos.NEXT)
        return y + len(kept) * height

    def fact(self, name: str, text: str, x: float, y: float, width: float) -> float:
        y = self.say(name, x, y, width, size=8, colour=SOFT, lines=1)
        return self.say(text, x, y, width, size=11, bold=True, lines=2) + 2.5


def voucher_pdf(voucher: Mapping[str, Any]) -> bytes:
    """The voucher of the API's ``myVoucher`` as a PDF of one page, in the request's language."""
    sheet = Sheet(_("Voucher: %(what)s") % {"what": voucher["productName"]})
    _card(sheet, voucher)
    _conditions(sheet, TOP + CARD_HEIGHT + 12)
    return bytes(sheet.output())


def _card(sheet: Sheet, voucher: Mapping[str, Any]) -> None:
    sheet.set_draw_color(*LINE)
    sheet.set_dash_pattern(dash=2, gap=1.6)
    sheet.rect(MARGIN, TOP, WIDTH, CARD_HEIGHT, round_corners=True, style="D", corner_radius=4)
    sheet.set_dash_pattern()
    left, inner = MARGIN + 9, WIDTH - 18
    _brand(sheet, left, TOP + 9)
    sheet.say(_("Voucher"), left, TOP + 9, inner, size=11, colour=SOFT)
    sheet.set_xy(left, TOP + 9)
    text_width = inner - QR_SIZE - 8
    y = sheet.say(voucher["productName"], left, TOP + 21, text_width, size=18, bold=True, lines=3)
    y = sheet.say(_where(voucher), left, y + 1.5, text_width, size=11, colour=SOFT, lines=2) + 5
    y = sheet.fact(
        pgettext("the holder of a voucher", "For"), voucher["holderName"], left, y, text_width
    )
    y = sheet.fact(_("Valid until"), day(voucher["validUntil"]), left, y, text_width)
    half = text_width / 2
    end = sheet.fact(_("Nominal value"), money(voucher["value"]), left, y, half)
    order = f"{voucher['orderNumber']}{_which(voucher)}"
    sheet.fact(_("Order"), order, left + half, y, half)
    _symbol(sheet, voucher["code"], MARGIN + WIDTH - 9 - QR_SIZE, TOP + 20)
    _code(sheet, voucher["code"], max(end + 1, TOP + CARD_HEIGHT - 24))


def _brand(sheet: Sheet, x: float, y: float) -> None:
    sheet.set_font("voucher", "B", 11)
    words = "WELFAREPIU"
    width = sheet.get_string_width(words)
    right = x + WIDTH - 18 - width
    sheet.set_xy(right, y)
    sheet.set_text_color(*INK)
    sheet.cell(sheet.get_string_width("WELFARE"), 5.5, "WELFARE")
    sheet.set_text_color(*SUN)
    sheet.cell(sheet.get_string_width("PIU"), 5.5, "PIU")


def _where(voucher: Mapping[str, Any]) -> str:
    return f"{voucher['providerName']}, {voucher['providerComune']['name']}"


def _which(voucher: Mapping[str, Any]) -> str:
    if voucher["units"] == 1:
        return ""
    return " · " + _("%(unit)s of %(units)s") % voucher


def _symbol(sheet: Sheet, code: str, x: float, y: float) -> None:
    """The QR symbol, runs of dark squares as one bar each; around it the sheet is white enough."""
    rows = [list(row) for row in segno.make(code, error="m", micro=False).matrix]
    unit = QR_SIZE / len(rows)
    sheet.set_fill_color(0, 0, 0)
    for row, cells in enumerate(rows):
        start = None
        for column, dark in enumerate([*cells, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                # A hair longer: viewers leave white lines between bars that only touch.
                sheet.rect(
                    x + start * unit,
                    y + row * unit,
                    (column - start) * unit + 0.02,
                    unit + 0.02,
                    style="F",
                )
                start = None


def _code(sheet: Sheet, code: str, y: float) -> None:
    left, inner = MARGIN + 9, WIDTH - 18
    sheet.set_fill_color(*GROUND)
    sheet.rect(left, y, inner, 16, round_corners=True, style="F", corner_radius=3)
    sheet.set_font("voucher", "B", 22)
    sheet.set_text_color(*LAKE)
    sheet.set_char_spacing(1.4)
    sheet.set_xy(left, y)
    sheet.cell(inner, 16, code, align="C")
    sheet.set_char_spacing(0)


def _conditions(sheet: Sheet, y: float) -> None:
    """What the law says of it, so that nobody at a counter has to argue."""
    y = sheet.say(_("How to use it"), MARGIN, y, WIDTH, size=11, bold=True) + 2
    for text in (
        _("Show this sheet, or its code, at the provider's: it is read or typed in there, once."),
        _("It is good for one good or service, for the person named on it and nobody else."),
        _("It gives no change, is not paid out in cash and cannot be topped up."),
        _("It needs no network: all that the provider asks for is on this sheet."),
    ):
        sheet.set_fill_color(*SUN)
        sheet.ellipse(MARGIN + 0.4, y + 1.6, 1.5, 1.5, style="F")
        y = sheet.say(text, MARGIN + 5, y, WIDTH - 5, size=9.5, colour=SOFT) + 1.2
