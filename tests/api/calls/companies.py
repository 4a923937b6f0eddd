"""What company managers do with plans, people and money, and employees see of it."""

from __future__ import annotations

from typing import Any

from tests.api.calls.call import Call, Given, call, day, of, paged
from tests.api.world import World

MANAGER, OTHER_MANAGER = "company_manager", "other_company_manager"


def calls() -> list[Call]:
    return [
        paged("allocations", MANAGER, OTHER_MANAGER, given=of("company", "companyId")),
        paged("allocations", MANAGER, OTHER_MANAGER),
        call("budget", MANAGER, of("company", "companyId"), OTHER_MANAGER, "employee"),
        call("company", MANAGER, of("company"), OTHER_MANAGER, "employee"),
        call(
            "companyTopUpCreate",
            MANAGER,
            of(
                "company",
                "companyId",
                amount="100.00",
                method="BANK_TRANSFER",
                idempotencyKey="key-of-a-top-up",
            ),
            OTHER_MANAGER,
            "employee",
        ),
        call("companyTopUpRefresh", MANAGER, of("top_up"), OTHER_MANAGER),
        call("creditAllocate", MANAGER, _credit_lines("plan"), OTHER_MANAGER),
        call("creditAllocate", MANAGER, _credit_for_all, OTHER_MANAGER),
        # A plan of one's own does not open another company's staff.
        call(
            "creditAllocate",
            "",
            _credit_lines("other_plan"),
            OTHER_MANAGER,
            codes="EMPLOYMENT_NOT_FOUND",
        ),
        call("creditRevoke", MANAGER, of("allocation_line", "allocationLineId"), OTHER_MANAGER),
        call("employmentCreate", MANAGER, _hired("company"), OTHER_MANAGER),
        call(
            "employmentCreate",
            "",
            _hired("other_company"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        call("employmentEnd", MANAGER, of("employment", until=day(30)), OTHER_MANAGER),
        call("employmentUpdate", MANAGER, _changed("employment"), OTHER_MANAGER),
        call(
            "employmentUpdate",
            "",
            _changed("other_employment"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        paged("employments", MANAGER, OTHER_MANAGER),
        paged("employments", MANAGER, OTHER_MANAGER, given=of("company", "companyId")),
        paged("employments", "employee", "colleague", "other_employee"),
        call("myCompany", MANAGER, None, OTHER_MANAGER, "other_employee", refused_with=None),
        call(
            "planBudgetSet",
            MANAGER,
            of("plan", "planId", category="f", limit="100.00", validFrom=day(0)),
            OTHER_MANAGER,
        ),
        call("planCreate", MANAGER, _plan("companyId", "company"), OTHER_MANAGER),
        call(
            "planCreate",
            "",
            _plan("companyId", "other_company"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        call("planUpdate", MANAGER, _plan("id", "plan"), OTHER_MANAGER),
        call(
            "planUpdate",
            "",
            _plan("id", "other_plan"),
            OTHER_MANAGER,
            codes="STAFF_CATEGORY_NOT_FOUND",
        ),
        call(
            "staffCategoryCreate",
            MANAGER,
            of("company", "companyId", name="Impiegati"),
            OTHER_MANAGER,
        ),
        paged("topUps", MANAGER, OTHER_MANAGER, given=of("company", "companyId")),
        paged("topUps", MANAGER, OTHER_MANAGER),
        paged("welfarePlans", MANAGER, OTHER_MANAGER, "other_employee"),
        paged("welfarePlans", "employee", "outsider", given=of("company", "companyId")),
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
        "since": day(0),
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
            "validFrom": day(0),
            "validUntil": day(100),
        },
    }
