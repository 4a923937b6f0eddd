"""Writes of this room: the text, who adheres to it, what is shown for it."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.api.entities import not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.listings import listings_withdraw_all, own_provider
from marketplace.providers.models import Provider
from marketplace.refusals import Refusal
from plugins.ethics_charter.models import (
    Adhesion,
    CharterVersion,
    Clause,
    Dimension,
    Evidence,
    canonical,
)
from plugins.ethics_charter.selectors import charter_current, charter_in_force

LONGEST_TEXT = 4000
LONGEST_LINE = 300


def charter_load(path: Path) -> CharterVersion:
    """Load a version from its JSON file; the same file again changes nothing.

    Raises:
        Refusal: CHARTER_FILE_INVALID; CHARTER_VERSION_SIGNED where the file changes a text that
            somebody has signed.
    """
    version, clauses = _read(path)
    text = canonical(version, clauses)
    version.sha256 = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        earlier = CharterVersion.objects.filter(number=version.number).first()
        if earlier is not None and earlier.sha256 == version.sha256:
            return earlier
        if earlier is not None:
            _discard(earlier)
        version.save()
        for clause in clauses:
            clause.version = version
        Clause.objects.bulk_create(clauses)
        return version


def _read(path: Path) -> tuple[CharterVersion, list[Clause]]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        version = CharterVersion(
            number=int(raw["number"]),
            title_it=raw["title"]["it"],
            title_en=raw["title"]["en"],
            preamble_it=raw["preamble"]["it"],
            preamble_en=raw["preamble"]["en"],
            valid_from=date.fromisoformat(raw["valid_from"]),
            adhesion_months=int(raw["adhesion_months"]),
            renewal_days=int(raw["renewal_days"]),
        )
        clauses = [
            Clause(
                number=int(clause["number"]),
                dimension=Dimension(clause["dimension"]).value,
                text_it=clause["it"],
                text_en=clause["en"],
            )
            for clause in raw["clauses"]
        ]
    except (KeyError, TypeError, ValueError) as wrong:
        raise _invalid(str(wrong)) from wrong
    missing = set(Dimension) - {clause.dimension for clause in clauses}
    if missing:
        raise _invalid(", ".join(sorted(missing)))
    return version, clauses


def _invalid(what: str) -> Refusal:
    return Refusal(
        "CHARTER_FILE_INVALID",
        _("This is not a charter: look at «%(what)s». Every dimension needs a clause.")
        % {"what": what},
    )


def _discard(version: CharterVersion) -> None:
    if version.adhesions.exists():
        raise Refusal(
            "CHARTER_VERSION_SIGNED",
            _("Version %(number)s has been signed and cannot change. Make a new version.")
            % {"number": version.number},
        )
    version.clauses.all().delete()
    version.delete()


def adhesion_sign(*, actor: Actor, provider_id: int, text_hash: str) -> Adhesion:
    """Sign the current text for a provider of one's own.

    ``text_hash`` is the SHA-256 of the text that the signer was shown. Who has an adhesion to an
    older version leaves it for the new one today; who has one to this version renews it, near its
    end, from the day after.

    Raises:
        Refusal: NOT_FOUND, NO_CHARTER, CHARTER_TEXT_CHANGED, CHARTER_ALREADY_SIGNED.
    """
    with transaction.atomic():
        own_provider(actor, provider_id)
        version = charter_current()
        if version is None:
            raise Refusal("NO_CHARTER", _("There is no charter to sign yet."))
        if text_hash != version.sha256 or text_hash != version.digest():
            raise Refusal(
                "CHARTER_TEXT_CHANGED",
                _("The text is no longer the one you read. Read it again, then sign."),
                field="textHash",
            )
        # One signature of a provider at a time.
        Provider.objects.select_for_update().get(pk=provider_id)
        starts = _starts(actor, provider_id, version)
        return Adhesion.objects.create(
            provider_id=provider_id,
            version=version,
            signed_by_id=actor.require_user(),
            signed_at=timezone.now(),
            valid_from=starts,
            valid_until=starts + relativedelta(months=version.adhesion_months, days=-1),
            text_hash=text_hash,
        )


def _starts(actor: Actor, provider_id: int, version: CharterVersion) -> date:
    """The first day of a new adhesion; an adhesion to an older version is withdrawn for it."""
    today = timezone.localdate()
    standing = Adhesion.objects.filter(
        provider_id=provider_id, withdrawn_at__isnull=True, valid_until__gte=today
    ).select_related("version")
    starts = today
    for adhesion in standing.order_by("valid_until"):
        if adhesion.version_id != version.pk:
            _withdraw(adhesion, actor, f"Superseded by version {version.number}")
        elif adhesion.valid_until > today + timedelta(days=version.renewal_days):
            raise Refusal(
                "CHARTER_ALREADY_SIGNED",
                _("This version is signed until %(until)s. It can be renewed near that day.")
                % {"until": wording.day(adhesion.valid_until)},
            )
        else:
            starts = adhesion.valid_until + timedelta(days=1)
    return starts


def adhesion_withdraw(*, actor: Actor, adhesion_id: int, why: str) -> Adhesion:
    """Take a provider's adhesion away at once, and its listings out of the shop.

    Raises:
        Refusal: PERMISSION_DENIED for who is not an operator, NOT_FOUND, REASON_REQUIRED,
            ADHESION_WITHDRAWN where it was before.
    """
    actor.require(Role.OPERATOR)
    if not why.strip() or len(why) > LONGEST_LINE:
        raise Refusal(
            "REASON_REQUIRED",
            _("Say why, in at most %(most)s characters.") % {"most": LONGEST_LINE},
            field="why",
        )
    with transaction.atomic():
        adhesion = Adhesion.objects.select_for_update().filter(pk=adhesion_id).first()
        if adhesion is None:
            raise not_found("CharterAdhesion")
        if adhesion.withdrawn_at is not None:
            raise Refusal("ADHESION_WITHDRAWN", _("This adhesion has been withdrawn already."))
        _withdraw(adhesion, actor, why.strip())
        if not charter_in_force([adhesion.provider_id], timezone.localdate()):
            listings_withdraw_all(provider_id=adhesion.provider_id)
        return adhesion


def _withdraw(adhesion: Adhesion, actor: Actor, why: str) -> None:
    adhesion.withdrawn_at = timezone.now()
    adhesion.withdrawn_from = timezone.localdate()
    adhesion.withdrawn_by_id = actor.require_user()
    adhesion.withdrawn_why = why
    adhesion.save(update_fields=["withdrawn_at", "withdrawn_from", "withdrawn_by", "withdrawn_why"])


def evidence_add(
    *, actor: Actor, adhesion_id: int, clause_id: int, description: str, document_reference: str
) -> Evidence:
    """Show something for a clause of an adhesion of one's own.

    Raises:
        Refusal: NOT_FOUND (also for a clause of another version), DESCRIPTION_REQUIRED.
    """
    mine = actor.organisations(Role.PROVIDER_MANAGER)
    adhesion = Adhesion.objects.filter(pk=adhesion_id, provider_id__in=mine).first()
    if adhesion is None:
        raise not_found("CharterAdhesion", field="adhesion")
    clause = Clause.objects.filter(pk=clause_id, version_id=adhesion.version_id).first()
    if clause is None:
        raise not_found("CharterClause", field="clause")
    if not description.strip() or len(description) > LONGEST_TEXT:
        raise Refusal(
            "DESCRIPTION_REQUIRED",
            _("Say what you show, in at most %(most)s characters.") % {"most": LONGEST_TEXT},
            field="description",
        )
    return Evidence.objects.create(
        adhesion=adhesion,
        clause=clause,
        description=description.strip(),
        document_reference=document_reference.strip()[:LONGEST_LINE],
        added_by_id=actor.require_user(),
    )


def evidence_check(*, actor: Actor, evidence_id: int) -> Evidence:
    """Say, as the operator, that one has looked at it; the first who does is kept.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND.
    """
    actor.require(Role.OPERATOR)
    Evidence.objects.filter(pk=evidence_id, checked_at__isnull=True).update(
        checked_by=actor.require_user(), checked_at=timezone.now()
    )
    evidence = Evidence.objects.select_related("clause").filter(pk=evidence_id).first()
    if evidence is None:
        raise not_found("CharterEvidence")
    return evidence
