"""The room in the API: companies and their people, plans, money paid in, credit given."""

from __future__ import annotations

from marketplace.companies.schema import allocations, budgets, homes, people, plans, top_ups


class Queries(
    people.Queries,
    homes.Queries,
    plans.Queries,
    top_ups.Queries,
    budgets.Queries,
    allocations.Queries,
):
    pass


class Mutations(
    people.Mutations,
    homes.Mutations,
    plans.Mutations,
    top_ups.Mutations,
    allocations.Mutations,
):
    pass
