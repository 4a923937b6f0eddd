"""Two organisations of every kind, with real objects of the first: whose is what, for guards.

``A`` has a company with plan, credit and top-up, a provider with listings, orders and adhesion, a
Fund with requests in every state, an SFA with planned tasks, and people who have done all that. Of
``B`` there are the same roles, and a little of their own where an operation needs it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from marketplace.companies.models import PlanBudget, TopUpMethod
from marketplace.companies.services.allocations import CreditLine, credit_allocate
from marketplace.companies.services.employments import staff_category_create
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.people.actor import actor_of
from marketplace.people.homes import home_set
from marketplace.people.models import OrganisationKind, Role
from marketplace.providers.fulfilment import provider_order_accept
from marketplace.providers.models import ListingStatus, ProviderOrder
from marketplace.sales.models import Settlement
from marketplace.shop import catalogue
from marketplace.suggestions.services import provider_suggest
from plugins.ethics_charter.models import Adhesion
from plugins.ethics_charter.services import evidence_add
from plugins.sfa_logistics.models import Ability, Assignment, Limit
from plugins.sfa_logistics.services.plans import service_plan
from plugins.solidarity_fund import committee as work
from plugins.solidarity_fund.models import LevyPledge
from plugins.vouchers.codes import shown
from plugins.vouchers.models import WelfareVoucher
from tests import shopping
from tests.companies import factories as companies
from tests.graphql_client import Api
from tests.providers import factories as providers
from tests.sfa_logistics import factories as sfa
from tests.shopping import PURCHASE, gid, purchase_input
from tests.solidarity_fund import factories as funds
from tests.steps import Steps
from tests.welfare_wallet.split import factories as cards

CREDIT_OF_OTHERS_CENTS = 10_000


class Theirs(str):
    """An id (or a number, or a token) of something that belongs to somebody of A."""


@dataclass
class World:
    """``people`` by role, those of B as ``other_<role>``; ``world["listing"]`` is an id."""

    town: shopping.Town = field(repr=False)
    people: dict[str, Any] = field(default_factory=dict, repr=False)
    ids: dict[str, str] = field(default_factory=dict, repr=False)
    contents: dict[str, str | None] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def theirs(self, name: str, kind: str, pk: Any) -> None:
        self.ids[name] = Theirs(gid(kind, pk))

    def of_b(self, name: str, kind: str, pk: Any) -> None:
        self.ids[f"other_{name}"] = gid(kind, pk)


def build() -> World:
    """The whole world; in the order in which its parts need each other."""
    here = shopping.build(credit_cents=100_000)
    world = World(here)
    world.people |= {
        "nobody": None,
        "outsider": companies.user(),
        "employee": here.employee,
        "operator": companies.operator(),
    }
    world.ids["comune"] = gid("Comune", here.dairy.comune_id)
    home_set(user_id=here.employee.pk, comune_id=here.dairy.comune_id)
    _companies(world)
    _providers(world)
    _services(world)
    _orders(world)
    _card(world)
    _checkouts(world)
    _suggestions(world)
    _fund(world)
    _plans(world)
    return world


def _companies(world: World) -> None:
    here, people = world.town, world.people
    manager = people["company_manager"] = companies.manager(here.company)
    people["colleague"] = companies.employment(here.company).user
    shopping.give(here.company, here.plan, people["colleague"], CREDIT_OF_OTHERS_CENTS)
    companies.paid_in(here.company, 500_000)
    employment = here.employee.employments.get()
    allocation = credit_allocate(
        actor=actor_of(manager),
        plan_id=here.plan.pk,
        lines=[CreditLine(employment.pk, 5_000)],
        idempotency_key="world",
    )
    transfer = companies.top_up(
        here.company, method=TopUpMethod.BANK_TRANSFER, payment_intent=None, requested_by=manager
    )
    staff = staff_category_create(
        actor=actor_of(manager), company_id=here.company.pk, name="Operai"
    )
    world.theirs("company", "Company", here.company.pk)
    world.theirs("employment", "Employment", employment.pk)
    world.theirs("staff_category", "StaffCategory", staff.pk)
    world.theirs("plan", "WelfarePlan", here.plan.pk)
    world.theirs("allocation_line", "CreditAllocationLine", allocation.lines.get().pk)
    world.theirs("top_up", "TopUp", transfer.pk)
    world.theirs("wallet", "Wallet", here.wallet_id)
    budget = account(AccountKind.COMPANY_BUDGET, here.company.pk)
    world.theirs("ledger_account", "LedgerAccount", budget)

    other = companies.company("Tessiture Camune")
    people["other_company_manager"] = companies.manager(other)
    theirs = companies.employment(other)
    people["other_employee"] = theirs.user
    plan = companies.plan(other)
    shopping.give(other, plan, theirs.user, CREDIT_OF_OTHERS_CENTS)
    world.of_b("company", "Company", other.pk)
    world.of_b("employment", "Employment", theirs.pk)
    world.of_b("plan", "WelfarePlan", plan.pk)


def _providers(world: World) -> None:
    here, people = world.town, world.people
    manager = people["provider_manager"] = providers.member(here.dairy.pk)
    people["other_provider_manager"] = providers.member(here.camps.pk)
    draft = shopping.variant(
        here.dairy,
        "Secret cheese",
        900,
        warehouse=here.warehouse,
        status=ListingStatus.DRAFT.value,
        published_at=None,
    )
    catalogue.products_unpublish([draft.product_id])
    adhesion = Adhesion.objects.get(provider=here.dairy)
    clause = adhesion.version.clauses.first()
    evidence = evidence_add(
        actor=actor_of(manager),
        adhesion_id=adhesion.pk,
        clause_id=clause.pk,
        description="Our certificate",
        document_reference="CERT 1",
    )
    unsigned = providers.provider("Falegnameria", here.dairy.comune)
    providers.member(unsigned.pk, person=manager)
    world.theirs("provider", "Provider", here.dairy.pk)
    world.theirs("unsigned", "Provider", unsigned.pk)
    world.theirs("listing", "Listing", here.honey.product.listing.pk)
    world.theirs("draft", "Listing", draft.product.listing.pk)
    world.theirs("adhesion", "CharterAdhesion", adhesion.pk)
    world.theirs("evidence", "CharterEvidence", evidence.pk)
    world.ids["clause"] = gid("CharterClause", clause.pk)
    world.ids["charter"] = adhesion.version.sha256


def _services(world: World) -> None:
    people = world.people
    mine = sfa.sfa(trainees=2, tutors=2)
    other = sfa.sfa(trainees=1, tutors=1, place=providers.comune("Clusone"))
    people["sfa_coordinator"] = mine.coordinator
    people["other_sfa_coordinator"] = other.coordinator
    people["other_tutor"] = other.tutors[0].user
    people["other_trainee"] = other.trainees[0].user
    people["passer_by"] = companies.user("passer-by@example.com")
    world.town.more["sfa"] = mine
    world.theirs("service", "TrainingService", mine.pk)
    world.ids["ability"] = Ability.objects.values_list("code", flat=True)[0]
    world.ids["limit"] = Limit.objects.values_list("code", flat=True)[0]


def _orders(world: World) -> None:
    """Two orders of the employee's: one as it came, one that the provider has accepted."""
    here, api = world.town, Api()
    for key in ("world-order-1", "world-order-2"):
        wanted = purchase_input(key, (here.honey, 2), (here.camp, 1))
        bought = api.data(PURCHASE, wanted, user=here.employee)["purchaseCreate"]
        assert bought["errors"] == [], bought["errors"]
    placed, accepted = ProviderOrder.objects.filter(provider=here.dairy).order_by("pk")
    manager = actor_of(world.people["provider_manager"])
    provider_order_accept(actor=manager, provider_order_id=accepted.pk)
    settlement = Settlement.objects.get(order_id=placed.order_id)
    world.theirs("provider_order", "ProviderOrder", placed.pk)
    world.theirs("part", "PurchasePart", placed.pk)
    world.theirs("accepted_order", "ProviderOrder", accepted.pk)
    world.theirs("order", "Order", placed.order_id)
    voucher = WelfareVoucher.objects.order_by("pk")[0]
    world.theirs("voucher", "WelfareVoucher", voucher.pk)
    world.ids["voucher_code"] = Theirs(shown(voucher.code))
    world.ids["order_number"] = Theirs(settlement.order_number)


