"""How many listings each value of each filter would leave: one statement for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Count, F, Max, Min, Q, Value, When

from marketplace.companies.models import BenefitCategory
from marketplace.providers.models import Provider
from marketplace.providers.selectors import ShownProvider, providers, shown_providers
from marketplace.territory.models import Comune
from marketplace.territory.selectors import comuni
from marketplace.window.selectors import Wanted, offered


@dataclass(frozen=True, slots=True)
class CategoryCount:
    category: BenefitCategory
    count: int


@dataclass(frozen=True, slots=True)
class ProviderCount:
    provider: ShownProvider
    count: int


@dataclass(frozen=True, slots=True)
class ComuneCount:
    """``km`` is how far it is from the comune that was asked about, where one was."""

    comune: Comune
    count: int
    km: float | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """What each filter would leave, all others as they are; prices in cents, None where nothing is
    left."""

    total: int
    categories: list[CategoryCount]
    providers: list[ProviderCount]
    comuni: list[ComuneCount]
    origins: list[ComuneCount]
    made_by_sfa: int
    services: int
    goods: int
    lowest_cents: int | None
    highest_cents: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Listings that are alike in everything that is counted."""

    category: str
    provider_id: int
    comune_id: int
    origin_id: int | None
    made_by_sfa: bool
    is_service: bool
    priced: bool
    count: int
    lowest_cents: int
    highest_cents: int

    def fits(self, wanted: Wanted, *but: str) -> bool:
        """Whether all filters let it through, but those named."""
        near = wanted.near_ids
        judged = {
            "category": wanted.category in (None, self.category),
            "provider": wanted.provider_id in (None, self.provider_id),
            "place": wanted.comune_id in (None, self.comune_id)
            and (near is None or self.comune_id in near),
            "origin": wanted.origin_id in (None, self.origin_id),
            "made_by_sfa": wanted.made_by_sfa in (None, self.made_by_sfa),
            "is_service": wanted.is_service in (None, self.is_service),
            "price": self.priced,
        }
        return all(fits for name, fits in judged.items() if name not in but)


def facets(wanted: Wanted) -> Facets:
    """Counted from groups; four more statements name what was counted."""
    groups = _groups(wanted)

    def counted(name: str, *but: str) -> Counter[int | str]:
        found: Counter[int | str] = Counter()
        for group in groups:
            key = getattr(group, name)
            if key is not None and group.fits(wanted, *but):
                found[key] += group.count
        return found

    services = counted("is_service", "is_service")
    fitting = [group for group in groups if group.fits(wanted)]
    any_price = [group for group in groups if group.fits(wanted, "price")]
    places = {comune.pk: comune for comune in comuni()}
    return Facets(
        total=sum(group.count for group in fitting),
        categories=_categories(counted("category", "category")),
        providers=_providers(counted("provider_id", "provider")),
        comuni=_comuni(counted("comune_id", "place"), places, wanted),
        origins=_comuni(counted("origin_id", "origin"), places, wanted),
        made_by_sfa=counted("made_by_sfa", "made_by_sfa")[True],
        services=services[True],
        goods=services[False],
        lowest_cents=min((group.lowest_cents for group in any_price), default=None),
        highest_cents=max((group.highest_cents for group in any_price), default=None),
    )


def _groups(wanted: Wanted) -> list[Group]:
    # Only the words narrow the statement; the filters are judged on the groups.
    found = offered(Wanted(search=wanted.search)).order_by()
    cents = F("searchable__price_cents")
    in_range = Q(searchable__price_cents__gte=wanted.price_from_cents or 0)
    if wanted.price_to_cents is not None:
        in_range &= Q(searchable__price_cents__lte=wanted.price_to_cents)
    # annotate() groups by what values() names before it.
    rows = (
        found.annotate(
            priced=Case(
                When(in_range, then=Value(True)), default=Value(False), output_field=BooleanField()
            )
        )
        .values_list(
            "category_code",
            "provider_id",
            "provider__comune_id",
            "production_comune_id",
            "made_by_sfa",
            "is_service",
            "priced",
        )
        .annotate(count=Count("pk"), lowest=Min(cents), highest=Max(cents))
    )
    return [Group(*row) for row in rows]


def _categories(counts: Counter[int | str]) -> list[CategoryCount]:
    named = BenefitCategory.objects.filter(pk__in=counts)
    return [CategoryCount(one, counts[one.pk]) for one in named]


def _providers(counts: Counter[int | str]) -> list[ProviderCount]:
    rows: Sequence[Provider] = list(providers().filter(pk__in=counts))
    return [ProviderCount(one, counts[one.pk]) for one in shown_providers(rows)]


def _comuni(
    counts: Counter[int | str], places: dict[int, Comune], wanted: Wanted
) -> list[ComuneCount]:
    found: Iterable[Comune] = (one for key, one in places.items() if key in counts)
    return [ComuneCount(one, counts[one.pk], wanted.km_by_comune.get(one.pk)) for one in found]
