"""How far two places are apart, as the crow flies."""

from __future__ import annotations

from math import asin, cos, degrees, radians, sin, sqrt
from typing import NamedTuple, Protocol

# IUGG mean radius R1 (Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74, 2000).
EARTH_RADIUS_KM = 6371.0088


class Place(Protocol):
    """Anything with a latitude and a longitude in degrees (WGS 84)."""

    lat: float
    lon: float


class Box(NamedTuple):
    """Latitudes and longitudes, in degrees, that hold every place within some distance."""

    south: float
    north: float
    west: float
    east: float


def distance_km(a: Place, b: Place) -> float:
    """Great-circle distance in kilometres, by the haversine formula.

    Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (2), 1984; it stays
    accurate for the few kilometres between neighbouring comuni, where the cosine formula does not.
    A sphere is at most 0.6 % off the ellipsoid, less than the centroids themselves are.
    """
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_dlat = (lat_b - lat_a) / 2
    half_dlon = radians(b.lon - a.lon) / 2
    chord = sin(half_dlat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_dlon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def box_around(centre: Place, km: float) -> Box:
    """A box that surely holds every place within ``km`` of ``centre``: what an index can look up.

    Where the circle reaches a pole or the date line the box is the whole band of latitudes.
    """
    dlat = degrees(km / EARTH_RADIUS_KM)
    south, north = max(-90.0, centre.lat - dlat), min(90.0, centre.lat + dlat)
    reach = sin(min(radians(90), km / EARTH_RADIUS_KM))
    shortest_parallel = cos(radians(min(90.0, abs(centre.lat))))
    if south <= -90 or north >= 90 or reach >= shortest_parallel:
        return Box(south, north, -180.0, 180.0)
    dlon = degrees(asin(reach / shortest_parallel))
    west, east = centre.lon - dlon, centre.lon + dlon
    if west < -180 or east > 180:
        return Box(south, north, -180.0, 180.0)
    return Box(south, north, west, east)
