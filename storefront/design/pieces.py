"""The pieces that pages are made of: template tags, known to every template without ``{% load %}``.

Each draws one thing from plain values and knows nothing of what it shows. ``/stile/`` (on the
embedded edition) shows every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from storefront.design.icons import ICONS
from storefront.money import cents
from storefront.pictures import CARD, local

register = template.Library()

TONES = {
    "good": "check",
    "info": "info",
    "warning": "warning",
    "bad": "warning",
    "success": "check",
    "error": "warning",
}
# Django's own words for the levels of messages.
TONE_OF_LEVEL = {"success": "good", "error": "bad", "debug": "info"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """``{% icon "cart" %}``: silent for screen readers; with a label it says that."""
    drawn = mark_safe(ICONS[name])  # noqa: S308 (drawn by us, above)
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>',
            label,
            drawn,
        )
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', drawn
    )


@register.inclusion_tag("pieces/logo.html")
def logo(words: bool = True) -> dict[str, Any]:
    """The mountains, the lake and the hand that gives; with the name beside it."""
    return {"words": words}


@register.inclusion_tag("pieces/notice.html")
def notice(
    tone: str, text: Any, title: str = "", url: str = "", action: str = ""
) -> dict[str, Any]:
    """``{% notice "warning" _("...") %}``: tones ``good info warning bad``; a link if given."""
    tone = TONE_OF_LEVEL.get(tone, tone)
    return {
        "tone": tone,
        "icon_name": TONES[tone],
        "text": text,
        "title": title,
        "url": url,
        "action": action,
        "role": "alert" if tone == "bad" else "status",
    }


@register.inclusion_tag("pieces/field.html")
def field(bound: Any, hint: str = "", **attributes: Any) -> dict[str, Any]:
    """A form's field with label, hint and errors: ``{% field form.email autocomplete="email" %}``.

    Other named values become attributes of the input (``_`` stands for ``-``).
    """
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    hint = hint or bound.help_text
    told = [f"{bound.auto_id}-hint"] if hint else []
    told += [f"{bound.auto_id}-error"] if bound.errors else []
    if told:
        attrs["aria-describedby"] = " ".join(told)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    kind = getattr(bound.field.widget, "input_type", "") or bound.field.widget.__class__.__name__
    return {
        "field": bound,
        "hint": hint,
        "control": bound.as_widget(attrs=attrs),
        "is_box": kind == "checkbox",
        "is_group": kind in ("radio", "CheckboxSelectMultiple"),
    }


@register.inclusion_tag("pieces/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What is wrong with a form, at its top, each with a link to its field."""
    return {
        "general": form.non_field_errors(),
        "fields": [bound for bound in form if bound.errors],
    }


@register.inclusion_tag("pieces/meter.html")
def meter(
    label: str, used: Any, total: Any, adding: Any = 0, tone: str = "", note: str = ""
) -> dict[str, Any]:
    """How much of an amount is used, and how much this would add: amounts of the API's, or euro.

    ``tone`` is ``good``, ``warning`` or ``bad``; left out, it follows from how full it is.
    """
    whole = max(cents(total), 1)
    before = min(max(cents(used), 0), whole)
    after = max(cents(used) + cents(adding), 0)
    if not tone:
        tone = "bad" if after > cents(total) else "warning" if after * 10 >= whole * 9 else "good"
    return {
        "label": label,
        "used": used,
        "total": total,
        "adding": adding,
        "after_euro": after / 100,
        "left_euro": (cents(total) - after) / 100,
        "is_over": after > cents(total),
        "used_share": _per_mille(before, whole),
        "after_share": _per_mille(min(after, whole), whole),
        "tone": tone,
        "note": note,
        "adds": bool(cents(adding)),
    }


def _per_mille(part: int, whole: int) -> int:
    return round(part * 1000 / whole)


@register.inclusion_tag("pieces/badge.html")
def badge(text: Any, tone: str = "plain", icon_name: str = "") -> dict[str, Any]:
    """A status or a property in a word or two: tones ``plain good info warning bad sun``."""
    return {"text": text, "tone": tone, "icon_name": icon_name}


@register.inclusion_tag("pieces/empty.html")
def empty(
    title: str, text: str = "", picture: str = "basket", url: str = "", action: str = ""
) -> dict[str, Any]:
    """Where nothing is yet: a drawn picture (``basket``, ``search``, ``parcel``, ``ticket``,
    ``lost``, ``storm``, ``calm``), a sentence, and the way on."""
    return {
        "title": title,
        "text": text,
        "drawing": f"pieces/drawings/{picture}.svg",
        "url": url,
        "action": action,
    }


@register.inclusion_tag("pieces/pager.html")
def pager(previous: str = "", following: str = "", here: str = "") -> dict[str, Any]:
    """To the page before and after; an address left empty is an end of the list."""
    return {"previous": previous, "following": following, "here": here}


@register.inclusion_tag("pieces/tabs.html")
def tabs(items: Sequence[tuple[str, str]], current: str, label: str) -> dict[str, Any]:
    """Sister pages: ``items`` are (label, address), ``current`` is the address of this one."""
    return {"items": items, "current": current, "label": label}


@register.inclusion_tag("pieces/steps.html")
def steps(items: Sequence[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """How far something has come: items with ``title``, ``state`` (``done now todo bad``) and, if
    known, ``text``."""
    return {"items": items, "label": label}


@register.inclusion_tag("pieces/picture.html")
def picture(
    url: str = "", alt: str = "", seed: str = "", lazy: bool = True, width: int = CARD
) -> dict[str, Any]:
    """A picture of the API's under our own address, or a drawn landscape where it has none.

    ``seed`` (a name, say) decides which landscape; ``lazy=False`` for the first ones of a page;
    ``width`` in pixels: 160 for a thumbnail, 480 for a card, 960 for a page's own.
    """
    number = crc32((seed or alt).encode())
    return {
        "url": local(url, width),
        "alt": alt,
        "lazy": lazy,
        "width": width,
        "height": width * 3 // 4,
        "hue": number % 6,
        "shape": f"pieces/drawings/landscape{number // 6 % 3}.svg",
    }


@register.simple_tag(takes_context=True)
def here(context: Any, name: str, *under: str) -> SafeString:
    """``aria-current`` on a link to the page we are on, or under which it lies: the pages named
    ``under`` it, or all of its room where none is named."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None:
        return SafeString("")
    if match.view_name == name:
        return mark_safe('aria-current="page"')
    in_room = match.namespace and match.namespace == name.partition(":")[0]
    is_under = match.view_name in under if under else in_room
    return mark_safe('aria-current="true"') if is_under else SafeString("")


@register.simple_tag
def address(name: str, *arguments: Any) -> str:
    """``{% address "after:orders" as orders %}``: empty where no such page is installed."""
    try:
        return str(reverse(name, args=arguments))
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """This page's query with changes: ``href="{% query after=cursor %}"``; None takes one away."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            values.pop(name, None)
        else:
            values[name] = value
    return f"?{values.urlencode()}"
