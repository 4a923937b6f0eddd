"""What Saleor 2.10.1 does over and over, done once: quicker, and the same in every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import get_language
from django_countries import Countries

_KEPT = "_welfarepiu_kept"


def keep_countries() -> None:
    """Keep the list of countries as each language writes and sorts it.

    A form and a model that take an address check the country against that list, translated and
    sorted anew each time: two thirds of what a change of a checkout's address costs.
    """
    anew: Callable[[Any], Iterator[Any]] = Countries.__iter__
    if hasattr(anew, _KEPT):
        return

    def kept(self: Any) -> Iterator[Any]:
        lists = self.__dict__.setdefault(_KEPT, {})
        language = get_language()
        if language not in lists:
            lists[language] = tuple(anew(self))
        return iter(lists[language])

    setattr(kept, _KEPT, True)
    Countries.__iter__ = kept  # type: ignore[method-assign]
