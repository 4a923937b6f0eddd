"""Signs of life, tasks that kill their worker or that the queue did not take, and a word that only
this installation's keys can read."""

from __future__ import annotations

from django.db import models

from marketplace.choices import Choices
from marketplace.people.encryption import EncryptedTextField


class Part(Choices):
    """What works in the background."""

    WORKER = "worker"
    BEAT = "beat"


class Heartbeat(models.Model):
    """When a part last showed that it works, and when the message was sent that it did so with."""

    part = models.CharField(max_length=10, choices=Part.choices(), primary_key=True)
    seen_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.part} at {self.seen_at}"


class Redelivery(models.Model):
    """A task that the queue gave again, begun ``times`` times since and not ended."""

    task_id = models.CharField(max_length=255, primary_key=True)
    task = models.CharField(max_length=255)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()
    # It killed its worker each time, and is not given to another any more.
    set_aside_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.task}, {self.times} times"


class KeptTask(models.Model):
    """A task that the queue did not take: its arguments and how it is sent, as JSON."""

    task = models.CharField(max_length=255)
    message = EncryptedTextField()
    kept_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.task}, kept at {self.kept_at}"


class KeyProbe(models.Model):
    """A known word, encrypted when the database was made: keys that cannot read it are wrong."""

    word = EncryptedTextField()
    left_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"probe {self.pk}"
