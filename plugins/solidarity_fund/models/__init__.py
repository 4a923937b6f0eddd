"""The Fund's tables, one module per subject."""

from plugins.solidarity_fund.models.case import (
    Award,
    AwardStatus,
    Conflict,
    ConflictKind,
    Decision,
    Event,
    FundRequest,
    Minute,
    RequestCounter,
    RequestStatus,
    Review,
    Vote,
    VoteValue,
)
from plugins.solidarity_fund.models.levy import Fund, Levy, LevyPledge, LevyPolicy, LevyReversal
from plugins.solidarity_fund.models.regulation import (
    Article,
    Regulation,
    RequestReason,
    Rule,
    ScalePoint,
)

__all__ = [
    "Article",
    "Award",
    "AwardStatus",
    "Conflict",
    "ConflictKind",
    "Decision",
    "Event",
    "Fund",
    "FundRequest",
    "Levy",
    "LevyPledge",
    "LevyPolicy",
    "LevyReversal",
    "Minute",
    "Regulation",
    "RequestCounter",
    "RequestReason",
    "RequestStatus",
    "Review",
    "Rule",
    "ScalePoint",
    "Vote",
    "VoteValue",
]
