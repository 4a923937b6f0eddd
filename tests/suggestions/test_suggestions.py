"""An employee names a provider; who names the same is joined; the operator sees how many."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest

from marketplace.api.entities import to_global
from marketplace.people.actor import actor_of
from marketplace.people.models import Organisation, OrganisationKind, Role
from marketplace.suggestions import services
from marketplace.suggestions.models import Suggestion
from marketplace.suggestions.names import key_of
from marketplace.suggestions.services import MOST_PER_PERSON, provider_suggest
from tests.at_once import all_at_once
from tests.providers import factories as make

SUGGEST = """mutation($input: ProviderSuggestInput!) { providerSuggest(input: $input) {
  voices joined again errors { code field message } } }"""
BY_COMUNE = "{ providerSuggestionsByComune { comune { name } suggestions voices } }"
ALL = """query($comune: ID) { providerSuggestions(first: 50, comune: $comune) { edges { node {
  name voiceCount comune { name } voices { offers why } } } } }"""
MINE = "{ myProviderSuggestions { name offers why comune { name } } }"


def employee(**facts):
    organisation = Organisation.objects.create(kind=OrganisationKind.COMPANY, name="Officine")
    return make.member(organisation.pk, Role.EMPLOYEE, make.user(**facts))


def suggest(api, user, name="Liuteria Bianchi", place=None, **facts):
    place = place or make.comune()
    given = {"name": name, "comune": to_global("Comune", place.pk), "offers": "Violins", **facts}
    return api.data(SUGGEST, {"input": given}, user=user)["providerSuggest"]


def codes(answer):
    return [error["code"] for error in answer["errors"]]


@pytest.mark.django_db
def test_who_says_the_same_is_joined(api):
    first, second, third = employee(), employee(), employee()
    assert suggest(api, first)["voices"] == 1
    for who, name, voices in (
        (second, "liutería BIANCHI s.r.l.", 2),
        (third, "Liutteria Bianchi", 3),
    ):
        answer = suggest(api, who, name)
        assert (answer["voices"], answer["joined"], answer["again"]) == (voices, True, False)
    again = suggest(api, first, "La liuteria Bianchi", offers="Cellos", why="For my daughter")
    assert (again["voices"], again["again"]) == (3, True)
    other = suggest(api, second, place=make.comune("Bossico", 45.83, 10.04))
    assert (other["voices"], other["joined"]) == (1, False)
    mine = api.data(MINE, user=first)["myProviderSuggestions"]
    assert [(one["name"], one["offers"]) for one in mine] == [("Liuteria Bianchi", "Cellos")]


@pytest.mark.django_db
def test_the_operator_sees_how_many_and_not_who(api):
    names = [employee(first_name="Mariangela", last_name="Zanotti") for _n in range(2)]
    for who in names:
        suggest(api, who, why="It is near")
    suggest(api, names[0], "Falegnameria Rota", make.comune("Bossico", 45.83, 10.04))
    operator = make.operator()
    counted = api.data(BY_COMUNE, user=operator)["providerSuggestionsByComune"]
    assert [(c["comune"]["name"], c["suggestions"], c["voices"]) for c in counted] == [
        ("Lovere", 1, 2),
        ("Bossico", 1, 1),
    ]
    edges = api.data(ALL, user=operator)["providerSuggestions"]["edges"]
    assert [edge["node"]["voiceCount"] for edge in edges] == [2, 1]
    assert edges[0]["node"]["voices"] == [{"offers": "Violins", "why": "It is near"}] * 2
    assert "Mariangela" not in str(edges)
    lovere = {"comune": to_global("Comune", make.comune().pk)}
    assert len(api.data(ALL, lovere, user=operator)["providerSuggestions"]["edges"]) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "  "}, "INVALID_NAME"),
        ({"name": "?!"}, "INVALID_NAME"),
        ({"name": "x" * 121}, "INVALID_NAME"),
        ({"offers": " "}, "OFFER_REQUIRED"),
        ({"offers": "x" * 301}, "TEXT_TOO_LONG"),
        ({"why": "x" * 1001}, "TEXT_TOO_LONG"),
        ({"comune": to_global("Comune", 0)}, "NOT_FOUND"),
        ({"comune": "nonsense"}, "INVALID_ID"),
        ({"name": "Il Forno"}, "PROVIDER_ALREADY_HERE"),
    ],
)
def test_bad_input_is_refused(api, given, code):
    make.provider("Forno S.n.c.")
    assert codes(suggest(api, employee(), **given)) == [code]
    assert not Suggestion.objects.exists()


@pytest.mark.django_db
def test_a_person_suggests_a_few(api):
    who = employee()
    different = ["Liuteria", "Falegnameria", "Erboristeria", "Libreria", "Tipografia"]
    for name in different[:MOST_PER_PERSON]:
        assert not suggest(api, who, name)["errors"]
    assert codes(suggest(api, who, "Sartoria")) == ["TOO_MANY_SUGGESTIONS"]
    # New words for an old one are no further one.
    assert suggest(api, who, "Libreria", offers="Books")["again"] is True


def test_what_people_write_in_many_ways_is_one():
    ways = ["Az. Agr. «Il Còlle» di Rossi S.r.l.", "il colle Rossi", "IL COLLE - ROSSI srl"]
    assert {key_of(way) for way in ways} == {"colle rossi"}
    assert key_of("La S.r.l.") == "la srl"


def say_at_once(count):
    place, people = make.comune(), [employee() for _n in range(count)]
    names = ["Liuteria Bianchi", "Liutteria Bianchi"] * count
    return all_at_once(
        *(
            partial(
                provider_suggest,
                actor=actor_of(who),
                name=name,
                comune_id=place.pk,
                offers="Violins",
            )
            for who, name in zip(people, names, strict=False)
        )
    )


def test_who_says_the_same_at_once_is_joined(committed_db):
    assert sorted(done.voices for done in say_at_once(4)) == [1, 2, 3, 4]
    assert Suggestion.objects.count() == 1


def test_without_the_lock_they_would_be_two(committed_db, monkeypatch):
    together = Barrier(2, timeout=30)
    monkeypatch.setattr(services, "_one_at_a_time", lambda *_what: together.wait())
    say_at_once(2)
    assert Suggestion.objects.count() == 2
