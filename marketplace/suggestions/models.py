"""A provider that somebody suggested, and everybody who did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Suggestion(models.Model):
    """One provider that is not here yet; ``key`` is its name without what people write in many
    ways (accents, capitals, signs, "s.r.l."), once per comune."""

    comune = models.ForeignKey(
        "territory.Comune", on_delete=models.PROTECT, related_name="suggestions"
    )
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["comune", "key"], name="suggestion_once_per_comune"),
            models.CheckConstraint(check=~Q(key=""), name="suggestion_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Voice(models.Model):
    """One person who suggested it: what it offers, and why it should be here, in their words."""

    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT, related_name="voices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="suggestions"
    )
    offers = models.CharField(max_length=300)
    why = models.TextField(blank=True, default="")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "user"], name="voice_once_per_person"),
        ]
        indexes = [models.Index(fields=["user", "said_at"], name="voice_of_person")]

    def __str__(self) -> str:
        return f"voice {self.pk} for suggestion {self.suggestion_id}"
