"""Words, ages and ways of working to begin with: rows that a service changes as it needs."""

from datetime import date

from django.db import migrations

ABILITIES = [
    ("pack_goods", "Confeziona prodotti", "Packs goods"),
    ("read_labels", "Legge etichette e indirizzi", "Reads labels and addresses"),
    ("weigh_portions", "Pesa e porziona", "Weighs and portions"),
    ("food_hygiene", "Rispetta l'igiene degli alimenti", "Keeps food hygiene"),
    ("meet_people", "Consegna a una persona", "Hands over to a person"),
    ("find_the_way", "Si orienta sul territorio", "Finds the way"),
]

LIMITS = [
    ("max_5_kg", "Non solleva più di 5 kg", "Lifts no more than 5 kg"),
    ("no_stairs", "Non fa scale", "No stairs"),
    ("no_cold_chain", "Non maneggia prodotti refrigerati", "No chilled goods"),
    ("no_sharp_tools", "Non usa attrezzi taglienti", "No sharp tools"),
    ("no_traffic", "Non cammina lungo strade trafficate", "No walking along busy roads"),
    ("needs_public_transport", "Solo luoghi serviti dai mezzi", "Only where a bus or train goes"),
]

TEMPLATES = [
    {
        "kind": "packing",
        "name_it": "Preparazione di un ordine",
        "name_en": "Packing an order",
        "minutes_once": 10,
        "minutes_per_unit": 10,
        "minutes_most": 120,
        "opens_after_hours": 0,
        "closes_after_hours": 96,
        "abilities": ["pack_goods", "read_labels"],
        "conflicts": [],
    },
    {
        # It opens when packing closes: nothing is delivered before it is packed.
        "kind": "delivery",
        "name_it": "Consegna di un ordine",
        "name_en": "Delivering an order",
        "minutes_once": 30,
        "minutes_per_unit": 5,
        "minutes_most": 90,
        "opens_after_hours": 96,
        "closes_after_hours": 192,
        "abilities": ["meet_people", "find_the_way"],
        "conflicts": ["no_traffic"],
    },
]


def load(apps, schema_editor):
    """Insert every row; the tables are new and empty."""
    models = {m: apps.get_model("sfa_logistics", m) for m in ("Ability", "Limit", "AgeRule")}
    for model, words in (("Ability", ABILITIES), ("Limit", LIMITS)):
        for code, name_it, name_en in words:
            models[model].objects.create(code=code, name_it=name_it, name_en=name_en)
    models["AgeRule"].objects.create(
        from_age=16,
        to_age=35,
        valid_from=date(2008, 6, 13),
        source="Regione Lombardia, d.g.r. VIII/7433 of 13 June 2008",
    )
    for facts in TEMPLATES:
        _template(apps, dict(facts))


def _template(apps, facts):
    abilities, conflicts = facts.pop("abilities"), facts.pop("conflicts")
    template = apps.get_model("sfa_logistics", "TaskTemplate").objects.create(
        valid_from=date(2020, 1, 1), **facts
    )
    ability, limit = (apps.get_model("sfa_logistics", m) for m in ("Ability", "Limit"))
    template.abilities.set(ability.objects.filter(code__in=abilities))
    template.conflicts.set(limit.objects.filter(code__in=conflicts))


class Migration(migrations.Migration):
    dependencies = [("sfa_logistics", "0002_assignment_guard")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
