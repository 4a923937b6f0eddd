"""The charter's text, who signed it, and what was shown for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices


class Dimension(Choices):
    """The four dimensions of the alliance's charter."""

    ENVIRONMENTAL = "environmental", _("Environmental")
    TERRITORIAL = "territorial", _("Territorial")
    SOCIAL = "social", _("Social")
    PRODUCT = "product", _("Product: provenance and method of production")


def _in_language(italian: str, english: str) -> str:
    return italian if (get_language() or "it").startswith("it") else english


class CharterVersion(models.Model):
    """One text of the charter; once somebody has signed it, the database lets nobody change it.

    ``sha256`` is of the canonical text (:func:`canonical`); ``adhesion_months`` is how long a
    signature holds, ``renewal_days`` how long before its end it may be renewed.
    """

    number = models.PositiveSmallIntegerField(unique=True)
    title_it = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    preamble_it = models.TextField(blank=True, default="")
    preamble_en = models.TextField(blank=True, default="")
    valid_from = models.DateField()
    adhesion_months = models.PositiveSmallIntegerField()
    renewal_days = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                check=Q(adhesion_months__gt=0), name="charter_version_adhesion_lasts"
            )
        ]

    def __str__(self) -> str:
        return f"charter version {self.number}"

    @property
    def title(self) -> str:
        """The title in the active language: Italian, or English for every other."""
        return _in_language(self.title_it, self.title_en)

    @property
    def preamble(self) -> str:
        """The preamble in the active language."""
        return _in_language(self.preamble_it, self.preamble_en)

    def digest(self) -> str:
        """SHA-256 of the text as it stands in the database, recomputed."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """The whole text, as it is signed; clauses from the database."""
        return canonical(self, self.clauses.all())


class Clause(models.Model):
    """One commitment of a version, in Italian and English."""

    version = models.ForeignKey(CharterVersion, on_delete=models.PROTECT, related_name="clauses")
    dimension = models.CharField(max_length=16, choices=Dimension.choices())
    number = models.PositiveSmallIntegerField()
    text_it = models.TextField()
    text_en = models.TextField()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="charter_clause_once"),
        ]

    def __str__(self) -> str:
        return f"clause {self.number}"

    @property
    def text(self) -> str:
        """The text in the active language: Italian, or English for every other."""
        return _in_language(self.text_it, self.text_en)


def canonical(version: CharterVersion, clauses: Iterable[Clause]) -> str:
    """The text in both languages as JSON with sorted keys and no spaces: what is hashed."""
    return json.dumps(
        {
            "number": version.number,
            "valid_from": version.valid_from.isoformat(),
            "title": {"it": version.title_it, "en": version.title_en},
            "preamble": {"it": version.preamble_it, "en": version.preamble_en},
            "adhesion_months": version.adhesion_months,
            "renewal_days": version.renewal_days,
            "clauses": [
                {
                    "number": clause.number,
                    "dimension": clause.dimension,
                    "text": {"it": clause.text_it, "en": clause.text_en},
                }
                for clause in sorted(clauses, key=lambda clause: clause.number)
            ],
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


class Adhesion(models.Model):
    """A provider's signature under a version: who, when, of which text, until when.

    Never changed but to be withdrawn once. Adhesions of a provider that are not withdrawn do not
    overlap (constraint ``adhesion_one_at_a_time``, in the migration).
    """

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="adhesions"
    )
    version = models.ForeignKey(CharterVersion, on_delete=models.PROTECT, related_name="adhesions")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    text_hash = models.CharField(max_length=64)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # The first day on which it no longer holds, in the territory's time.
    withdrawn_from = models.DateField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                check=Q(valid_until__gte=F("valid_from")), name="adhesion_ends_after_it_begins"
            ),
            models.CheckConstraint(
                check=Q(withdrawn_at__isnull=True, withdrawn_from__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_from__isnull=False),
                name="adhesion_withdrawn_from_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "valid_until"], name="adhesion_of_provider"),
        ]

    def __str__(self) -> str:
        return f"adhesion of provider {self.provider_id} to version {self.version_id}"


class Evidence(models.Model):
    """What a provider shows for a clause that it signed, and who looked at it."""

    adhesion = models.ForeignKey(Adhesion, on_delete=models.PROTECT, related_name="evidence")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="evidence")
    description = models.TextField()
    document_reference = models.CharField(max_length=300, blank=True, default="")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"evidence for clause {self.clause_id}"
