"""The Regolamento: the articles that people read and the parameters that the pre-check runs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from marketplace.choices import Choices
from marketplace.money import BASIS_POINTS
from plugins.solidarity_fund.models.levy import Fund


class Rule(Choices):
    """What the pre-check examines; each has one article in every Regolamento."""

    SENIORITY = "seniority", "Seniority"
    REASON = "reason", "Reason"
    ISEE = "isee", "ISEE ceiling"
    SCALE = "scale", "Sliding scale"
    LEAST = "least", "Least award"
    MOST = "most", "Most of one award"
    YEARLY = "yearly", "Most in a year"


class Regulation(models.Model):
    """One version of a Fund's Regolamento. Amounts in cents.

    The database refuses two versions for one day, and any change of a version that a request
    stands on, except the day on which it ends.
    """

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="regulations")
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField("last day in force", null=True, blank=True)
    sha256 = models.CharField("of the document, articles and parameters", max_length=64)
    seniority_months = models.PositiveIntegerField("of employment with a company of the alliance")
    isee_ceiling_cents = models.BigIntegerField()
    least_award_cents = models.BigIntegerField()
    most_award_cents = models.BigIntegerField("for a household of one")
    per_member_cents = models.BigIntegerField("more for each further member of the household")
    most_yearly_cents = models.BigIntegerField("to one applicant in a calendar year")
    quorum = models.PositiveIntegerField("votes that a decision needs, abstentions included")
    majority_bps = models.PositiveIntegerField("votes for, of those for and against: more than")
    appeal_days = models.PositiveIntegerField()
    payment_days = models.PositiveIntegerField("after the decision; then the reservation ends")
    credit_months = models.PositiveIntegerField("during which an award can be spent")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-version",)
        constraints = [
            models.UniqueConstraint(fields=["fund", "version"], name="regulation_version_once"),
            models.CheckConstraint(
                check=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="regulation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                check=Q(least_award_cents__gt=0)
                & Q(most_award_cents__gte=F("least_award_cents"))
                & Q(most_yearly_cents__gte=F("most_award_cents"))
                & Q(per_member_cents__gte=0, isee_ceiling_cents__gte=0),
                name="regulation_amounts_make_sense",
            ),
            models.CheckConstraint(
                check=Q(quorum__gte=1, majority_bps__lt=BASIS_POINTS, credit_months__gte=1),
                name="regulation_can_decide",
            ),
        ]

    def __str__(self) -> str:
        return f"Regolamento v{self.version}"

    def most_award_for(self, household_size: int) -> int:
        """The most that one award to a household of this size may be, in cents."""
        return self.most_award_cents + self.per_member_cents * (household_size - 1)


class ScalePoint(models.Model):
    """At this ISEE the Fund covers this share; between two points, in a straight line."""

    regulation = models.ForeignKey(Regulation, models.CASCADE, related_name="scale")
    isee_cents = models.BigIntegerField()
    share_bps = models.PositiveIntegerField()

    class Meta:
        ordering = ("isee_cents",)
        constraints = [
            models.UniqueConstraint(fields=["regulation", "isee_cents"], name="scale_point_once"),
            models.CheckConstraint(
                check=Q(share_bps__lte=BASIS_POINTS, isee_cents__gte=0),
                name="scale_point_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.isee_cents} cents: {self.share_bps} bps"


class RequestReason(models.Model):
    """A reason for which a Regolamento admits requests."""

    regulation = models.ForeignKey(Regulation, models.CASCADE, related_name="reasons")
    code = models.CharField(max_length=40)
    label_it = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["regulation", "code"], name="request_reason_once")
        ]

    def __str__(self) -> str:
        return self.code


class Article(models.Model):
    """One article, in both languages; ``rule`` where the pre-check runs it."""

    regulation = models.ForeignKey(Regulation, models.CASCADE, related_name="articles")
    number = models.PositiveIntegerField()
    rule = models.CharField(max_length=20, choices=Rule.choices(), blank=True, default="")
    title_it = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    text_it = models.TextField()
    text_en = models.TextField()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["regulation", "number"], name="article_number_once"),
            models.UniqueConstraint(
                fields=["regulation", "rule"], condition=~Q(rule=""), name="article_of_a_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"art. {self.number}"
