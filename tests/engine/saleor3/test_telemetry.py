"""OpenTelemetry as Saleor 3.23 does it: our spans in its tracer, and nothing private in any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from saleor.core.telemetry import load_object, tracer

from marketplace.operation import messages
from marketplace.sales.reconciliation.services import reconcile
from marketplace.sales.tasks import order_announce
from tests.shopping import ADDRESS, PURCHASE, purchase_input

OPERATION = "welfarepiu.graphql"


@pytest.fixture(scope="module")
def exporter() -> Iterator[InMemorySpanExporter]:
    """Saleor's tracer as a process of the API sets it up, with spans kept here."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    made_by = load_object(settings.TELEMETRY_TRACER_CLASS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_by, "tracer_provider", provider)
        patch.setattr(tracer, "_tracer", made_by("3.23"))
        yield kept


@pytest.fixture
def spans(exporter):
    exporter.clear()

    def named(name: str) -> list[ReadableSpan]:
        return [one for one in exporter.get_finished_spans() if one.name == name]

    return named


def everything(exporter: InMemorySpanExporter) -> str:
    """All that would be sent, as one text."""
    return json.dumps([json.loads(one.to_json()) for one in exporter.get_finished_spans()])


def test_a_purchase_is_one_trace_from_the_request_to_the_payment(api, town, spans):
    assert not api(PURCHASE, purchase_input("a-purchase", (town.camp, 1)), user=town.employee)[
        "data"
    ]["purchaseCreate"]["errors"]
    (http,), (operation,) = spans("/graphql/"), spans(OPERATION)
    (purchase,), (payment,) = spans("welfarepiu.purchase"), spans("welfarepiu.ledger.pay")
    above = [http, operation, purchase, payment]
    assert len({one.context.trace_id for one in above}) == 1
    for one, beneath in pairwise(above):
        assert beneath.parent.span_id == one.context.span_id
    assert operation.attributes["welfarepiu.fields"] == ("purchaseCreate",)
    assert len(operation.attributes["welfarepiu.request_id"]) >= 8


def test_a_refusal_is_told_by_its_code_and_is_no_fault(api, town, spans):
    api(PURCHASE, purchase_input("too-dear-1", (town.camp, 10)), user=town.employee)
    (purchase,) = spans("welfarepiu.purchase")
    assert purchase.attributes["welfarepiu.refused"] == "INSUFFICIENT_CREDIT"
    assert purchase.status.status_code is trace.StatusCode.UNSET


def test_a_fault_is_told_by_its_kind(api, town, spans, monkeypatch):
    def broken(*_given: Any, **_more: Any) -> None:
        raise ValueError("the rent of Anna is due")

    monkeypatch.setattr("marketplace.sales.services._pay_once", broken)
    api(PURCHASE, purchase_input("a-fault-1", (town.camp, 1)), user=town.employee)
    (purchase,) = spans("welfarepiu.purchase")
    assert purchase.status.status_code is trace.StatusCode.ERROR
    assert purchase.attributes["error.type"] == "ValueError"
    assert purchase.status.description is None


def test_a_task_goes_on_with_the_trace_that_sent_it(spans):
    headers: dict[str, Any] = {}
    with tracer.start_as_current_span("whoever sends"):
        messages.mark(headers=headers)
    order_announce.push_request(headers=headers)
    try:
        messages.take_up(task=order_announce)
        messages.lay_down()
    finally:
        order_announce.pop_request()
    (sender,), (task,) = spans("whoever sends"), spans("welfarepiu.task")
    assert task.context.trace_id == sender.context.trace_id
    assert task.attributes["welfarepiu.task"] == "welfarepiu.order_announce"


def test_the_reconciler_says_which_comparison_took_how_long(town, spans):
    reconcile()
    names = [one.attributes["welfarepiu.check"] for one in spans("welfarepiu.reconcile")]
    assert any("announcements" in name for name in names)
    assert len(names) > 5


def test_nothing_private_is_in_any_span(api, town, exporter, spans):
    """Neither what was sent, nor who sent it, though Saleor's own spans quote all of it."""
    note, query = "my husband is ill", PURCHASE.replace("Buy(", "ForAnnaRossi(")
    variables = purchase_input("nothing-private", (town.camp, 1))
    variables["input"]["note"] = note
    api.client.defaults |= {"HTTP_USER_AGENT": "Annas-telephone", "QUERY_STRING": "who=anna"}
    api(query, variables, user=town.employee)
    api(query + ' query Broken { nothing(of: "anna@example.com") }', variables)
    api('{ user(email: "anna@example.com") { id } }', user=town.employee)
    sent = everything(exporter)
    assert len(spans("/graphql/")) == 3
    private = [
        note, "Annas-telephone", "who=anna", "anna@example.com", "ForAnnaRossi",
        town.employee.email, *ADDRESS.values(), "eyJ",
    ]  # fmt: skip
    assert [one for one in private if one in sent] == []


def test_twin_saleors_own_tracer_tells_it(api, town, exporter, spans, monkeypatch):
    from saleor.core.telemetry.trace import Tracer

    provider = load_object(settings.TELEMETRY_TRACER_CLASS).tracer_provider
    monkeypatch.setattr(Tracer, "tracer_provider", provider)
    monkeypatch.setattr(tracer, "_tracer", Tracer("3.23"))
    api.client.defaults |= {"HTTP_USER_AGENT": "Annas-telephone"}
    api("{ shop { name } }")
    assert "Annas-telephone" in everything(exporter)
