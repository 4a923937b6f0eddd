"""The rules of a Regolamento on a case: arithmetic, and a sentence each."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from marketplace.refusals import Refusal
from plugins.solidarity_fund import regulations
from plugins.solidarity_fund.models import Regulation, Rule
from plugins.solidarity_fund.precheck import Case, examine, share_at, whole_months
from tests.solidarity_fund import factories

SCALE = [(1_000_000, 10_000), (1_500_000, 7_500), (2_500_000, 3_000)]


@pytest.mark.parametrize(
    ("isee", "bps"),
    [
        (0, 10_000),
        (1_000_000, 10_000),
        (1_250_000, 8_750),
        (1_500_000, 7_500),
        (2_000_000, 5_250),
        (2_500_000, 3_000),
        (9_900_000, 3_000),
    ],
)
def test_the_scale_slides_in_straight_lines(isee, bps):
    assert share_at(SCALE, isee) == bps


@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_a_higher_isee_never_gives_more(one, other):
    low, high = sorted((one, other))
    assert 3_000 <= share_at(SCALE, high) <= share_at(SCALE, low) <= 10_000


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2025, 11, 22), date(2026, 11, 22), 12),
        (date(2025, 11, 23), date(2026, 11, 22), 11),
        (date(2026, 11, 22), date(2026, 11, 22), 0),
        (date(2026, 11, 23), date(2026, 11, 22), -1),
    ],
)
def test_whole_months(since, until, months):
    assert whole_months(since, until) == months


@pytest.fixture
def regulation(db):
    return factories.regulation(factories.fund())


def case(**facts):
    return Case(
        **{
            "reason": "health",
            "asked_cents": 40_000,
            "isee_cents": 900_000,
            "household": 1,
            "employed_since": date(2020, 1, 1),
            "given_cents": 0,
            "on": date(2026, 11, 22),
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("facts", "failed", "advised"),
    [
        ({}, [], 40_000),
        ({"isee_cents": 1_500_000}, [], 30_000),
        ({"employed_since": date(2025, 11, 23)}, [Rule.SENIORITY], 0),
        ({"employed_since": None}, [Rule.SENIORITY], 0),
        ({"reason": "holiday"}, [Rule.REASON], 0),
        ({"isee_cents": 2_500_001}, [Rule.ISEE], 0),
        ({"asked_cents": 4_000}, [Rule.LEAST], 0),
        ({"asked_cents": 150_000}, [Rule.MOST], 100_000),
        ({"asked_cents": 150_000, "household": 5}, [], 150_000),
        ({"given_cents": 170_000}, [Rule.YEARLY], 30_000),
        ({"given_cents": 300_000}, [Rule.LEAST, Rule.YEARLY], 0),
    ],
)
def test_each_rule_is_met_or_says_why_not(regulation, facts, failed, advised):
    checked = examine(regulation, case(**facts))
    assert [finding.rule for finding in checked.findings if not finding.passed] == failed
    assert checked.advised_cents == advised
    assert checked.passed == (not failed)
    assert [finding.rule for finding in checked.findings] == list(Rule)
    assert all(finding.sentence and finding.article for finding in checked.findings)


def test_a_finding_names_its_article_and_explains(regulation):
    by_rule = {f.rule: f for f in examine(regulation, case(isee_cents=1_500_000)).findings}
    assert by_rule[Rule.SCALE].article == 5
    assert by_rule[Rule.SCALE].sentence == ("At this ISEE the Fund covers 75% of €400.00: €300.00.")


# The Regolamento itself


def document():
    return json.loads(factories.REGULATION.read_text(encoding="utf-8"))


def test_the_rows_give_the_document_back(regulation):
    assert regulations.regulation_document(regulation) == document()
    assert regulations.document_sha256(document()) == regulation.sha256


def test_loading_again_changes_nothing(regulation):
    again = regulations.regulation_load(
        fund=regulation.fund, path=factories.REGULATION, valid_from=date(2026, 2, 1)
    )
    assert again == regulation
    assert Regulation.objects.count() == 1


def test_another_text_needs_another_version(regulation):
    with pytest.raises(Refusal) as refused:
        factories.regulation(regulation.fund, quorum=3)
    assert refused.value.code == "REGULATION_CHANGED"


def test_a_new_version_ends_the_one_before(regulation):
    second = document()
    second["version"] = 2
    second["parameters"]["quorum"] = 3
    made = regulations.regulation_create(
        fund=regulation.fund, document=second, valid_from=date(2027, 1, 1)
    )
    regulation.refresh_from_db()
    assert regulation.valid_until == date(2026, 12, 31)
    assert made.quorum == 3


def broken(**changes):
    made = document()
    for path, value in changes.items():
        where, _dot, key = path.partition("__")
        if key:
            made[where][int(key) if key.isdecimal() else key] = value
        elif value is None:
            del made[where]
        else:
            made[where] = value
    return made


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"version": "1"},
        {"scale": None},
        {"scale": []},
        {"scale": [{"isee_cents": 0, "share_bps": 10_001}]},
        {"scale": [{"isee_cents": 0, "share_bps": 1}, {"isee_cents": 9, "share_bps": 2}]},
        {"scale": [{"isee_cents": 9, "share_bps": 2}, {"isee_cents": 9, "share_bps": 1}]},
        {"scale": [{"isee_cents": 2_500_001, "share_bps": 2}]},
        {"scale": [{"isee_cents": 1, "share_bps": 2, "more": 1}]},
        {"reasons": []},
        {"articles": []},
        {"articles__0": {"number": 1}},
        {"parameters__quorum": 0},
        {"parameters__quorum": True},
        {"parameters__majority_bps": 10_000},
        {"parameters__least_award_cents": 100_001},
        {"parameters__most_yearly_cents": 99_999},
        {"parameters__credit_months": -1},
        {"parameters__something": 1},
    ],
)
def test_a_document_that_contradicts_itself_is_no_regolamento(db, changes):
    with pytest.raises(Refusal) as refused:
        regulations.regulation_create(
            fund=factories.fund(), document=broken(**changes), valid_from=date(2026, 1, 1)
        )
    assert refused.value.code == "REGULATION_INVALID"
    assert not Regulation.objects.exists()


def test_a_rule_without_its_article_is_refused(db):
    made = document()
    del made["articles"][3]["rule"]
    with pytest.raises(Refusal) as refused:
        regulations.regulation_create(
            fund=factories.fund(), document=made, valid_from=date(2026, 1, 1)
        )
    assert refused.value.code == "REGULATION_INVALID"


def test_the_command_loads_and_says_what_is_wrong(db, tmp_path, capsys):
    factories.fund()
    call_command("regulation_load", str(factories.REGULATION), "--from", "2026-01-01")
    assert "Version 1, in force from 2026-01-01." in capsys.readouterr().out
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("regulation_load", str(tmp_path / "none.json"))
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(CommandError, match="not consistent"):
        call_command("regulation_load", str(tmp_path / "bad.json"))
