"""The charter for everybody, adhesions for who signs and who watches over them."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, to_global
from marketplace.api.fields import connection, field
from marketplace.api.mutations import WelfareMutation
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from plugins.ethics_charter import selectors, services
from plugins.ethics_charter.models import Adhesion, CharterVersion, Evidence

MANAGER = (Role.PROVIDER_MANAGER,)
OPERATOR = (Role.OPERATOR,)


class CharterClauseType(Entity):
    """One commitment."""

    class Meta:
        name = "CharterClause"
        noun = _("a clause")

    number = graphene.Int(required=True)
    dimension = graphene.String(
        required=True, description="environmental, territorial, social or product."
    )
    text = graphene.String(required=True, description="In the request's language.")


class CharterVersionType(Entity):
    """One text of the ethics charter."""

    class Meta:
        name = "CharterVersion"

    number = graphene.Int(required=True)
    title = graphene.String(required=True)
    preamble = graphene.String(required=True)
    valid_from = graphene.Date(required=True)
    adhesion_months = graphene.Int(required=True, description="How long a signature holds.")
    renewal_days = graphene.Int(
        required=True, description="How many days before its end an adhesion may be renewed."
    )
    sha256 = graphene.String(required=True, description="Of `canonicalText` in UTF-8: sign this.")
    canonical_text = graphene.String(
        required=True, description="The whole text in every language, as JSON: what is signed."
    )
    clauses = graphene.List(graphene.NonNull(CharterClauseType), required=True)

    @staticmethod
    def resolve_canonical_text(root: CharterVersion, info: Any) -> str:
        return root.canonical()

    @staticmethod
    def resolve_clauses(root: CharterVersion, info: Any) -> Any:
        return root.clauses.all()


class CharterEvidenceType(Entity):
    """What is shown for a clause."""

    class Meta:
        name = "CharterEvidence"
        noun = _("a piece of evidence")

    clause = graphene.Field(CharterClauseType, required=True)
    description = graphene.String(required=True)
    document_reference = graphene.String(required=True)
    added_at = graphene.DateTime(required=True)
    checked_at = graphene.DateTime(description="When the operator looked at it.")


class AdhesionType(Entity):
    """A provider's signature under a version of the charter."""

    class Meta:
        name = "CharterAdhesion"
        noun = _("an adhesion")

    provider_id = graphene.ID(required=True)
    provider_name = graphene.String(required=True)
    version = graphene.Field(CharterVersionType, required=True)
    signed_by = graphene.String(required=True, description="The signer's name.")
    signed_at = graphene.DateTime(required=True)
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date(required=True)
    text_hash = graphene.String(required=True)
    withdrawn_at = graphene.DateTime()
    withdrawn_why = graphene.String(required=True)
    is_in_force = graphene.Boolean(required=True)
    evidence = graphene.List(graphene.NonNull(CharterEvidenceType), required=True)

    @staticmethod
    def resolve_provider_id(root: Adhesion, info: Any) -> str:
        return to_global("Provider", root.provider_id)

    @staticmethod
    def resolve_provider_name(root: Adhesion, info: Any) -> str:
        return root.provider.organisation.name

    @staticmethod
    def resolve_signed_by(root: Adhesion, info: Any) -> str:
        return root.signed_by.get_full_name() or root.signed_by.email

    @staticmethod
    def resolve_is_in_force(root: Adhesion, info: Any) -> bool:
        today = timezone.localdate()
        return root.withdrawn_at is None and root.valid_from <= today <= root.valid_until

    @staticmethod
    def resolve_evidence(root: Adhesion, info: Any) -> Any:
        return root.evidence.all()


class SignedCharterType(graphene.ObjectType):
    """What the seal opens for anybody: the text that a provider signed, by whom, until when."""

    class Meta:
        name = "SignedCharter"

    provider_id = graphene.ID(required=True)
    provider_name = graphene.String(required=True)
    version = graphene.Field(CharterVersionType, required=True)
    signed_by = graphene.String(required=True, description="Who signed for it; may be empty.")
    signed_at = graphene.DateTime(required=True)
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date(required=True)
    text_hash = graphene.String(required=True, description="SHA-256 of the text that was signed.")
    withdrawn_from = graphene.Date(description="The first day on which it no longer held.")
    is_in_force = graphene.Boolean(required=True)

    resolve_provider_id = AdhesionType.resolve_provider_id
    resolve_provider_name = AdhesionType.resolve_provider_name
    resolve_is_in_force = AdhesionType.resolve_is_in_force

    @staticmethod
    def resolve_signed_by(root: Adhesion, info: Any) -> str:
        # The shop's own full name falls back to the e-mail address, which is nobody's to see.
        return f"{root.signed_by.first_name} {root.signed_by.last_name}".strip()


