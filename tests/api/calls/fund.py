"""What is asked of the Fund, and what its committee and treasurer do."""

from __future__ import annotations

from typing import Any

from tests.api.calls.call import Call, call, day, of, paged
from tests.api.calls.companies import MANAGER
from tests.api.world import World

CHAIR, OTHER_CHAIR = "committee_chair", "other_committee_chair"
MEMBER, OTHER_MEMBER = "committee_member", "other_committee_member"


def calls() -> list[Call]:
    everybody_else = ("colleague", "other_employee", MANAGER, "treasurer", OTHER_CHAIR)
    return [
        call("awardPay", "treasurer", of("approved_request"), "other_treasurer"),
        call("conflictDeclare", MEMBER, of("submitted_request"), OTHER_MEMBER),
        paged("fundAwards", "treasurer", "other_treasurer"),
        call(
            "fundMinutes",
            MEMBER,
            of("voted_request", "request", first=10),
            OTHER_MEMBER,
            OTHER_CHAIR,
        ),
        call("fundRequestDecide", CHAIR, _decision, OTHER_CHAIR),
        # Nobody but who asks sees a draft; the committee sees what is submitted.
        call("fundRequestFile", "employee", of("draft_request"), *everybody_else, MEMBER),
        call("fundRequestFile", MEMBER, of("submitted_request"), *everybody_else),
        call("fundRequestReviewStart", MEMBER, of("submitted_request"), OTHER_MEMBER),
        call("fundRequestSubmit", "employee", of("draft_request"), "colleague", "other_employee"),
        call("fundRequestVote", MEMBER, of("examined_request", value="FOR"), OTHER_MEMBER),
        call("fundRequestWithdraw", "employee", of("submitted_request"), *everybody_else, CHAIR),
        paged("fundRequests", CHAIR, OTHER_CHAIR, OTHER_MEMBER),
        call("levyPolicyCreate", CHAIR, _levy_policy, OTHER_CHAIR, looks_unknown=False),
        paged("myFundRequests", "employee", "colleague", "other_employee", CHAIR),
        call("myLevyPledge", "employee", None, "colleague", refused_with=None),
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
            "validFrom": day(10),
            "validUntil": day(400),
        }
    }
