"""Regolamento versions: made from a document, held to be consistent, never changed once used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal
from plugins.solidarity_fund.cases import lock_fund
from plugins.solidarity_fund.models import (
    Article,
    Fund,
    Regulation,
    RequestReason,
    Rule,
    ScalePoint,
)

PARAMETERS = (
    "seniority_months",
    "isee_ceiling_cents",
    "least_award_cents",
    "most_award_cents",
    "per_member_cents",
    "most_yearly_cents",
    "quorum",
    "majority_bps",
    "appeal_days",
    "payment_days",
    "credit_months",
)
TEXTS = ("title_it", "title_en", "text_it", "text_en")


def regulation_load(*, fund: Fund, path: Path, valid_from: date) -> Regulation:
    """Make the version that a JSON file describes; the same file again gives the same version.

    Raises:
        Refusal: as :func:`regulation_create`.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise _invalid(f"{path.name}: {wrong}") from wrong
    return regulation_create(fund=fund, document=document, valid_from=valid_from)


@transaction.atomic
def regulation_create(*, fund: Fund, document: Mapping[str, Any], valid_from: date) -> Regulation:
    """Make a version from its document: ``version``, ``parameters``, ``scale``, ``reasons``,
    ``articles``. The open-ended version before it ends the day before.

    Raises:
        Refusal: REGULATION_INVALID, naming what is wrong; REGULATION_CHANGED where the version is
            there with another text; REGULATION_OVERLAP where another covers the day.
    """
    _check(document)
    sha256 = document_sha256(document)
    known = Regulation.objects.filter(fund=fund, version=document["version"]).first()
    if known is not None:
        if known.sha256 != sha256:
            raise Refusal(
                "REGULATION_CHANGED",
                _("Version %(version)s is there already with another text. Raise the version.")
                % {"version": document["version"]},
            )
        return known
    _end_predecessor(fund, valid_from)
    made = Regulation.objects.create(
        fund=fund,
        version=document["version"],
        valid_from=valid_from,
        sha256=sha256,
        **{name: document["parameters"][name] for name in PARAMETERS},
    )
    ScalePoint.objects.bulk_create(ScalePoint(regulation=made, **p) for p in document["scale"])
    RequestReason.objects.bulk_create(
        RequestReason(regulation=made, **reason) for reason in document["reasons"]
    )
    Article.objects.bulk_create(Article(regulation=made, **a) for a in document["articles"])
    return made


def document_sha256(document: Mapping[str, Any]) -> str:
    """The hash of a document, whatever its layout and the order of its keys."""
    plain = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def regulation_document(regulation: Regulation) -> dict[str, Any]:
    """The document that a version was made from, out of its rows."""
    return {
        "version": regulation.version,
        "parameters": {name: getattr(regulation, name) for name in PARAMETERS},
        "scale": list(regulation.scale.values("isee_cents", "share_bps")),
        "reasons": list(regulation.reasons.values("code", "label_it", "label_en")),
        "articles": [
            {name: value for name, value in article.items() if name != "rule" or value}
            for article in regulation.articles.values("number", "rule", *TEXTS)
        ],
    }


def _end_predecessor(fund: Fund, valid_from: date) -> None:
    lock_fund(fund.pk)
    Regulation.objects.filter(
        fund=fund, valid_from__lt=valid_from, valid_until__isnull=True
    ).update(valid_until=valid_from - timedelta(days=1))
    if Regulation.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=valid_from), fund=fund
    ).exists():
        raise Refusal(
            "REGULATION_OVERLAP", _("Another version covers that day. Begin after its last day.")
        )


def _check(document: Mapping[str, Any]) -> None:
    """Everything that the columns cannot say by themselves."""
    try:
        _check_parameters(document["parameters"])
        _check_scale(document["scale"], document["parameters"]["isee_ceiling_cents"])
        _check_reasons(document["reasons"])
        _check_articles(document["articles"])
        version_ok = isinstance(document["version"], int) and document["version"] >= 1
    except (KeyError, TypeError) as missing:
        raise _invalid(f"{missing} is missing or not of its kind") from missing
    if not version_ok:
        raise _invalid("version must be a whole number from 1")


def _check_parameters(parameters: Mapping[str, Any]) -> None:
    for name in PARAMETERS:
        value = parameters[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise _invalid(f"{name} must be a whole number, not below 0")
    if unknown := set(parameters) - set(PARAMETERS):
        raise _invalid(f"unknown parameters: {', '.join(sorted(unknown))}")
    least, most, yearly = (
        parameters[name] for name in ("least_award_cents", "most_award_cents", "most_yearly_cents")
    )
    if not 0 < least <= most <= yearly:
        raise _invalid("awards must satisfy 0 < least <= most <= yearly")
    if parameters["quorum"] < 1 or parameters["credit_months"] < 1:
        raise _invalid("quorum and credit_months must be at least 1")
    if parameters["majority_bps"] >= 10_000:
        raise _invalid("majority_bps must be below 10,000: more than all cannot vote for")


def _check_keys(rows: list[Mapping[str, Any]], *, needed: set[str], may: set[str]) -> None:
    for row in rows:
        if not needed <= set(row) <= needed | may:
            raise _invalid(f"{dict(row)} needs {', '.join(sorted(needed))} and no more")


def _check_scale(scale: list[Mapping[str, int]], ceiling_cents: int) -> None:
    if not scale:
        raise _invalid("the scale needs a point")
    _check_keys(scale, needed={"isee_cents", "share_bps"}, may=set())
    points = [(point["isee_cents"], point["share_bps"]) for point in scale]
    isees, shares = zip(*points, strict=True)
    if list(isees) != sorted(set(isees)) or list(shares) != sorted(shares, reverse=True):
        raise _invalid("the scale must go up in ISEE and not up in share")
    if isees[0] < 0 or isees[-1] > ceiling_cents or not 0 <= shares[-1] <= shares[0] <= 10_000:
        raise _invalid("the scale must lie between 0 and the ISEE ceiling, in shares of the whole")


def _check_reasons(reasons: list[Mapping[str, str]]) -> None:
    _check_keys(reasons, needed={"code", "label_it", "label_en"}, may=set())
    codes = [reason["code"] for reason in reasons]
    if not codes or len(set(codes)) < len(codes):
        raise _invalid("reasons need at least one, each code once")


def _check_articles(articles: list[Mapping[str, Any]]) -> None:
    _check_keys(articles, needed={"number", *TEXTS}, may={"rule"})
    if [article["number"] for article in articles] != list(range(1, len(articles) + 1)):
        raise _invalid("articles must count from 1")
    if any(not article[text] for article in articles for text in TEXTS):
        raise _invalid("an article lacks its title or text in one language")
    rules = sorted(article["rule"] for article in articles if article.get("rule"))
    if rules != sorted(rule.value for rule in Rule):
        raise _invalid("each rule of the pre-check needs its one article")


def _invalid(what: str) -> Refusal:
    return Refusal(
        "REGULATION_INVALID", _("The Regolamento is not consistent: %(what)s.") % {"what": what}
    )