def resolve_signed_charter(info: Any, actor: Actor, provider: str) -> Adhesion | None:
    return selectors.signed_charter(from_global(provider, "Provider", field="provider"))


def resolve_charter(info: Any, actor: Actor) -> CharterVersion | None:
    return selectors.charter_current()


def resolve_charter_versions(info: Any, actor: Actor) -> Any:
    return selectors.charter_versions()


def resolve_adhesions(info: Any, actor: Actor, provider: str | None = None) -> Any:
    """An operator sees every provider's; a manager those of the providers that it manages."""
    if actor.has(Role.OPERATOR):
        found = selectors.adhesions(None)
    else:
        found = selectors.adhesions(actor.organisations(Role.PROVIDER_MANAGER))
    if provider is None:
        return found
    return found.filter(provider_id=from_global(provider, "Provider", field="provider"))


class Queries(graphene.ObjectType):
    charter = field(
        CharterVersionType,
        roles=access.PUBLIC,
        resolver=resolve_charter,
        description="The ethics charter's current text.",
    )
    charter_versions = connection(
        CharterVersionType,
        roles=access.PUBLIC,
        resolver=resolve_charter_versions,
        description="Every text that the ethics charter has had, newest first.",
    )
    signed_charter = field(
        SignedCharterType,
        roles=access.PUBLIC,
        resolver=resolve_signed_charter,
        description="The charter as a provider has signed it: in force, or else the last one.",
        provider=graphene.ID(required=True),
    )
    provider_adhesions = connection(
        AdhesionType,
        roles=(Role.PROVIDER_MANAGER, Role.OPERATOR),
        resolver=resolve_adhesions,
        description="Adhesions, newest first: of one's own providers, or all for the operator.",
        provider=graphene.ID(),
    )


def _shown(adhesion_id: int) -> Adhesion:
    return selectors.adhesions(None).get(pk=adhesion_id)


class CharterSign(WelfareMutation):
    class Arguments:
        provider = graphene.ID(required=True)
        text_hash = graphene.String(
            required=True, description="`sha256` of the text that the signer read."
        )

    class Meta:
        description = "Sign the ethics charter's current text for a provider of one's own."
        roles = MANAGER

    adhesion = graphene.Field(AdhesionType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        adhesion = services.adhesion_sign(
            actor=actor,
            provider_id=from_global(data["provider"], "Provider", field="provider"),
            text_hash=data["text_hash"],
        )
        return cls(adhesion=_shown(adhesion.pk))


class AdhesionWithdraw(WelfareMutation):
    class Arguments:
        id = graphene.ID(required=True)
        why = graphene.String(required=True)

    class Meta:
        description = "Take an adhesion away at once; nothing of its provider is sold any more."
        roles = OPERATOR

    adhesion = graphene.Field(AdhesionType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        adhesion = services.adhesion_withdraw(
            actor=actor, adhesion_id=from_global(data["id"], "CharterAdhesion"), why=data["why"]
        )
        return cls(adhesion=_shown(adhesion.pk))


class EvidenceAdd(WelfareMutation):
    class Arguments:
        adhesion = graphene.ID(required=True)
        clause = graphene.ID(required=True)
        description = graphene.String(required=True)
        document_reference = graphene.String()

    class Meta:
        description = "Show something for a clause that one's provider has signed."
        roles = MANAGER

    evidence = graphene.Field(CharterEvidenceType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        evidence = services.evidence_add(
            actor=actor,
            adhesion_id=from_global(data["adhesion"], "CharterAdhesion", field="adhesion"),
            clause_id=from_global(data["clause"], "CharterClause", field="clause"),
            description=data["description"],
            document_reference=data.get("document_reference") or "",
        )
        return cls(evidence=evidence)


class EvidenceCheck(WelfareMutation):
    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = "Say that one has looked at what a provider shows for a clause."
        roles = OPERATOR

    evidence = graphene.Field(CharterEvidenceType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        evidence: Evidence = services.evidence_check(
            actor=actor, evidence_id=from_global(data["id"], "CharterEvidence")
        )
        return cls(evidence=evidence)


class Mutations(graphene.ObjectType):
    charter_sign = CharterSign.Field()
    adhesion_withdraw = AdhesionWithdraw.Field()
    evidence_add = EvidenceAdd.Field()
    evidence_check = EvidenceCheck.Field()
