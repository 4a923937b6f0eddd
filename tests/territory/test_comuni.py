"""The comuni of the territory: loading them, and finding those near a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from marketplace.refusals import Refusal
from marketplace.territory.distances import distance_km
from marketplace.territory.models import Ambito, Comune
from marketplace.territory.selectors import comuni, comuni_within
from marketplace.territory.services import comuni_load

CSV = Path(__file__).resolve().parents[2] / "fixtures" / "territory" / "comuni.csv"
HEADER = "ambito,comune,cap,lat,lon\n"

pytestmark = pytest.mark.django_db


def test_load_makes_the_three_ambiti_and_their_comuni_once():
    assert comuni_load(CSV) == (42, 0)
    assert comuni_load(CSV) == (0, 0)
    assert [(a.number, a.name, a.comuni.count()) for a in Ambito.objects.all()] == [
        (5, "Val Cavallina", 20),
        (6, "Basso Sebino", 12),
        (7, "Alto Sebino", 10),
    ]


def test_load_changes_what_the_file_changed_and_keeps_the_rest(tmp_path):
    comuni_load(CSV)
    lovere = Comune.objects.get(name="Lovere")
    other = tmp_path / "comuni.csv"
    other.write_text(HEADER + "7 Alto Sebino,Lovere,24065,45.5,10.07\n", encoding="utf-8")
    assert comuni_load(other) == (0, 1)
    lovere.refresh_from_db()
    assert lovere.lat == 45.5
    assert Comune.objects.count() == 42


@pytest.mark.parametrize(
    "line",
    [
        "Alto Sebino,Lovere,24065,45.8,10.07",
        "7 Alto Sebino,Lovere,2406,45.8,10.07",
        "7 Alto Sebino,Lovere,24065,95,10.07",
        "7 Alto Sebino,Lovere,24065,nan,10.07",
        "7 Alto Sebino,,24065,45.8,10.07",
        "7 Alto Sebino,Lovere,24065",
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(tmp_path, line):
    file = tmp_path / "comuni.csv"
    file.write_text(f"{HEADER}7 Alto Sebino,Castro,24063,45.80,10.07\n{line}\n", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        comuni_load(file)
    assert refused.value.code == "COMUNI_FILE_INVALID"
    assert refused.value.facts == {"line": 3}
    assert not Comune.objects.exists()


def test_command_says_what_it_did_and_what_is_wrong(tmp_path, capsys):
    call_command("comuni_load", str(CSV))
    assert "42 comuni made, 0 changed." in capsys.readouterr().out
    with pytest.raises(CommandError, match="Check the path"):
        call_command("comuni_load", str(tmp_path / "none.csv"))
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("comuni_load", str(wrong))


def test_within_is_what_measuring_each_comune_gives(django_assert_num_queries):
    comuni_load(CSV)
    lovere = Comune.objects.get(name="Lovere")
    measured = {c.name for c in comuni() if distance_km(lovere, c) <= 6}
    with django_assert_num_queries(1):
        near = comuni_within(lovere, km=6)
    assert {n.comune.name for n in near} == measured
    assert near[0].km == 0
    assert [n.km for n in near] == sorted(n.km for n in near)
    assert "Costa Volpino" in measured
    assert "Sarnico" not in measured


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Lovere", "cap": "24065", "lat": 45.8, "lon": 10.0},
        {"name": "Other", "cap": "2406", "lat": 45.8, "lon": 10.0},
        {"name": "Other", "cap": "24065", "lat": 91, "lon": 10.0},
    ],
)
def test_database_refuses_a_comune_twice_or_off_the_map(facts):
    comuni_load(CSV)
    ambito = Ambito.objects.get(number=7)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comune.objects.create(ambito=ambito, **facts)
