from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal
from marketplace.territory.models import Ambito, Comune

COLUMNS = ("ambito", "comune", "cap", "lat", "lon")


class Loaded(NamedTuple):
    """How many comuni a load made and how many it changed."""

    created: int
    changed: int


class _Row(NamedTuple):
    ambito_number: int
    ambito_name: str
    name: str
    cap: str
    lat: float
    lon: float


def comuni_load(csv_path: Path) -> Loaded:
    """Load ambiti and comuni from a CSV with the columns ambito ("5 Val Cavallina"), comune, cap,
    lat, lon. Idempotent: the same file again changes nothing; a comune that the file no longer
    names stays, because organisations may stand in it.

    Raises:
        Refusal: COMUNI_FILE_INVALID, naming the line; nothing is loaded then.
    """
    rows = _read(csv_path)
    with transaction.atomic():
        ambiti = _ambiti_save(rows)
        return _comuni_save(rows, ambiti)


def _read(csv_path: Path) -> list[_Row]:
    with csv_path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise Refusal(
                "COMUNI_FILE_INVALID",
                _("The first line must name the columns %(columns)s.")
                % {"columns": ", ".join(COLUMNS)},
            )
        return [_row(number, raw) for number, raw in enumerate(reader, start=2)]


def _row(number: int, raw: dict[str, str]) -> _Row:
    try:
        ambito_number, ambito_name = raw["ambito"].split(" ", 1)
        row = _Row(
            int(ambito_number),
            ambito_name.strip(),
            raw["comune"].strip(),
            raw["cap"].strip(),
            float(raw["lat"]),
            float(raw["lon"]),
        )
    except (ValueError, AttributeError, TypeError) as wrong:
        raise _invalid(number) from wrong
    on_globe = -90 <= row.lat <= 90 and -180 <= row.lon <= 180
    cap_ok = len(row.cap) == 5 and row.cap.isascii() and row.cap.isdigit()
    if not (row.name and row.ambito_name and on_globe and cap_ok):
        raise _invalid(number)
    return row


def _invalid(number: int) -> Refusal:
    return Refusal(
        "COMUNI_FILE_INVALID",
        _(
            "Line %(line)s is not a comune: write ambito number and name, name, five-digit CAP, "
            "latitude and longitude in degrees."
        )
        % {"line": number},
        line=number,
    )


def _ambiti_save(rows: list[_Row]) -> dict[int, Ambito]:
    names = {row.ambito_number: row.ambito_name for row in rows}
    for number, name in sorted(names.items()):
        Ambito.objects.update_or_create(number=number, defaults={"name": name})
    return {a.number: a for a in Ambito.objects.filter(number__in=names)}


def _comuni_save(rows: list[_Row], ambiti: dict[int, Ambito]) -> Loaded:
    known = {
        (c.ambito_id, c.name): c for c in Comune.objects.filter(ambito__in=list(ambiti.values()))
    }
    created: dict[tuple[int, str], Comune] = {}
    changed: list[Comune] = []
    for row in rows:
        key = (ambiti[row.ambito_number].pk, row.name)
        facts = (row.cap, row.lat, row.lon)
        comune = known.get(key)
        if comune is None:
            created[key] = Comune(
                ambito_id=key[0], name=row.name, cap=row.cap, lat=row.lat, lon=row.lon
            )
        elif (comune.cap, comune.lat, comune.lon) != facts:
            comune.cap, comune.lat, comune.lon = facts
            changed.append(comune)
    Comune.objects.bulk_create(created.values())
    Comune.objects.bulk_update(changed, ["cap", "lat", "lon"])
    return Loaded(len(created), len(changed))
