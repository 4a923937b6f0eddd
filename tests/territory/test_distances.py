"""Distances between comuni, against figures worked out elsewhere."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.territory.distances import box_around, distance_km


class Point(NamedTuple):
    lat: float
    lon: float


points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_a_degree_of_latitude_is_a_360th_of_a_meridian():
    assert distance_km(Point(45, 10), Point(46, 10)) == pytest.approx(111.195, abs=0.001)


def test_london_to_paris():
    # 343.56 km on the sphere of radius 6371 km between these two points.
    assert distance_km(Point(51.5074, -0.1278), Point(48.8566, 2.3522)) == pytest.approx(
        343.56, abs=0.05
    )


def test_antipodes_are_half_the_globe_and_no_error():
    assert distance_km(Point(0, 0), Point(0, 180)) == pytest.approx(20015.1, abs=0.1)


@given(a=points, b=points)
def test_distance_is_symmetric_and_never_negative(a, b):
    assert distance_km(a, b) == pytest.approx(distance_km(b, a))
    assert distance_km(a, b) >= 0


@given(centre=points, other=points, km=st.floats(0.1, 21_000))
def test_box_holds_every_place_within(centre, other, km):
    if distance_km(centre, other) <= km * (1 - 1e-9):
        box = box_around(centre, km)
        slack = 1e-6
        assert box.south - slack <= other.lat <= box.north + slack
        assert box.west - slack <= other.lon <= box.east + slack
