"""Where the law lets a card pay, as it stands: rows, to be edited as data when it changes."""

from datetime import date

from django.db import migrations

VOUCHER_SOURCE = "TUIR art. 51 c. 3-bis; DM 25.3.2016 art. 6 c. 1"
VOUCHER = (
    VOUCHER_SOURCE,
    "Si dà con un voucher nominativo, che chi lo riceve non può integrare",
    "It is given as a nominative voucher, which its holder may not top up",
)
LETTERS = ("c3", "c3-bis", "d-bis", "f", "f-bis", "f-ter", "f-quater")

# code, allowed, source, why (Italian, English): given as such, without a voucher
DIRECT = [
    (
        "c3",
        True,
        "TUIR art. 51 c. 3: il valore del bene è al netto di quanto paga il dipendente",
        "Conta solo la parte pagata dall'azienda",
        "Only what the company pays counts",
    ),
    ("c3-bis", False, *VOUCHER),
    (
        "d-bis",
        True,
        "TUIR art. 51 c. 2 lett. d-bis): la spesa può essere rimborsata anche in parte",
        "L'azienda può sostenere anche solo una parte dell'abbonamento",
        "A company may bear a part of the season ticket",
    ),
    (
        "f",
        False,
        "TUIR art. 51 c. 2 lett. f) e art. 100; AdE circ. 28/E/2016 par. 2.1",
        "Lo paga l'azienda direttamente a chi lo offre: il dipendente resta estraneo al rapporto",
        "The company pays it to its provider directly, and the employee has no part in that",
    ),
    (
        "f-bis",
        True,
        "TUIR art. 51 c. 2 lett. f-bis): anche somme, dunque anche una parte della spesa",
        "L'azienda può sostenere anche solo una parte della spesa",
        "A company may bear a part of the expense",
    ),
    (
        "f-ter",
        True,
        "TUIR art. 51 c. 2 lett. f-ter): anche somme, dunque anche una parte della spesa",
        "L'azienda può sostenere anche solo una parte della spesa",
        "A company may bear a part of the expense",
    ),
    (
        "f-quater",
        False,
        "TUIR art. 51 c. 2 lett. f-quater)",
        "Il premio è a carico del solo datore di lavoro",
        "The premium is paid by the employer only",
    ),
]
SINCE = date(2016, 3, 25)


def insert(apps, schema_editor):
    rule = apps.get_model("welfare_cards", "CardRule")
    by_voucher = [(code, True, False, *VOUCHER) for code in LETTERS]
    direct = [(code, False, *rest) for code, *rest in DIRECT]
    rule.objects.bulk_create(
        rule(
            category_code=code,
            by_voucher=voucher,
            allowed=allowed,
            source=source,
            reason_it=reason_it,
            reason_en=reason_en,
            valid_from=SINCE,
        )
        for code, voucher, allowed, source, reason_it, reason_en in by_voucher + direct
    )


class Migration(migrations.Migration):
    dependencies = [("welfare_cards", "0001_split_payment")]

    operations = [migrations.RunPython(insert, migrations.RunPython.noop)]
