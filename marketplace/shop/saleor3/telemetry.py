"""Our spans in Saleor 3.23's tracer, and its own spans without what people sent.

Saleor writes whole addresses, documents, user agents and the words of errors into its spans. What
collects them is no place for that: :class:`DiscreetTracer` (``TELEMETRY_TRACER_CLASS``) lets
through what is named here, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import Span, Status, StatusCode
from saleor.core.telemetry import Scope, SpanKind, tracer
from saleor.core.telemetry.trace import Tracer

from marketplace.refusals import Refusal

OURS = "welfarepiu."
# Codes, kinds, names of code and numbers; of whatever else Saleor notes, nothing is told.
TOLD = frozenset({
    "component", "error.type", "graphql.document_fingerprint", "graphql.operation.cost",
    "graphql.operation.identifier", "graphql.operation.type", "graphql.resolver.row_count",
    "http.request.method", "http.response.body.size", "http.response.status_code",
    "messaging.system", "operation.name", "saleor.app.id", "saleor.circuit_breaker.state",
    "saleor.environment.domain", "saleor.webhook.event_type", "saleor.webhook.execution_mode",
    "saleor.webhook.payload.size", "span.type",
})  # fmt: skip


def may_be_told(key: str) -> bool:
    return key in TOLD or key.startswith(OURS)


class Discreet:
    """A span that takes only what may be told; all else of it is OpenTelemetry's own."""

    def __init__(self, real: Span) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def set_attribute(self, key: str, value: Any) -> None:
        if may_be_told(key):
            self._real.set_attribute(key, value)

    def set_attributes(self, attributes: Any) -> None:
        for key, value in attributes.items():
            self.set_attribute(key, value)

    def add_event(self, name: str, *_facts: Any, **_more: Any) -> None:
        self._real.add_event(name)

    def update_name(self, name: str) -> None:
        """Saleor names a span after the whole document; it keeps the name that it began with."""

    def set_status(self, status: Any, description: str | None = None) -> None:
        self._real.set_status(status.status_code if isinstance(status, Status) else status)

    def record_exception(self, exception: BaseException, *_facts: Any, **_more: Any) -> None:
        self._real.set_attribute("error.type", type(exception).__name__)


class DiscreetTracer(Tracer):
    """Saleor's tracer, with spans that keep to themselves what people sent."""

    @contextmanager
    def start_as_current_span(self, name: str, **more: Any) -> Iterator[Any]:
        with super().start_as_current_span(name, **_told(more)) as real:
            try:
                yield Discreet(real)
            except Exception as error:
                real.set_attribute("error.type", type(error).__name__)
                real.set_status(StatusCode.ERROR)
                raise

    def start_span(self, name: str, **more: Any) -> Any:
        return Discreet(super().start_span(name, **_told(more)))


def _told(more: dict[str, Any]) -> dict[str, Any]:
    given = more.get("attributes") or {}
    kept = {key: value for key, value in given.items() if may_be_told(key)}
    # The words of an exception quote what somebody sent; its kind is told instead.
    return more | {
        "attributes": kept, "record_exception": False, "set_status_on_exception": False,
    }  # fmt: skip


@contextmanager
def span(name: str, **facts: Any) -> Iterator[None]:
    with _spanning(name, facts, SpanKind.INTERNAL):
        yield


@contextmanager
def task_span(name: str, carried: Any) -> Iterator[None]:
    with (
        tracer.extract_context(carried if isinstance(carried, dict) else {}) as context,
        _spanning("task", {"task": name}, SpanKind.CONSUMER, context),
    ):
        yield


@contextmanager
def _spanning(name: str, facts: dict[str, Any], kind: Any, context: Any = None) -> Iterator[None]:
    attributes = {f"{OURS}{key}": value for key, value in facts.items()}
    refusal: Refusal | None = None
    with tracer.start_as_current_span(
        OURS + name, scope=Scope.SERVICE, kind=kind, context=context, attributes=attributes
    ) as one:
        try:
            yield
        except Refusal as refused:
            # No fault: it is told by its code, and goes on outside of the span.
            one.set_attribute(f"{OURS}refused", refused.code)
            refusal = refused
    if refusal is not None:
        raise refusal


def carried() -> dict[str, str]:
    carrier: dict[str, str] = {}
    tracer.inject_context(carrier)
    return carrier
