"""Each operation of ours with real arguments: who rightly sends them, and who must not get on.

``operations_with_real_ids()`` is the table that two suites walk: ``test_other_organisations.py``
sends each call as a stranger, ``test_bad_input.py`` spoils its arguments one by one. An operation
that is missing here fails both.
"""

from __future__ import annotations

import binascii
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from graphql_relay import from_global_id, to_global_id

from tests.api.operations import document, root_fields, selection
from tests.api.world import Theirs, World
from tests.shopping import ADDRESS

Given = Callable[[World], dict[str, Any]]
REFUSED = frozenset({"NOT_FOUND", "PERMISSION_DENIED", "NOT_SIGNED_IN"})
UNKNOWN_KEY = 2_000_000_000


@dataclass(frozen=True)
class Call:
    """One way to call an operation.

    ``rightful`` and ``strangers`` are keys of ``World.people``. ``refused_with``: the codes that
    say no to a stranger; None where the stranger is let in and must see nothing of A's.
    """

    operation: str
    rightful: str
    given: Given
    strangers: tuple[str, ...] = ()
    refused_with: frozenset[str] | None = REFUSED
    looks_unknown: bool = True

    @property
    def kind(self) -> str:
        return "mutation" if self.operation in root_fields("mutation") else "query"

    def document(self, variables: dict[str, Any], depth: int = 2) -> str:
        type_ = root_fields(self.kind)[self.operation].type
        return document(self.kind, self.operation, variables, selection(type_, depth))


def _call(
    operation: str,
    rightful: str,
    given: Given | None = None,
    *strangers: str,
    codes: str = "",
    **more: Any,
) -> Call:
    if codes:
        more["refused_with"] = frozenset(codes.split())
    return Call(operation, rightful, given or (lambda _world: {}), strangers, **more)


def _list(operation: str, rightful: str, *strangers: str, given: Given | None = None) -> Call:
    """A list in pages: a stranger is let in and finds nothing of A's."""

    def paged(world: World) -> dict[str, Any]:
        return {"first": 100, **(given(world) if given else {})}

    return Call(operation, rightful, paged, strangers, refused_with=None)


def _of(name: str, argument: str = "id", /, **more: Any) -> Given:
    """One id of A's, and what else the operation wants."""
    return lambda world: {argument: world[name], **more}


def _day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def unknown(gid: str) -> str:
    """An id of the same type that nobody has; for what is no id, words that name nothing."""
    try:
        kind, key = from_global_id(gid)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "nothing-like-this"
    return to_global_id(kind, UNKNOWN_KEY if key.isdecimal() else uuid.uuid4())


def as_unknown(given: Any) -> Any:
    """The same arguments with ids that nobody has in place of A's."""
    if isinstance(given, dict):
        return {name: as_unknown(value) for name, value in given.items()}
    if isinstance(given, list):
        return [as_unknown(value) for value in given]
    return unknown(given) if isinstance(given, Theirs) else given


# What anybody may read, and what is made for oneself: no argument names anybody's object.
TAKES_NOTHING_OF_ANYBODY = frozenset(
    {
        "benefitCategories",
        "charter",
        "charterVersions",
        "comuni",
        "comuniNear",
        "fund",
        "fundRegulation",
        "fundRequestCreate",
        "fundRequestPrecheck",
        "fundTransparency",
        "levyPledgeSet",
        "listings",
        "provider",
        "providers",
        "sfaVocabulary",
        "trainingServiceCreate",
        "trainingServices",
    }
)


def operations_with_real_ids() -> list[Call]:
    """Every operation, those with arguments of A's at least once with a stranger."""
    return [
        *_company_calls(),
        *_provider_calls(),
        *_shop_calls(),
        *_fund_calls(),
        *_sfa_calls(),
        *_operator_calls(),
        *_calls_of_anybody(),
    ]


MANAGER, OTHER_MANAGER = "company_manager", "other_company_manager"


