"""The letters of art. 51 TUIR as they stand: rows, to be edited as data when the law changes."""

from datetime import date

from django.db import migrations

# code, Italian, English, legal source, what the source demands, in force from
ROWS = [
    (
        "f",
        "Istruzione, ricreazione, assistenza sociale e sanitaria, culto",
        "Education, recreation, social and health care, worship",
        "TUIR art. 51 c. 2 lett. f), con art. 100",
        "Offered to all staff or to categories, never to named individuals; paid directly to the "
        "provider, no reimbursement.",
        date(2016, 1, 1),
    ),
    (
        "f-bis",
        "Scuola, mensa e centri estivi dei familiari",
        "School, canteen and summer camps of relatives",
        "TUIR art. 51 c. 2 lett. f-bis); familiari: art. 12",
        "For relatives, not for the employee; voucher, direct payment or documented reimbursement.",
        date(2016, 1, 1),
    ),
    (
        "f-ter",
        "Assistenza a familiari anziani o non autosufficienti",
        "Care of elderly and dependent relatives",
        "TUIR art. 51 c. 2 lett. f-ter); familiari: art. 12",
        "For relatives from 75 years of age, or with a certificate; reimbursement allowed.",
        date(2016, 1, 1),
    ),
    (
        "f-quater",
        "Assicurazioni per non autosufficienza e malattie gravi",
        "Long-term care and dread disease insurance",
        "TUIR art. 51 c. 2 lett. f-quater)",
        "The premium is paid by the employer only; no reimbursement.",
        date(2017, 1, 1),
    ),
    (
        "d-bis",
        "Abbonamenti al trasporto pubblico",
        "Public transport season tickets",
        "TUIR art. 51 c. 2 lett. d-bis)",
        "Season tickets only, for the employee or dependants; reimbursement allowed.",
        date(2018, 1, 1),
    ),
    (
        "c3",
        "Beni e servizi entro la soglia annua (fringe benefit)",
        "Goods and services within the yearly threshold (fringe benefits)",
        "TUIR art. 51 c. 3",
        "Counts benefits given elsewhere too; one euro over the year's threshold and the whole "
        "amount is taxed.",
        date(2016, 1, 1),
    ),
    (
        "c3-bis",
        "Voucher welfare nominativi",
        "Nominative welfare vouchers",
        "TUIR art. 51 c. 3-bis; DM 25.3.2016 art. 6",
        "In the real user's name; not transferable, no cash value, no top-up by the holder, one "
        "good or service each; cumulative vouchers only within the threshold of c. 3.",
        date(2016, 3, 25),
    ),
]


def insert(apps, schema_editor):
    category = apps.get_model("companies", "BenefitCategory")
    category.objects.bulk_create(
        category(
            code=code,
            name_it=name_it,
            name_en=name_en,
            legal_source=legal_source,
            note=note,
            position=position,
            valid_from=valid_from,
        )
        for position, (code, name_it, name_en, legal_source, note, valid_from) in enumerate(ROWS, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("companies", "0002_stripe_event_append_only")]

    operations = [migrations.RunPython(insert, migrations.RunPython.noop)]
