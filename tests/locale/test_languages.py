"""Who is refused reads it in the language that the browser asks for; Italian where it does not."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from marketplace.api.entities import not_found, to_global
from marketplace.choices import Choices
from marketplace.companies.models import TopUpStatus
from marketplace.people.models import Role
from marketplace.providers.models import ListingStatus
from plugins.ethics_charter.models import Dimension
from plugins.solidarity_fund import levies
from plugins.solidarity_fund.models import AwardStatus, RequestStatus
from tests import shopping
from tests.companies import factories
from tests.companies.test_top_ups import CREATE, asked

# None: no Accept-Language at all, as from a program. French: neither of ours, so the alliance's.
HEADERS = [
    ("it", "it"),
    ("it-IT,it;q=0.9,en;q=0.8", "it"),
    ("en", "en"),
    ("en-GB,en;q=0.9,it;q=0.1", "en"),
    ("fr", "it"),
    (None, "it"),
]


def message_of(answer, mutation):
    """The sentence of the one refusal of a payload."""
    (error,) = answer[mutation]["errors"]
    return error["message"]


@pytest.mark.parametrize(("header", "language"), HEADERS)
def test_an_error_of_a_query(api, db, header, language):
    (error,) = api("{ myMemberships { role } }", language=header)["errors"]
    assert error["extensions"]["code"] == "NOT_SIGNED_IN"
    assert (
        error["message"]
        == {"it": "Per farlo devi accedere.", "en": "Sign in to do this."}[language]
    )


@pytest.mark.parametrize(("header", "language"), HEADERS)
def test_a_refusal_with_amounts_in_it(api, db, header, language):
    company = factories.company()
    answer = api.data(
        CREATE,
        asked(company, amount="0.10", method="CARD"),
        user=factories.manager(company),
        language=header,
    )
    said = message_of(answer, "companyTopUpCreate")
    assert said.startswith({"it": "Con carta o addebito", "en": "By card or direct"}[language])
    assert {"it": "0,50\xa0€", "en": "€0.50"}[language] in said


@pytest.mark.parametrize(
    ("quantity", "it", "en"),
    [
        (2, "Riga 1: di «Jam» ne resta solo 1. Prendine meno.", "only 1 is left. Take fewer."),
        (9, "Riga 1: di «Jam» ne resta solo 1. Prendine meno.", "only 1 is left. Take fewer."),
    ],
)
def test_a_refusal_that_counts(api, town, quantity, it, en):
    jam = shopping.variant(town.dairy, "Jam", 500, warehouse=town.warehouse, stock=1)
    order = shopping.purchase_input("jam-jam-jam", (jam, quantity))
    for language, said in (("it", it), ("en", en)):
        answer = api.data(shopping.PURCHASE, order, user=town.employee, language=language)
        assert message_of(answer, "purchaseCreate").endswith(said)


def test_what_is_left_and_what_is_sold_out_are_different_sentences(api, town):
    """«Only 0 are left» is no sentence."""
    said = []
    for name, stock in (("Jam", 3), ("Oil", 0)):
        one = shopping.variant(town.dairy, name, 500, warehouse=town.warehouse, stock=stock)
        order = shopping.purchase_input(f"{name}-{name}-{name}", (one, 9))
        answer = api.data(shopping.PURCHASE, order, user=town.employee, language="it")
        said.append(message_of(answer, "purchaseCreate"))
    assert said == [
        "Riga 1: di «Jam» ne restano solo 3. Prendine meno.",
        "Riga 1: «Oil» è esaurito. Toglilo dal carrello.",
    ]


def test_what_is_not_found_has_a_name_that_people_use(api, town):
    answer = api(
        "query($id: ID!) { provider(id: $id) { name } }",
        {"id": to_global("Provider", 10**9)},
        user=town.employee,
        language="it",
    )
    assert answer["errors"][0]["message"].startswith("Non troviamo un fornitore con questo id")


def test_a_noun_is_worded_when_it_is_said():
    for language, word in (("it", "una richiesta"), ("en", "a request")):
        with translation.override(language):
            assert word in not_found("FundRequest").message


def test_a_day_in_a_refusal(db):
    with translation.override("it"), pytest.raises(levies.Refusal) as refused:
        levies._read_shares(date(1990, 3, 8))
    assert "8 marzo 1990" in refused.value.message


@pytest.mark.parametrize(
    ("label", "it", "en"),
    [
        (Role.TUTOR, "Educatore", "Tutor"),
        (Role.TRAINEE, "Tirocinante", "Trainee"),
        (Role.OPERATOR, "Soggetto gestore", "Operator"),
        (Dimension.PRODUCT, "Di prodotto: provenienza e modalità di produzione", "Product: "),
        # One word in English, and in Italian the gender of what it is said of.
        (ListingStatus.WITHDRAWN, "Ritirato", "Withdrawn"),
        (RequestStatus.WITHDRAWN, "Ritirata", "Withdrawn"),
        (RequestStatus.PAID, "Pagata", "Paid"),
        (AwardStatus.PAID, "Pagata", "Paid"),
        (TopUpStatus.CANCELLED, "Annullata", "Cancelled"),
    ],
)
def test_labels(label: Choices, it, en):
    with translation.override("it"):
        assert str(label.label) == it
    with translation.override("en"):
        assert str(label.label).startswith(en)


def test_the_letters_keep_words_of_their_own():
    """Their catalogue and this one are read as one: "Paid" over a sum is not a top-up's."""
    with translation.override("it"):
        assert translation.gettext("Paid") == "Pagato"


def test_descriptions_of_the_api_stay_english(api, db):
    ask = '{ __type(name: "WelfareError") { description fields { name description } } }'
    italian, english = (api.data(ask, language=one)["__type"] for one in ("it", "en"))
    assert italian == english
    assert italian["description"] == "One refusal of a mutation."