def _card(world: World) -> None:
    """An order of the employee's of which a card has paid what the year's budget left open."""
    here = world.town
    here.plan.categories.add("c3")
    PlanBudget.objects.create(
        plan=here.plan, category_id="c3", limit_cents=1000, valid_from=date(2020, 1, 1)
    )
    jam = shopping.variant(
        here.camps, "Jam", 3000, warehouse=here.warehouse, code="c3", needs_packing=True
    )
    payment = cards.paid(here.employee, jam, key="key-of-a-card-payment")
    world.theirs("card_payment", "CardPayment", payment.pk)
    world.ids["jam"] = gid("ProductVariant", jam.pk)


def _suggestions(world: World) -> None:
    provider_suggest(
        actor=actor_of(world.people["employee"]),
        name="Tipografia",
        comune_id=world.town.dairy.comune_id,
        offers="Books",
    )


def _checkouts(world: World) -> None:
    """Carts: the employee's without a hold and with one ready to be completed; others' without."""
    here = world.town
    ready = Steps(Api(), here.employee)
    world.ids["hold"] = Theirs(ready.ready((here.honey, 1), method=here.delivery))
    world.ids["ready_checkout"] = Theirs(ready.checkout)
    for who, name in (
        ("employee", "checkout"),
        ("colleague", "colleague_checkout"),
        ("other_employee", "other_checkout"),
    ):
        cart = Steps(Api(), world.people[who])
        cart.create((here.honey, 1))
        cart.deliver(here.delivery)
        world.ids[name] = (Theirs if who == "employee" else str)(cart.checkout)
    world.ids["variant"] = gid("ProductVariant", here.honey.pk)


