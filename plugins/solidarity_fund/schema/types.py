"""What a request looks like to who asks and to who decides: under a pseudonym, for both."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import Entity, to_global
from marketplace.api.money import money
from marketplace.shop.graphql import Money
from plugins.solidarity_fund.models import (
    Article,
    Award,
    AwardStatus,
    Decision,
    Event,
    FundRequest,
    Minute,
    Regulation,
    RequestReason,
    RequestStatus,
    VoteValue,
)
from plugins.solidarity_fund.precheck import Finding, Precheck


def _enum(name: str, choices: Any) -> Any:
    return graphene.Enum(name, [(member.name, member.value) for member in choices])


FundRequestStatus = _enum("FundRequestStatus", RequestStatus)
FundVoteValue = _enum("FundVoteValue", VoteValue)
FundAwardStatus = _enum("FundAwardStatus", AwardStatus)
FundMinuteEvent = _enum("FundMinuteEvent", Event)


def _in_language(row: Any, name: str) -> str:
    return getattr(row, f"{name}_en" if get_language() == "en" else f"{name}_it")


class FundRegulationArticle(graphene.ObjectType):
    number = graphene.Int(required=True)
    title = graphene.String(required=True)
    text = graphene.String(required=True)

    @staticmethod
    def resolve_title(root: Article, info: Any) -> str:
        return _in_language(root, "title")

    @staticmethod
    def resolve_text(root: Article, info: Any) -> str:
        return _in_language(root, "text")


class FundRequestReason(graphene.ObjectType):
    """A reason that the Regolamento admits."""

    code = graphene.String(required=True)
    label = graphene.String(required=True)

    @staticmethod
    def resolve_label(root: RequestReason, info: Any) -> str:
        return _in_language(root, "label")


class FundRegulation(Entity):
    """One version of the Fund's Regolamento, in the language of the request."""

    version = graphene.Int(required=True)
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date(description="The last day in force; none where it is open.")
    sha256 = graphene.String(required=True, description="Of the document, in hexadecimal.")
    articles = graphene.List(graphene.NonNull(FundRegulationArticle), required=True)
    reasons = graphene.List(graphene.NonNull(FundRequestReason), required=True)
    least_award = graphene.Field(Money, required=True)
    most_award = graphene.Field(Money, required=True, description="For a household of one.")
    isee_ceiling = graphene.Field(Money, required=True)

    @staticmethod
    def resolve_articles(root: Regulation, info: Any) -> Any:
        return root.articles.all()

    @staticmethod
    def resolve_reasons(root: Regulation, info: Any) -> Any:
        return root.reasons.all()

    @staticmethod
    def resolve_least_award(root: Regulation, info: Any) -> Any:
        return money(root.least_award_cents)

    @staticmethod
    def resolve_most_award(root: Regulation, info: Any) -> Any:
        return money(root.most_award_cents)

    @staticmethod
    def resolve_isee_ceiling(root: Regulation, info: Any) -> Any:
        return money(root.isee_ceiling_cents)


class FundFinding(graphene.ObjectType):
    """What one rule of the Regolamento says of a request."""

    rule = graphene.String(required=True)
    article = graphene.Int(required=True, description="The article that says so.")
    passed = graphene.Boolean(required=True)
    sentence = graphene.String(required=True)


class FundPrecheck(graphene.ObjectType):
    """What the rules say; they advise, the committee decides."""

    passed = graphene.Boolean(required=True, description="Whether every rule is met.")
    advised = graphene.Field(Money, required=True, description="What the rules would award.")
    findings = graphene.List(graphene.NonNull(FundFinding), required=True)

    @classmethod
    def of(cls, checked: Precheck) -> FundPrecheck:
        return cls(
            passed=checked.passed,
            advised=money(checked.advised_cents),
            findings=[_finding(finding) for finding in checked.findings],
        )


def _finding(finding: Finding) -> FundFinding:
    return FundFinding(
        rule=finding.rule,
        article=finding.article,
        passed=finding.passed,
        sentence=finding.sentence,
    )


class FundDecision(graphene.ObjectType):
    """What the votes came to."""

    approved = graphene.Boolean(required=True)
    amount = graphene.Field(Money, required=True)
    votes_for = graphene.Int(required=True)
    votes_against = graphene.Int(required=True)
    abstentions = graphene.Int(required=True)
    decided_at = graphene.DateTime(required=True)

    @staticmethod
    def resolve_amount(root: Decision, info: Any) -> Any:
        return money(root.cents)


