"""How far a part of an order is, in words: what one waits for, never who does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from storefront.money import day, moment

Part = Mapping[str, Any]
Voucher = Mapping[str, Any]
CALLED_OFF = ("refused", "cancelled")
ACCEPTED = ("accepted", "ready", "completed")


def status_of(part: Part) -> tuple[str, str]:
    """(words, tone of the badge)."""
    status = part["status"]
    if status == "placed":
        return _("Waiting for the provider"), "info"
    if status == "refused":
        return _("Refused by the provider"), "bad"
    if status == "cancelled":
        return _("Cancelled"), "plain"
    if status == "completed":
        return pgettext("an order", "Done"), "good"
    return _under_way(part), "info"


def _under_way(part: Part) -> str:
    tasks = _tasks(part)
    if tasks.get("packing", {}).get("status") in ("open", "assigned"):
        return _("Being packed")
    if "delivery" in tasks:
        return _("Delivered") if tasks["delivery"]["status"] == "done" else _("On its way")
    if any(line["isService"] for line in part["lines"]) and not tasks:
        return _("Voucher to be used")
    return _("Ready for you") if part["status"] == "ready" else _("Accepted")


def _tasks(part: Part) -> dict[str, Any]:
    """The SFA's tasks that stand, by kind."""
    return {task["kind"]: task for task in part["preparation"] if task["status"] != "cancelled"}


def steps_of(part: Part, placed_at: str, vouchers: Sequence[Voucher]) -> list[dict[str, str]]:
    """The way of a part for the ``steps`` piece, from the order to the end."""
    ordered = {"title": _("Ordered and paid"), "text": moment(placed_at), "state": "done"}
    if part["status"] in CALLED_OFF:
        return [ordered, _called_off(part)]
    steps = [ordered, _accepting(part), *_preparing(part), *_handing_over(part, vouchers)]
    _mark_now(steps)
    return steps


def _called_off(part: Part) -> dict[str, str]:
    by_provider = part["status"] == "refused"
    title = _("Refused by the provider") if by_provider else _("Cancelled by you")
    return {"title": title, "text": moment(part["statusAt"]), "state": "bad"}


def _accepting(part: Part) -> dict[str, str]:
    done = part["status"] in ACCEPTED
    return {
        "title": _("Accepted by %(provider)s") % {"provider": part["providerName"]}
        if done
        else _("%(provider)s has to accept it") % {"provider": part["providerName"]},
        "text": moment(part["statusAt"]) if part["status"] == "accepted" else "",
        "state": "done" if done else "todo",
    }


def _preparing(part: Part) -> list[dict[str, str]]:
    tasks, over = _tasks(part), part["status"] == "completed"
    steps = []
    for kind, title in (
        ("packing", pgettext("a step", "Packed by the SFA")),
        ("delivery", pgettext("a step", "Brought to you by the SFA")),
    ):
        if kind in tasks:
            task = tasks[kind]
            done = over or task["status"] == "done"
            steps.append({"title": title, "text": _when(task, done), "state": _state(done)})
    return steps


def _when(task: Mapping[str, Any], done: bool) -> str:
    """When it was done, or by when it will be; by which service, never by whom."""
    service = task["serviceName"] or ""
    if done and task["doneAt"]:
        return " · ".join(filter(None, (day(task["doneAt"]), service)))
    if done:
        return service
    by = _("by %(day)s") % {"day": day(task["closesAt"])}
    return " · ".join(filter(None, (by, service)))


def _handing_over(part: Part, vouchers: Sequence[Voucher]) -> list[dict[str, str]]:
    over = part["status"] == "completed"
    if vouchers:
        over = all(one["status"] != "issued" for one in vouchers)
        title = _("Used with your vouchers") if over else _("Show your vouchers at the provider's")
    elif "delivery" in _tasks(part):
        return []
    else:
        title = _("Collected at the provider's")
    return [
        {"title": title, "text": moment(part["statusAt"]) if over else "", "state": _state(over)}
    ]


def _state(done: bool) -> str:
    return "done" if done else "todo"


def _mark_now(steps: list[dict[str, str]]) -> None:
    """The first step that is still to come is the one that one waits for."""
    for step in steps:
        if step["state"] == "todo":
            step["state"] = "now"
            return
