"""Clients that do one thing over and over for some seconds, each over its own connection."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from tests.bench.counting import HEADER


class GraphQL:
    """One keep-alive HTTP connection; ``statements`` adds up what the server says of its SQL."""

    def __init__(self, port: int, token: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        self.statements = 0
        if token:
            self.headers["Authorization"] = f"JWT {token}"

    def ask(self, document: str, **variables: Any) -> Any:
        body = json.dumps({"query": document, "variables": variables})
        self.connection.request("POST", "/graphql/", body, self.headers)
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        if "errors" in answer:
            raise RuntimeError(answer["errors"][0]["message"])
        self.statements += int(response.headers[HEADER])
        return answer["data"]

    def close(self) -> None:
        self.connection.close()


@dataclass(frozen=True)
class Run:
    """How often a thing was done in how long, and how long each took."""

    seconds: float
    latencies_ms: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds

    @property
    def p50_ms(self) -> float:
        return median(self.latencies_ms)

    @property
    def p95_ms(self) -> float:
        return quantiles(self.latencies_ms, n=20)[18] if len(self.latencies_ms) > 1 else self.p50_ms


def drive(acts: Sequence[Callable[[], Any]], seconds: float) -> Run:
    """Let each act be repeated, at least once, by a thread of its own until the time is over.

    The first error of any client ends the run and is raised: a run with errors has no speed.
    """
    latencies: list[list[float]] = [[] for _act in acts]
    errors: list[BaseException] = []
    start = threading.Barrier(len(acts) + 1)

    def repeat(act: Callable[[], Any], took: list[float]) -> None:
        start.wait()
        try:
            while not took or (time.monotonic() < deadline and not errors):
                began = time.perf_counter()
                act()
                took.append((time.perf_counter() - began) * 1000)
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=repeat, args=pair, daemon=True)
        for pair in zip(acts, latencies, strict=True)
    ]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    deadline = began + seconds
    start.wait()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return Run(time.monotonic() - began, tuple(one for some in latencies for one in some))
