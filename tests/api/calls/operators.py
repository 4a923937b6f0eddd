"""What operators do for everybody: those whom it concerns may not do it themselves."""

from __future__ import annotations

from typing import Any

from tests.api.calls.call import Call, call, day, of
from tests.api.calls.companies import MANAGER
from tests.api.calls.fund import CHAIR
from tests.api.calls.providers import MAKER
from tests.api.world import World


def _in_comune(world: World) -> dict[str, Any]:
    return {"first": 10, "comune": world["comune"]}


def calls() -> list[Call]:
    return [
        call("adhesionWithdraw", "operator", of("adhesion", why="Found out"), MAKER),
        call(
            "companyTopUpConfirm",
            "operator",
            of("top_up", paidOn=day(0), bankReference="CRO 1"),
            MANAGER,
        ),
        call("evidenceCheck", "operator", of("evidence"), MAKER),
        call(
            "ledgerAccountStatement",
            "operator",
            of("ledger_account", "account", first=10),
            MANAGER,
            "employee",
        ),
        call("ledgerAccounts", "operator", lambda _world: {"kind": "fund", "first": 10}, CHAIR),
        call("ledgerVerification", "operator", None, "treasurer"),
        call("providerSuggestions", "operator", _in_comune, MANAGER, "employee"),
        call("providerSuggestionsByComune", "operator", None, MANAGER, "employee"),
        call("reconcile", "operator", lambda _world: {"since": f"{day(-1)}T00:00:00"}, MANAGER),
        call("reconciliationRuns", "operator", lambda _world: {"first": 10}, MANAGER),
        call("topUpFindings", "operator", lambda _world: {"first": 10}, MANAGER),
    ]
