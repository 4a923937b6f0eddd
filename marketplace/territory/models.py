from __future__ import annotations

from django.db import models
from django.db.models import Q


class Ambito(models.Model):
    """A social-services district of Lombardy (L. 328/2000): comuni that plan services together."""

    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Comune(models.Model):
    """A municipality with an approximate centroid: enough to rank by distance, not to navigate."""

    ambito = models.ForeignKey(Ambito, on_delete=models.PROTECT, related_name="comuni")
    name = models.CharField(max_length=80)
    cap = models.CharField("postal code", max_length=5)
    lat = models.FloatField("latitude, degrees north (WGS 84)")
    lon = models.FloatField("longitude, degrees east (WGS 84)")

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=("ambito", "name"), name="comune_once_in_its_ambito"),
            models.CheckConstraint(
                check=Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
                name="comune_is_on_the_globe",
            ),
            models.CheckConstraint(
                check=Q(cap__regex=r"^[0-9]{5}$"), name="comune_cap_is_5_digits"
            ),
        ]
        indexes = [models.Index(fields=("lat", "lon"), name="comune_place")]

    def __str__(self) -> str:
        return self.name
