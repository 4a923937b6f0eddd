"""What the SFA knows: its people (``people``) and their work (``work``)."""

from plugins.sfa_logistics.models.people import (
    Ability,
    AgeRule,
    Limit,
    ServedComune,
    Trainee,
    TraineeSlot,
    TrainingService,
    Tutor,
    TutorSlot,
)
from plugins.sfa_logistics.models.work import (
    Assignment,
    Task,
    TaskKind,
    TaskStatus,
    TaskTemplate,
    UnassignedReason,
)

__all__ = [
    "Ability",
    "AgeRule",
    "Assignment",
    "Limit",
    "ServedComune",
    "Task",
    "TaskKind",
    "TaskStatus",
    "TaskTemplate",
    "Trainee",
    "TraineeSlot",
    "TrainingService",
    "Tutor",
    "TutorSlot",
    "UnassignedReason",
]