def _company_calls() -> list[Call]:
    return [
        _list("allocations", MANAGER, OTHER_MANAGER, given=_of("company", "companyId")),
        _list("allocations", MANAGER, OTHER_MANAGER),
        _call("budget", MANAGER, _of("company", "companyId"), OTHER_MANAGER, "employee"),
        _call("company", MANAGER, _of("company"), OTHER_MANAGER, "employee"),
        _call(
            "companyTopUpCreate",
            MANAGER,
            _of(
                "company",
                "companyId",
                amount="100.00",
                method="BANK_TRANSFER",
                idempotencyKey="key-of-a-top-up",
            ),
            OTHER_MANAGER,
            "employee",
        ),
        _call("companyTopUpRefresh", MANAGER, _of("top_up"), OTHER_MANAGER),
        _call("creditAllocate", MANAGER, _credit_lines("plan"), OTHER_MANAGER),
        _call("creditAllocate", MANAGER, _credit_for_all, OTHER_MANAGER),
        # A plan of one's own does not open another company's staff.
        _call(
            "creditAllocate",
            "",
            _credit_lines("other_plan"),
            OTHER_MANAGER,
            codes="EMPLOYMENT_NOT_FOUND",
        ),
        _call("creditRevoke", MANAGER, _of("allocation_line", "allocationLineId"), OTHER_MANAGER),
        _call("employmentCreate", MANAGER, _hired("company"), OTHER_MANAGER),
        _call(
            "employmentCreate",
            "",
            _hired("other_company"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        _call("employmentEnd", MANAGER, _of("employment", until=_day(30)), OTHER_MANAGER),
        _call("employmentUpdate", MANAGER, _changed("employment"), OTHER_MANAGER),
        _call(
            "employmentUpdate",
            "",
            _changed("other_employment"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        _list("employments", MANAGER, OTHER_MANAGER),
        _list("employments", MANAGER, OTHER_MANAGER, given=_of("company", "companyId")),
        _list("employments", "employee", "colleague", "other_employee"),
        _call("myCompany", MANAGER, None, OTHER_MANAGER, "other_employee", refused_with=None),
        _call("planCreate", MANAGER, _plan("companyId", "company"), OTHER_MANAGER),
        _call(
            "planCreate",
            "",
            _plan("companyId", "other_company"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        _call("planUpdate", MANAGER, _plan("id", "plan"), OTHER_MANAGER),
        _call(
            "planUpdate",
            "",
            _plan("id", "other_plan"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        _call(
            "staffCategoryCreate",
            MANAGER,
            _of("company", "companyId", name="Impiegati"),
            OTHER_MANAGER,
        ),
        _list("topUps", MANAGER, OTHER_MANAGER, given=_of("company", "companyId")),
        _list("topUps", MANAGER, OTHER_MANAGER),
        _list("welfarePlans", MANAGER, OTHER_MANAGER, "other_employee"),
        _list("welfarePlans", "employee", "outsider", given=_of("company", "companyId")),
    ]


def _credit_lines(plan: str) -> Given:
    return lambda world: {
        "planId": world[plan],
        "lines": [{"employmentId": world["employment"], "amount": "1.00"}],
        "idempotencyKey": "key-of-credit",
    }


def _credit_for_all(world: World) -> dict[str, Any]:
    return {"planId": world["plan"], "amountEach": "1.00", "idempotencyKey": "key-of-credit"}


def _hired(company: str) -> Given:
    return lambda world: {
        "companyId": world[company],
        "email": "newcomer@example.com",
        "firstName": "Nora",
        "lastName": "Nuova",
        "since": _day(0),
        "staffCategoryId": world["staff_category"],
        "comuneId": world["comune"],
        "payrollNumber": "M-1",
    }


def _changed(employment: str) -> Given:
    return lambda world: {
        "id": world[employment],
        "input": {
            "staffCategoryId": world["staff_category"],
            "comuneId": world["comune"],
            "payrollNumber": "M-2",
        },
    }


def _plan(argument: str, name: str) -> Given:
    return lambda world: {
        argument: world[name],
        "input": {
            "name": "Another plan",
            "source": "CONTRACT",
            "sourceReference": "CCNL 2024",
            "categories": ["f"],
            "staffCategoryId": world["staff_category"],
            "creditMonths": 6,
            "refundGraceDays": 10,
            "lapseTo": "FUND",
            "validFrom": _day(0),
            "validUntil": _day(100),
        },
    }


MAKER, OTHER_MAKER = "provider_manager", "other_provider_manager"


def _provider_calls() -> list[Call]:
    steps = ("providerOrderAccept", "provider_order"), ("providerOrderReady", "accepted_order")
    return [
        _call(
            "charterSign",
            MAKER,
            lambda world: {"provider": world["unsigned"], "textHash": world["charter"]},
            OTHER_MAKER,
        ),
        _call("evidenceAdd", MAKER, _evidence, OTHER_MAKER),
        # A draft is its provider's own affair; what is published is everybody's.
        _call("listing", MAKER, _of("draft"), OTHER_MAKER, "employee", "nobody"),
        _call("listingCreate", MAKER, _listing, OTHER_MAKER),
        _call("listingPublish", MAKER, _of("draft"), OTHER_MAKER),
        _call("listingStockSet", MAKER, _of("listing", quantity=5), OTHER_MAKER),
        _call(
            "listingUpdate",
            MAKER,
            lambda world: {"id": world["listing"], "input": _listing_facts(world)},
            OTHER_MAKER,
        ),
        _call("listingWithdraw", MAKER, _of("listing"), OTHER_MAKER),
        _list("myListings", MAKER, OTHER_MAKER),
        _list("myListings", MAKER, OTHER_MAKER, given=lambda _world: {"status": "draft"}),
        _list("myProviderOrders", MAKER, OTHER_MAKER),
        _list("myProviderOrders", MAKER, OTHER_MAKER, given=lambda _world: {"status": "accepted"}),
        _list("providerAdhesions", MAKER, OTHER_MAKER),
        _list("providerAdhesions", MAKER, OTHER_MAKER, given=_of("provider", "provider")),
        *(_call(step, MAKER, _of(order), OTHER_MAKER) for step, order in steps),
        _call("providerOrderComplete", MAKER, _of("accepted_order"), OTHER_MAKER),
        _call("providerOrderRefuse", MAKER, _of("provider_order", why="Sold out"), OTHER_MAKER),
    ]


def _evidence(world: World) -> dict[str, Any]:
    return {
        "adhesion": world["adhesion"],
        "clause": world["clause"],
        "description": "Another certificate",
        "documentReference": "CERT 2",
    }


def _listing_facts(world: World) -> dict[str, Any]:
    return {
        "name": "Chestnut honey",
        "description": "Dark and bitter",
        "price": "9.50",
        "category": "f",
        "needsPacking": True,
        "needsDelivery": True,
        "madeBySfa": False,
        "provenance": "Val Cavallina",
        "productionMethod": "By hand",
        "productionComune": world["comune"],
        "vatVoucherKind": "multi_purpose",
    }


def _listing(world: World) -> dict[str, Any]:
    more = {"provider": world["provider"], "isService": False, "stock": 3}
    return {"input": {**_listing_facts(world), **more}}


def _shop_calls() -> list[Call]:
    strangers = ("colleague", "other_employee")
    return [
        # The id of a checkout is a secret in Saleor: who knows it may read it, and no more.
        _call(
            "checkoutComplete",
            "employee",
            _of("ready_checkout", "checkoutId"),
            *strangers,
            "nobody",
            codes="HOLD_OF_ANOTHER PAYMENT_ERROR",
            looks_unknown=False,
        ),
        _call("myPurchase", "employee", _of("order_number", "orderNumber"), *strangers, MANAGER),
        _list("myPurchases", "employee", *strangers, MANAGER),
        _call("myWallets", "employee", None, *strangers, MANAGER, refused_with=None),
        _call(
            "orderLevy",
            "employee",
            _of("order", "orderId"),
            *strangers,
            MANAGER,
            refused_with=None,
        ),
        _call(
            "orderTasks",
            "employee",
            _of("order", "order"),
            *strangers,
            MANAGER,
            OTHER_MAKER,
            refused_with=None,
        ),
        _call("purchaseCreate", "employee", _purchase, *strangers),
        _call(
            "walletHoldCreate",
            "employee",
            lambda world: {"checkoutId": world["checkout"], "walletId": world["wallet"]},
            *strangers,
        ),
        _call("walletHoldCreate", "employee", _of("checkout", "checkoutId"), *strangers),
        *(
            _call("walletHoldCreate", "", _own_cart_with_their_wallet(cart), who)
            for cart, who in (
                ("colleague_checkout", "colleague"),
                ("other_checkout", "other_employee"),
            )
        ),
        _call("walletHoldRelease", "employee", _of("hold", "token"), *strangers),
    ]


def _own_cart_with_their_wallet(cart: str) -> Given:
    return lambda world: {"checkoutId": world[cart], "walletId": world["wallet"]}


def _purchase(world: World) -> dict[str, Any]:
    return {
        "input": {
            "idempotencyKey": "key-of-a-purchase",
            "lines": [{"variantId": world["variant"], "quantity": 1}],
            "deliveryMethod": "sfa_delivery",
            "address": {**ADDRESS, "phone": "035 123456"},
            "walletId": world["wallet"],
            "note": "Ring twice",
        }
    }


CHAIR, OTHER_CHAIR = "committee_chair", "other_committee_chair"
MEMBER, OTHER_MEMBER = "committee_member", "other_committee_member"


def _fund_calls() -> list[Call]:
    everybody_else = ("colleague", "other_employee", MANAGER, "treasurer", OTHER_CHAIR)
    return [
        _call("awardPay", "treasurer", _of("approved_request"), "other_treasurer"),
        _call("conflictDeclare", MEMBER, _of("submitted_request"), OTHER_MEMBER),
        _list("fundAwards", "treasurer", "other_treasurer"),
        _call(
            "fundMinutes",
            MEMBER,
            _of("voted_request", "request", first=10),
            OTHER_MEMBER,
            OTHER_CHAIR,
        ),
        _call("fundRequestDecide", CHAIR, _decision, OTHER_CHAIR),
        # Nobody but who asks sees a draft; the committee sees what is submitted.
        _call("fundRequestFile", "employee", _of("draft_request"), *everybody_else, MEMBER),
        _call("fundRequestFile", MEMBER, _of("submitted_request"), *everybody_else),
        _call("fundRequestReviewStart", MEMBER, _of("submitted_request"), OTHER_MEMBER),
        _call("fundRequestSubmit", "employee", _of("draft_request"), "colleague", "other_employee"),
        _call("fundRequestVote", MEMBER, _of("examined_request", value="FOR"), OTHER_MEMBER),
        _call("fundRequestWithdraw", "employee", _of("submitted_request"), *everybody_else, CHAIR),
        _list("fundRequests", CHAIR, OTHER_CHAIR, OTHER_MEMBER),
        _call("levyPolicyCreate", CHAIR, _levy_policy, OTHER_CHAIR, looks_unknown=False),
        _list("myFundRequests", "employee", "colleague", "other_employee", CHAIR),
        _call("myLevyPledge", "employee", None, "colleague", refused_with=None),
    ]


def _decision(world: World) -> dict[str, Any]:
    return {"id": world["voted_request"], "amount": "400.00", "motivation": "As the rules advise"}


def _levy_policy(_world: World) -> dict[str, Any]:
    return {
        "input": {
            "providerBps": 300,
            "companyBps": 100,
            "employeeBps": 50,
            "employeeRoundUp": True,
            "validFrom": _day(10),
            "validUntil": _day(400),
        }
    }


COORDINATOR, OTHER_COORDINATOR = "sfa_coordinator", "other_sfa_coordinator"


def _sfa_calls() -> list[Call]:
    return [
        _call("availabilitySet", COORDINATOR, _hours("trainee"), OTHER_COORDINATOR),
        _call("availabilitySet", COORDINATOR, _hours("tutor"), OTHER_COORDINATOR),
        _list("myTasks", "tutor", "other_tutor", "other_tutor_here", "other_trainee"),
        _list("myTasks", "trainee", "other_trainee", "other_trainee_here", "other_tutor"),
        _list("sfaTasks", COORDINATOR, OTHER_COORDINATOR, "operator"),
        _list(
            "sfaTasks",
            COORDINATOR,
            OTHER_COORDINATOR,
            given=lambda _world: {"status": "assigned"},
        ),
        _list("sfaTrainees", COORDINATOR, OTHER_COORDINATOR),
        _list("sfaTutors", COORDINATOR, OTHER_COORDINATOR),
        _call("taskCancel", COORDINATOR, _of("task"), OTHER_COORDINATOR),
        _call("taskComplete", COORDINATOR, _of("task"), OTHER_COORDINATOR),
        _call("taskComplete", "tutor", _of("task"), "other_tutor", "other_tutor_here"),
        _call("taskReassign", COORDINATOR, _of("task"), OTHER_COORDINATOR),
        _call("taskReassign", "tutor", _of("task"), "other_tutor", "other_tutor_here"),
        _call("tasksAssign", COORDINATOR, _of("service", "service"), OTHER_COORDINATOR),
        _call(
            "traineeCreate",
            COORDINATOR,
            lambda world: {"service": world["service"], "input": _trainee_facts(world)},
            OTHER_COORDINATOR,
        ),
        _call("traineeFile", COORDINATOR, _of("trainee", why="Yearly talk"), OTHER_COORDINATOR),
        _call(
            "traineeUpdate",
            COORDINATOR,
            lambda world: {"id": world["trainee"], "input": _trainee_facts(world, email="")},
            OTHER_COORDINATOR,
        ),
        _call(
            "trainingServiceServe",
            COORDINATOR,
            _of("service", "service", km=10.0),
            OTHER_COORDINATOR,
        ),
        _call(
            "tutorCreate",
            COORDINATOR,
            _of(
                "service",
                "service",
                email="passer-by@example.com",
                traineesAtOnce=2,
                since=_day(0),
            ),
            OTHER_COORDINATOR,
        ),
        _call(
            "tutorUpdate",
            COORDINATOR,
            _of("tutor", traineesAtOnce=3, until=_day(50)),
            OTHER_COORDINATOR,
        ),
        _call("unassignedReasons", COORDINATOR, None, OTHER_COORDINATOR, refused_with=None),
    ]


def _hours(whose: str) -> Given:
    return lambda world: {
        whose: world[whose],
        "slots": [{"weekday": 0, "starts": "09:00", "ends": "12:30"}],
    }


def _trainee_facts(world: World, email: str = "passer-by@example.com") -> dict[str, Any]:
    facts = {
        "firstName": "Luca",
        "bornOn": "2004-05-06",
        "projectSince": _day(-10),
        "projectUntil": _day(300),
        "weeklyMinutes": 300,
        "abilities": [world["ability"]],
        "limits": [world["limit"]],
        "notes": "Likes the mornings",
    }
    return {**facts, "email": email} if email else facts


def _operator_calls() -> list[Call]:
    """What operators do for everybody: those whom it concerns may not do it themselves."""
    return [
        _call("adhesionWithdraw", "operator", _of("adhesion", why="Found out"), MAKER),
        _call(
            "companyTopUpConfirm",
            "operator",
            _of("top_up", paidOn=_day(0), bankReference="CRO 1"),
            MANAGER,
        ),
        _call("evidenceCheck", "operator", _of("evidence"), MAKER),
        _call(
            "ledgerAccountStatement",
            "operator",
            _of("ledger_account", "account", first=10),
            MANAGER,
            "employee",
        ),
        _call("ledgerAccounts", "operator", lambda _world: {"kind": "fund", "first": 10}, CHAIR),
        _call("ledgerVerification", "operator", None, "treasurer"),
        _call("reconcile", "operator", lambda _world: {"since": f"{_day(-1)}T00:00:00"}, MANAGER),
        _call("reconciliationRuns", "operator", lambda _world: {"first": 10}, MANAGER),
        _call("topUpFindings", "operator", lambda _world: {"first": 10}, MANAGER),
    ]


def _calls_of_anybody() -> list[Call]:
    asked = {
        "reason": "health",
        "description": "A treatment that nobody covers",
        "isee": "9000.00",
        "householdSize": 1,
        "amount": "400.00",
    }
    page: Given = lambda _world: {"first": 10}  # noqa: E731
    return [
        _call("benefitCategories", "nobody"),
        _call("charter", "nobody"),
        _call("charterVersions", "nobody", page),
        _call("comuni", "nobody", page),
        _call("comuniNear", "nobody", _of("comune", "comune", km=10.0)),
        _call("fund", "nobody"),
        _call("fundRegulation", "nobody"),
        _call("fundRequestCreate", "employee", lambda _world: {"input": asked}),
        _call("fundRequestPrecheck", "employee", lambda _world: {"input": asked}),
        _call("fundTransparency", "nobody"),
        _call("levyPledgeSet", "employee", lambda _world: {"share": False, "roundUp": False}),
        _call("listings", "nobody", _listing_filter),
        _call("myMemberships", "employee", None, "colleague", MANAGER, refused_with=None),
        _call("provider", "nobody", _of("provider")),
        _call("providers", "nobody", page),
        _call("sfaVocabulary", "tutor"),
        _call(
            "trainingServiceCreate",
            "operator",
            lambda world: {"name": "SFA Nord", "comune": world["comune"], "km": 10.0},
        ),
        _call("trainingServices", "outsider", page),
    ]


def _listing_filter(world: World) -> dict[str, Any]:
    return {
        "first": 10,
        "filter": {
            "category": "f",
            "provider": world["provider"],
            "search": "Honey",
            "madeBySfa": False,
            "isService": False,
            "near": {"comune": world["comune"], "km": 10.0},
        },
    }
