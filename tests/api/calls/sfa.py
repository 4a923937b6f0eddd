"""What an SFA's people do with tasks, trainees and tutors."""

from __future__ import annotations

from typing import Any

from tests.api.calls.call import Call, Given, call, day, of, paged
from tests.api.world import World

COORDINATOR, OTHER_COORDINATOR = "sfa_coordinator", "other_sfa_coordinator"


def calls() -> list[Call]:
    return [
        call("availabilitySet", COORDINATOR, _hours("trainee"), OTHER_COORDINATOR),
        call("availabilitySet", COORDINATOR, _hours("tutor"), OTHER_COORDINATOR),
        paged("myTasks", "tutor", "other_tutor", "other_tutor_here", "other_trainee"),
        paged("myTasks", "trainee", "other_trainee", "other_trainee_here", "other_tutor"),
        paged("sfaTasks", COORDINATOR, OTHER_COORDINATOR, "operator"),
        paged(
            "sfaTasks",
            COORDINATOR,
            OTHER_COORDINATOR,
            given=lambda _world: {"status": "assigned"},
        ),
        paged("sfaTrainees", COORDINATOR, OTHER_COORDINATOR),
        paged("sfaTutors", COORDINATOR, OTHER_COORDINATOR),
        call("taskCancel", COORDINATOR, of("task"), OTHER_COORDINATOR),
        call("taskComplete", COORDINATOR, of("task"), OTHER_COORDINATOR),
        call("taskComplete", "tutor", of("task"), "other_tutor", "other_tutor_here"),
        call("taskReassign", COORDINATOR, of("task"), OTHER_COORDINATOR),
        call("taskReassign", "tutor", of("task"), "other_tutor", "other_tutor_here"),
        call("tasksAssign", COORDINATOR, of("service", "service"), OTHER_COORDINATOR),
        call(
            "traineeCreate",
            COORDINATOR,
            lambda world: {"service": world["service"], "input": _trainee_facts(world)},
            OTHER_COORDINATOR,
        ),
        call("traineeFile", COORDINATOR, of("trainee", why="Yearly talk"), OTHER_COORDINATOR),
        call(
            "traineeUpdate",
            COORDINATOR,
            lambda world: {"id": world["trainee"], "input": _trainee_facts(world, email="")},
            OTHER_COORDINATOR,
        ),
        call(
            "trainingServiceServe",
            COORDINATOR,
            of("service", "service", km=10.0),
            OTHER_COORDINATOR,
        ),
        call(
            "tutorCreate",
            COORDINATOR,
            of(
                "service",
                "service",
                email="passer-by@example.com",
                traineesAtOnce=2,
                since=day(0),
            ),
            OTHER_COORDINATOR,
        ),
        call(
            "tutorUpdate",
            COORDINATOR,
            of("tutor", traineesAtOnce=3, until=day(50)),
            OTHER_COORDINATOR,
        ),
        call("unassignedReasons", COORDINATOR, None, OTHER_COORDINATOR, refused_with=None),
    ]


def _hours(whose: str) -> Given:
    return lambda world: {
        whose: world[whose],
        "slots": [{"weekday": 0, "starts": "09:00", "ends": "12:30"}],
    }


def _trainee_facts(world: World, email: str = "passer-by@example.com") -> dict[str, Any]:
    facts = {
        "firstName": "Luca",
        "bornOn": "2004-05-06",
        "projectSince": day(-10),
        "projectUntil": day(300),
        "weeklyMinutes": 300,
        "abilities": [world["ability"]],
        "limits": [world["limit"]],
        "notes": "Likes the mornings",
    }
    return {**facts, "email": email} if email else facts
