"""A request for help and what the committee does with it. Amounts in cents.

What only the committee may read rests encrypted; what was voted, decided and minuted is never
changed: ``sql/committee_guards.sql`` says so in the database.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.choices import Choices
from marketplace.people.encryption import EncryptedTextField
from plugins.solidarity_fund.models.levy import Fund
from plugins.solidarity_fund.models.regulation import Regulation


class RequestStatus(Choices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    UNDER_REVIEW = "under_review", _("Under review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    PAID = "paid", pgettext_lazy("request", "Paid")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn")
    EXPIRED = "expired", _("Not paid in time")


class FundRequest(models.Model):
    """A person's request. Whoever works on it knows it by ``code`` alone."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="requests")
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    regulation = models.ForeignKey(Regulation, on_delete=models.PROTECT, related_name="requests")
    year = models.PositiveIntegerField()
    number = models.PositiveIntegerField("counted within the year")
    status = models.CharField(
        max_length=20, choices=RequestStatus.choices(), default=RequestStatus.DRAFT.value
    )
    reason = models.CharField(max_length=40)
    asked_cents = models.BigIntegerField()
    description = EncryptedTextField()
    isee = EncryptedTextField("cents, as digits")
    household = EncryptedTextField("number of people, as digits")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "year", "number"], name="fund_request_number_once"
            ),
            models.CheckConstraint(check=Q(asked_cents__gt=0), name="fund_request_asks_something"),
            models.CheckConstraint(
                check=Q(submitted_at__isnull=False) | Q(status__in=["draft", "withdrawn"]),
                name="fund_request_is_submitted_first",
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym

    @property
    def code(self) -> str:
        return f"{self.year}-{self.number:04d}"

    @property
    def pseudonym(self) -> str:
        """By what name the committee and the treasurer know the applicant."""
        return f"Richiesta {self.code}"


class RequestCounter(models.Model):
    """The last number given to a request of a Fund in a year."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fund", "year"], name="request_counter_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Review(models.Model):
    """Who opened the examination of a request, and when."""

    request = models.OneToOneField(FundRequest, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"review of {self.request_id}"


class ConflictKind(Choices):
    APPLICANT = "applicant", _("The applicant")
    SAME_COMPANY = "same_company", _("Of the applicant's company")
    DECLARED = "declared", _("Declared")


class Conflict(models.Model):
    """A committee member who takes no part in a request: recused, whatever the kind."""

    request = models.ForeignKey(FundRequest, on_delete=models.PROTECT, related_name="conflicts")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=ConflictKind.choices())
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["request", "member"], name="conflict_once_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.request_id}"


class VoteValue(Choices):
    FOR = "for", _("For")
    AGAINST = "against", _("Against")
    ABSTAIN = "abstain", _("Abstention")


class Vote(models.Model):
    """One member's vote, once, while the request is under review."""

    request = models.ForeignKey(FundRequest, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=10, choices=VoteValue.choices())
    cast_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["request", "member"], name="vote_once_per_member")
        ]

    def __str__(self) -> str:
        return f"vote on {self.request_id}"


class Decision(models.Model):
    """What the votes came to, taken down by the chair; once."""

    request = models.OneToOneField(FundRequest, on_delete=models.PROTECT, related_name="decision")
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    cents = models.BigIntegerField("awarded")
    votes_for = models.PositiveIntegerField()
    votes_against = models.PositiveIntegerField()
    abstentions = models.PositiveIntegerField()
    motivation = EncryptedTextField()
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                check=Q(approved=True, cents__gt=0) | Q(approved=False, cents=0),
                name="decision_awards_only_where_approved",
            )
        ]

    def __str__(self) -> str:
        return f"decision on {self.request_id}"


class AwardStatus(Choices):
    RESERVED = "reserved", _("Reserved")
    PAID = "paid", pgettext_lazy("award", "Paid")
    RELEASED = "released", _("Released")


class Award(models.Model):
    """Money reserved for a request, then paid as credit by the treasurer, or released."""

    request = models.OneToOneField(FundRequest, on_delete=models.PROTECT, related_name="award")
    cents = models.BigIntegerField()
    status = models.CharField(
        max_length=10, choices=AwardStatus.choices(), default=AwardStatus.RESERVED.value
    )
    pay_until = models.DateField("last day on which it may be paid")
    reserved_transfer_id = models.BigIntegerField()
    released_transfer_id = models.BigIntegerField(null=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_at = models.DateTimeField(null=True)
    lot_account_id = models.BigIntegerField("the credit that it became", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(check=Q(cents__gt=0), name="award_is_something"),
            models.CheckConstraint(
                check=Q(
                    status="paid",
                    paid_by__isnull=False,
                    paid_at__isnull=False,
                    lot_account_id__isnull=False,
                    released_transfer_id__isnull=True,
                )
                | Q(
                    status="released",
                    paid_by__isnull=True,
                    lot_account_id__isnull=True,
                    released_transfer_id__isnull=False,
                )
                | Q(
                    status="reserved",
                    paid_by__isnull=True,
                    lot_account_id__isnull=True,
                    released_transfer_id__isnull=True,
                ),
                name="award_is_reserved_paid_or_released",
            ),
        ]

    def __str__(self) -> str:
        return f"award of {self.request_id}"


class Event(Choices):
    CREATED = "created", _("The request was drafted.")
    SUBMITTED = "submitted", _("The request was submitted.")
    WITHDRAWN = "withdrawn", _("The applicant withdrew the request.")
    RECUSED = "recused", _("A member was recused because of a conflict that the rules name.")
    CONFLICT_DECLARED = "conflict_declared", _("A member declared a conflict and was recused.")
    REVIEW_STARTED = "review_started", _("The examination began.")
    VOTED = "voted", _("A member voted.")
    APPROVED = "approved", _("The committee approved the request and the amount was reserved.")
    REJECTED = "rejected", _("The committee rejected the request.")
    PAID = "paid", _("The treasurer paid the award as credit.")
    RELEASED = "released", _("The amount reserved went back to the Fund.")
    EXPIRED = "expired", _("The award was not paid in time.")


class Minute(models.Model):
    """One line of the minutes: what happened, when, by whom of the Fund. Append only.

    ``by`` is never the applicant, nor a member recused for a reason that would point at them.
    """

    request = models.ForeignKey(FundRequest, on_delete=models.PROTECT, related_name="minutes")
    event = models.CharField(max_length=20, choices=Event.choices())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    facts = models.JSONField("amounts and counts; nothing personal", default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.event} {self.request_id}"
