"""``python -m tests.moving.other tell|take FILE OUT``: one side of a move, in a process of its own.

For the other engine's interpreter. ``tell`` exports the demo territory, after a purchase; ``take``
imports FILE, and exports into OUT what it has become after another purchase. What people see goes
into ``<the export>.seen.json``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PYTHON, DATA = "WELFAREPIU_OTHER_PYTHON", "WELFAREPIU_OTHER_DATA"


@dataclass
class Seen:
    """What people see of a territory, and what holds in its books."""

    ledger: str
    mine: Any
    differences: Any
    orders: Any
    cart: str


def look(cart: str) -> Seen:
    from tests.moving import people

    mine, differences = people.mine(), people.differences()
    # Last: who looks for an account of the ledger's opens it.
    return Seen(people.ledger(), mine, differences, orders(), cart)


def orders() -> list[Any]:
    """Orders of our rooms that are those of the shop, line by line: token, number, lines."""
    from marketplace.providers.models import ProviderOrderLine
    from marketplace.sales.models import Settlement
    from marketplace.shop.orders import order_ref

    found = []
    for settlement in Settlement.objects.exclude(order_id=None).order_by("pk"):
        placed = order_ref(settlement.token)
        assert placed is not None
        assert placed.order_id == settlement.order_id
        lines = ProviderOrderLine.objects.filter(provider_order__order_id=placed.order_id)
        ours = dict(lines.values_list("number", "order_line_id"))
        assert ours == placed.line_ids
        found.append([settlement.token, placed.number, settlement.order_number, sorted(ours)])
    return found


def after(out: Path, key: str) -> Seen:
    """Buy, look, and export; the levy goes to the Fund."""
    from tests.moving import people, places

    before = people.fund_cents()
    bought = people.buy(key)
    assert bought["replayed"] is False
    assert people.buy(key) == {**bought, "replayed": True}
    levy = round(100 * bought["purchase"]["levy"]["amount"])
    assert people.fund_cents() - before == levy > 0
    seen = look(people.cart_fill())
    places.exported(out)
    return seen


def tell(out: Path, key: str) -> Seen:
    from tests.moving import places

    with TemporaryDirectory() as media, places.demo_place(Path(media)):
        return after(out, key)


def take(file: Path, out: Path, key: str, *, old_key: str, cart: str) -> tuple[Seen, Seen]:
    """What is seen right after the move, and what after another purchase.

    A purchase that was sent before the move finds itself; a cart from before it becomes an order.
    """
    from marketplace.operation.moving.taking import territory_import
    from tests.moving import people, places

    with (
        TemporaryDirectory() as media,
        places.empty_place("moved_across") as database,
        places.at(database, Path(media)),
    ):
        territory_import(file, advance=places.quietly)
        arrived = look(cart)
        assert people.buy(old_key)["replayed"] is True
        people.cart_complete(cart)
        return arrived, after(out, key)


def ask(*arguments: object) -> list[Seen]:
    """Have it done by the other engine's interpreter; what it saw."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "PYTHONPATH", "RSA_PRIVATE_KEY"}
    } | {"DJANGO_SETTINGS_MODULE": "marketplace.settings.test", "PYTHONPATH": str(PROJECT)}
    if DATA in os.environ:
        environment["WELFAREPIU_DATA"] = os.environ[DATA]
    else:
        environment.pop("WELFAREPIU_DATA", None)
    done = subprocess.run(
        [os.environ[PYTHON], "-m", "tests.moving.other", *map(str, arguments)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [Seen(**told) for told in json.loads(done.stdout.splitlines()[-1])]


def main(arguments: list[str]) -> None:
    import django
    from django.test.utils import setup_test_environment
    from django.utils import translation

    django.setup()
    setup_test_environment()
    translation.activate("en")
    what, *rest = arguments
    if what == "tell":
        seen = [tell(Path(rest[0]), rest[1])]
    else:
        seen = list(take(Path(rest[0]), Path(rest[1]), rest[2], old_key=rest[3], cart=rest[4]))
    print(json.dumps([asdict(one) for one in seen], default=str))


if __name__ == "__main__":
    main(sys.argv[1:])
