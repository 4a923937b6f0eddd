"""Organisations, and who has which role in which of them, since when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices


class OrganisationKind(Choices):
    COMPANY = "company", _("Client company")
    PROVIDER = "provider", _("Provider")
    FUND = "fund", _("Solidarity Fund")
    TRAINING_SERVICE = "training_service", _("Training service (SFA)")
    OPERATOR = "operator", _("Operator")


class Role(Choices):
    EMPLOYEE = "employee", _("Employee")
    COMPANY_MANAGER = "company_manager", _("Company manager")
    PROVIDER_MANAGER = "provider_manager", _("Provider manager")
    COMMITTEE_MEMBER = "committee_member", _("Committee member")
    COMMITTEE_CHAIR = "committee_chair", _("Committee chair")
    TREASURER = "treasurer", _("Treasurer")
    SFA_COORDINATOR = "sfa_coordinator", _("SFA coordinator")
    TUTOR = "tutor", _("Tutor")
    TRAINEE = "trainee", _("Trainee")
    WELFARE_MANAGER = "welfare_manager", _("Welfare manager")
    OPERATOR = "operator", _("Operator")


# Which kind of organisation a role belongs to: a committee member of a company makes no sense.
ROLE_BELONGS_TO: dict[str, str] = {
    Role.EMPLOYEE: OrganisationKind.COMPANY,
    Role.COMPANY_MANAGER: OrganisationKind.COMPANY,
    Role.WELFARE_MANAGER: OrganisationKind.COMPANY,
    Role.PROVIDER_MANAGER: OrganisationKind.PROVIDER,
    Role.COMMITTEE_MEMBER: OrganisationKind.FUND,
    Role.COMMITTEE_CHAIR: OrganisationKind.FUND,
    Role.TREASURER: OrganisationKind.FUND,
    Role.SFA_COORDINATOR: OrganisationKind.TRAINING_SERVICE,
    Role.TUTOR: OrganisationKind.TRAINING_SERVICE,
    Role.TRAINEE: OrganisationKind.TRAINING_SERVICE,
    Role.OPERATOR: OrganisationKind.OPERATOR,
}


class Organisation(models.Model):
    """A legal body of the alliance; each room keeps its own profile under the same key."""

    kind = models.CharField(max_length=20, choices=OrganisationKind.choices())
    name = models.CharField(max_length=200)
    vat_number = models.CharField(max_length=16, blank=True, default="")
    comune = models.ForeignKey(
        "territory.Comune",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "vat_number"],
                condition=~Q(vat_number=""),
                name="organisation_vat_number_once_per_kind",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person in one organisation; ended by a date, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role.choices())
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(until__isnull=True),
                name="membership_open_once",
            ),
            models.CheckConstraint(
                check=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="membership_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.organisation_id}"


class SensitiveRead(models.Model):
    """Who read which piece of encrypted personal data, when and why; append only."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=100)
    why = models.CharField(max_length=200)
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["model", "object_id"], name="sensitive_read_of")]

    def __str__(self) -> str:
        return f"{self.model}.{self.field} {self.object_id} read by {self.reader_id}"


class Home(models.Model):
    """The comune that somebody chose to see what is near, where it is not their employment's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="home"
    )
    comune = models.ForeignKey("territory.Comune", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"home of {self.user_id}"


class SessionsEnd(models.Model):
    """When somebody signed out everywhere: tokens issued until then are refused."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="sessions_end",
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"sessions of {self.user_id} end {self.at}"


class LoginAttempt(models.Model):
    """A password that was tried and has not turned out right (yet).

    ``account`` and ``address`` are keyed hashes: what people type by mistake into the field for an
    e-mail stands nowhere. Rows older than the longest window are deleted.
    """

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["account", "at"], name="login_attempt_account"),
            models.Index(fields=["address", "at"], name="login_attempt_address"),
        ]

    def __str__(self) -> str:
        return f"login attempt {self.at}"