class FundRequestType(Entity):
    """A request for help, under its pseudonym; who asks is nowhere in it."""

    class Meta:
        name = "FundRequest"
        noun = _("a request")

    pseudonym = graphene.String(required=True)
    status = FundRequestStatus(required=True)
    reason = graphene.String(
        description="Code of a reason of the Regolamento. Not for who is recused: it may be a "
        "colleague's."
    )
    amount = graphene.Field(Money, description="What is asked. Not for who is recused.")
    regulation_version = graphene.Int(required=True)
    quorum = graphene.Int(required=True, description="Votes that a decision needs.")
    created_at = graphene.DateTime(required=True)
    submitted_at = graphene.DateTime()
    decision = graphene.Field(FundDecision, description="Not for who is recused.")
    votes_cast = graphene.Int(description="For the committee only.")
    my_vote = FundVoteValue(description="For the committee only.")
    recused = graphene.Boolean(description="Whether I take no part. For the committee only.")

    @staticmethod
    def resolve_reason(root: FundRequest, info: Any) -> str | None:
        return None if _is_recused(root) else root.reason

    @staticmethod
    def resolve_amount(root: FundRequest, info: Any) -> Any:
        return None if _is_recused(root) else money(root.asked_cents)

    @staticmethod
    def resolve_regulation_version(root: FundRequest, info: Any) -> int:
        return root.regulation.version

    @staticmethod
    def resolve_quorum(root: FundRequest, info: Any) -> int:
        return root.regulation.quorum

    @staticmethod
    def resolve_decision(root: FundRequest, info: Any) -> Decision | None:
        return None if _is_recused(root) else getattr(root, "decision", None)

    @staticmethod
    def resolve_votes_cast(root: FundRequest, info: Any) -> int | None:
        return getattr(root, "votes_cast", None)

    @staticmethod
    def resolve_my_vote(root: FundRequest, info: Any) -> str | None:
        return getattr(root, "my_vote", None)

    @staticmethod
    def resolve_recused(root: FundRequest, info: Any) -> bool | None:
        return getattr(root, "recused", None)


def _is_recused(request: FundRequest) -> bool:
    """Whoever is recused because of a shared company knows that a colleague asks; no more."""
    return bool(getattr(request, "recused", False))


class FundRequestFile(graphene.ObjectType):
    """A request with what rests encrypted; each opening is logged."""

    request = graphene.Field(FundRequestType, required=True)
    description = graphene.String(required=True)
    household_size = graphene.Int(required=True)
    precheck = graphene.Field(FundPrecheck, required=True)
    motivation = graphene.String(description="The committee's reasons, once decided.")


class FundMinute(Entity):
    """One line of the minutes."""

    at = graphene.DateTime(required=True)
    event = FundMinuteEvent(required=True)
    sentence = graphene.String(required=True)
    by = graphene.String(description="The committee's member or treasurer who did it.")
    amount = graphene.Field(Money, description="Where money was reserved, paid or released.")

    @staticmethod
    def resolve_sentence(root: Minute, info: Any) -> str:
        return str(Event(root.event).label)

    @staticmethod
    def resolve_by(root: Minute, info: Any) -> str | None:
        return None if root.by is None else root.by.get_full_name() or root.by.email

    @staticmethod
    def resolve_amount(root: Minute, info: Any) -> Any:
        return money(root.facts.get("cents"))


class FundAward(Entity):
    """An award to pay, as the treasurer knows it: a pseudonym and an amount."""

    request_id = graphene.ID(required=True, description="What awardPay asks for.")
    pseudonym = graphene.String(required=True)
    amount = graphene.Field(Money, required=True)
    status = FundAwardStatus(required=True)
    pay_until = graphene.Date(required=True)
    paid_at = graphene.DateTime()

    @staticmethod
    def resolve_request_id(root: Award, info: Any) -> str:
        return to_global("FundRequest", root.request_id)

    @staticmethod
    def resolve_pseudonym(root: Award, info: Any) -> str:
        return root.request.pseudonym

    @staticmethod
    def resolve_amount(root: Award, info: Any) -> Any:
        return money(root.cents)
