"""What the room stores, by subject: who works where, what a company may give, what it paid in."""

from marketplace.companies.models.allocations import Allocation, AllocationLine, Revocation
from marketplace.companies.models.budgets import PlanBudget
from marketplace.companies.models.people import Company, Employment, StaffCategory
from marketplace.companies.models.plans import (
    BenefitCategory,
    LapseTo,
    PlanSource,
    WelfarePlan,
)
from marketplace.companies.models.top_ups import (
    FindingCode,
    TopUp,
    TopUpFinding,
    TopUpMethod,
    TopUpStatus,
)

__all__ = [
    "Allocation",
    "AllocationLine",
    "BenefitCategory",
    "Company",
    "Employment",
    "FindingCode",
    "LapseTo",
    "PlanBudget",
    "PlanSource",
    "Revocation",
    "StaffCategory",
    "TopUp",
    "TopUpFinding",
    "TopUpMethod",
    "TopUpStatus",
    "WelfarePlan",
]
