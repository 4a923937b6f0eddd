"""A letter speaks the language of whoever caused it, though another process writes it.

Saleor 2.10.1 knows no language of a user: the request's goes along with the task in a header of its
message. Letters about an order use the order's own language instead.
"""

from __future__ import annotations

from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.utils import translation

HEADER = "welfarepiu_language"


def carry(headers: dict[str, Any], **_: Any) -> None:
    headers[HEADER] = translation.get_language()


def speak(task: Any, **_: Any) -> None:
    language = task.request.get(HEADER)
    if language:
        translation.activate(language)


def fall_silent(**_: Any) -> None:
    """The process goes on to another task: back to the settings' language."""
    translation.deactivate()


def connect() -> None:
    before_task_publish.connect(carry, dispatch_uid="welfarepiu.language.carry")
    task_prerun.connect(speak, dispatch_uid="welfarepiu.language.speak")
    task_postrun.connect(fall_silent, dispatch_uid="welfarepiu.language.fall_silent")
