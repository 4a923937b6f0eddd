"""Signed charters for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.models import Provider
from plugins.ethics_charter.models import Adhesion, CharterVersion
from plugins.ethics_charter.services import adhesion_sign
from tests.providers import factories as make


def manager_of(*providers: Provider, person: Any = None) -> Actor:
    person = person or make.user()
    return Actor(person.pk, frozenset((Role.PROVIDER_MANAGER, one.pk) for one in providers))


def operator() -> Actor:
    return Actor(make.user().pk, frozenset({(Role.OPERATOR, 0)}))


def signed(provider: Provider, charter: CharterVersion) -> Adhesion:
    return adhesion_sign(
        actor=manager_of(provider), provider_id=provider.pk, text_hash=charter.sha256
    )


def adhesion(
    provider: Provider, charter: CharterVersion, first: date, last: date, **facts: Any
) -> Adhesion:
    """An adhesion of any days, past ones included."""
    return Adhesion.objects.create(
        provider=provider,
        version=charter,
        signed_by=make.user(),
        signed_at=timezone.now(),
        valid_from=first,
        valid_until=last,
        text_hash=charter.sha256,
        **facts,
    )


def lapsed(provider: Provider, charter: CharterVersion) -> Adhesion:
    today = timezone.localdate()
    return adhesion(provider, charter, today - timedelta(days=700), today - timedelta(days=1))
