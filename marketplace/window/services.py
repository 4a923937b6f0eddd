"""What the window shows, described anew where rows came in without telling it."""

from __future__ import annotations

from django.db import connection

_DESCRIBE = "SELECT window_describe(ARRAY(SELECT id FROM providers_listing))"
# Whoever keeps a page of the shop as it was looks at the sum.
_COUNT = "UPDATE window_tally SET changes = changes + 1 WHERE part = 0"


def window_refill() -> None:
    """Describe every listing for the search, and let pages that were kept be made again."""
    with connection.cursor() as cursor:
        cursor.execute(_DESCRIBE)
        cursor.execute(_COUNT)