def _fund(world: World) -> None:
    here, people = world.town, world.people
    of = here.fund
    funds.regulation(of, valid_from=date(2020, 1, 1))
    funds.gift(of, 500_000)
    by = funds.Committee(
        fund=of,
        chair=funds.person((Role.COMMITTEE_CHAIR, of.organisation), name="Chiara"),
        members=[funds.person((Role.COMMITTEE_MEMBER, of.organisation), name=n) for n in "MN"],
        treasurer=funds.person((Role.TREASURER, of.organisation), name="Tea"),
        applicant=here.employee,
        company=here.company.organisation,
    )
    LevyPledge.objects.create(fund=of, user=here.employee, share=True, round_up=False)
    people["committee_chair"], people["treasurer"] = by.chair, by.treasurer
    people["committee_member"] = by.members[0]
    other = funds.organisation(OrganisationKind.FUND, "Fondo di un altro territorio")
    type(of).objects.create(organisation=other)
    for role in (Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR, Role.TREASURER):
        people[f"other_{role.value}"] = funds.person((role, other))
    examined = funds.submitted(by)
    work.fund_request_review_start(actor=funds.actor(by.chair), request_id=examined.pk)
    for state, request in (
        ("draft", funds.drafted(by)),
        ("submitted", funds.submitted(by)),
        ("examined", examined),
        ("voted", funds.voted(by)),
        ("approved", funds.approved(by)),
    ):
        world.theirs(f"{state}_request", "FundRequest", request.pk)


def _plans(world: World) -> None:
    """The SFA's tasks of the orders, given to somebody."""
    mine, people = world.town.more["sfa"], world.people
    # Its time is over, so that there is something that nobody can be given.
    sfa.task(mine.service, now=timezone.now() - timedelta(days=30))
    service_plan(service_id=mine.pk)
    given = Assignment.objects.select_related("trainee__user", "tutor__user").order_by("pk").first()
    assert given is not None
    people["trainee"], people["tutor"] = given.trainee.user, given.tutor.user
    (people["other_tutor_here"],) = (t.user for t in mine.tutors if t.pk != given.tutor_id)
    (people["other_trainee_here"],) = (t.user for t in mine.trainees if t.pk != given.trainee_id)
    world.theirs("task", "SfaTask", given.task_id)
    world.theirs("trainee", "Trainee", given.trainee_id)
    world.theirs("tutor", "Tutor", given.tutor_id)
