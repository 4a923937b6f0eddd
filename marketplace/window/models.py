"""What Django reads of the window's tables; triggers write them (``sql/``)."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from marketplace.providers.models import Listing


class Searchable(models.Model):
    """What a search reads of a listing: its words, and its gross price in cents.

    The database writes it where the listing changes, or its product, its provider's name or comune;
    whoever changes them. ``words`` are plain (no accents, no capitals), for typing errors.
    """

    listing = models.OneToOneField(
        Listing, primary_key=True, on_delete=models.CASCADE, related_name="searchable"
    )
    document = SearchVectorField()
    words = models.TextField()
    price_cents = models.BigIntegerField()

    class Meta:
        indexes = [
            GinIndex(fields=["document"], name="searchable_document"),
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="searchable_words"),
            models.Index(fields=["price_cents"], name="searchable_price"),
        ]

    def __str__(self) -> str:
        return f"words of listing {self.listing_id}"


class Tally(models.Model):
    """How many transactions have changed what the window shows, in parts.

    Each database connection counts in one part, so that buyers do not wait for each other.
    """

    part = models.SmallIntegerField(primary_key=True)
    changes = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("part",)

    def __str__(self) -> str:
        return f"{self.changes} changes in part {self.part}"
