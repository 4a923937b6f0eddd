"""Why a task has nobody yet: a code for the program, a sentence for the coordinator.

No sentence says who: whoever reads it learns what is short, not about whom.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices


class Reason(Choices):
    """Why a plan left a task out, in the order they are looked for: the first that holds counts."""

    DUE_WINDOW_PASSED = (
        "DUE_WINDOW_PASSED",
        _("It is too late to end this task in time. Cancel it, or agree another day."),
    )
    NO_TRAINEE_IN_PROJECT = (
        "NO_TRAINEE_IN_PROJECT",
        _("On these days no trainee has a project in force and an age that is allowed."),
    )
    NO_TRAINEE_WITH_ABILITY = (
        "NO_TRAINEE_WITH_ABILITY",
        _("No trainee can do all that this task asks: %(abilities)s."),
    )
    LIMITS_FORBID = (
        "LIMITS_FORBID",
        _("Every trainee who is able to has a limit that forbids this task."),
    )
    NO_OTHER_TRAINEE = (
        "NO_OTHER_TRAINEE",
        _("The task was taken from every trainee who could be asked."),
    )
    NO_TRAINEE_AVAILABLE = (
        "NO_TRAINEE_AVAILABLE",
        _("No trainee who may do it is there for %(minutes)s minutes while the task is due."),
    )
    WEEKLY_HOURS_REACHED = (
        "WEEKLY_HOURS_REACHED",
        _("Those who are there would go over the weekly hours of their project."),
    )
    TRAINEES_BUSY = (
        "TRAINEES_BUSY",
        _("Those who may do it are on other tasks for as long as this one is due."),
    )
    NO_TUTOR_FREE = (
        "NO_TUTOR_FREE",
        _("A trainee is free, but no tutor has a place at that time."),
    )


# Not found by a plan: such a task belongs to no service yet, so no plan has seen it.
NO_SERVICE_FOR_COMUNE = "NO_SERVICE_FOR_COMUNE"
_NO_SERVICE = _("No training service works in this comune. Add the comune to a service.")


def sentence(code: str, *, minutes: int, abilities: Iterable[str]) -> str:
    """The sentence of a reason, in the language of the request.

    Args:
        minutes: how long the task takes.
        abilities: names of what the task asks.
    """
    if code == NO_SERVICE_FOR_COMUNE:
        return str(_NO_SERVICE)
    facts = {"minutes": minutes, "abilities": ", ".join(abilities)}
    return str(Reason(code).label) % facts
