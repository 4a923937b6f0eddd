"""The territory as a drawing: a cell for each comune, lakes, labels that do not cover each other.

Centroids are approximate and some are the same, so the places are first moved apart a little; the
cells are the points nearest to each (Voronoi), within an outline around them all. Units are those
of the drawing: :data:`WIDTH` across.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import cos, hypot, pi, radians, sin, sqrt
from typing import Any, NamedTuple

WIDTH = 1000.0
MARGIN = 90.0
KM_PER_DEGREE = 111.195
# Nearer than this two places cannot be told apart or tapped.
APART = 56.0
SMALLEST, LARGEST = 17.0, 30.0

# Shores, as latitude and longitude, drawn by eye from the comuni along them.
LAKES = {
    "Lago d'Iseo": (
        (45.668, 9.957), (45.673, 9.985), (45.674, 10.022), (45.688, 10.040), (45.712, 10.058),
        (45.742, 10.055), (45.768, 10.050), (45.788, 10.064), (45.803, 10.079), (45.816, 10.092),
        (45.812, 10.106), (45.795, 10.108), (45.770, 10.092), (45.745, 10.095), (45.720, 10.110),
        (45.692, 10.114), (45.668, 10.080), (45.656, 10.035), (45.657, 9.990), (45.660, 9.958),
    ),
    "Lago d'Endine": (
        (45.757, 9.921), (45.764, 9.934), (45.776, 9.946), (45.786, 9.961), (45.783, 9.966),
        (45.772, 9.956), (45.761, 9.944), (45.754, 9.930),
    ),
}  # fmt: skip
# Where a lake is wide enough for its name.
NAMES = {"Lago d'Iseo": (45.684, 10.073)}


class Point(NamedTuple):
    x: float
    y: float


@dataclass(slots=True)
class Label:
    """Where a name stands; ``anchor`` is SVG's ``text-anchor``."""

    x: float
    y: float
    anchor: str


@dataclass(slots=True)
class Spot:
    """A comune on the drawing. ``labels`` by size of the screen; a name without room has none."""

    id: str
    name: str
    count: int
    x: float
    y: float
    radius: float
    cell: str
    km: float | None = None
    labels: dict[str, Label] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lake:
    """``named`` is where its name stands, None where there is no room for it."""

    name: str
    path: str
    named: Point | None


@dataclass(frozen=True, slots=True)
class Ring:
    """A distance around the chosen comune."""

    km: int
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Chart:
    width: float
    height: float
    spots: list[Spot]
    lakes: list[Lake]
    rings: list[Ring]
    outline: str


class Projection:
    """Latitude and longitude to the drawing, true to distance in both directions here."""

    def __init__(self, places: Iterable[Mapping[str, Any]]) -> None:
        shores = [point for lake in LAKES.values() for point in lake]
        lats = [float(place["lat"]) for place in places] + [lat for lat, _lon in shores]
        lons = [float(place["lon"]) for place in places] + [lon for _lat, lon in shores]
        self.north, self.west = max(lats), min(lons)
        self.squeeze = cos(radians((max(lats) + min(lats)) / 2))
        self.scale = (WIDTH - 2 * MARGIN) / ((max(lons) - self.west) * self.squeeze)
        self.height = (self.north - min(lats)) * self.scale + 2 * MARGIN
        self.per_km = self.scale / KM_PER_DEGREE

    def point(self, lat: float, lon: float) -> Point:
        return Point(
            MARGIN + (float(lon) - self.west) * self.squeeze * self.scale,
            MARGIN + (self.north - float(lat)) * self.scale,
        )


def chart(
    places: Sequence[Mapping[str, Any]],
    counts: Mapping[str, int],
    distances: Mapping[str, float | None],
    centre: str = "",
    rings: Sequence[int] = (),
) -> Chart:
    """The drawing of ``places`` (``id name lat lon``), with how much there is in each."""
    ground = _ground(tuple((p["id"], float(p["lat"]), float(p["lon"])) for p in places))
    most = max(counts.values(), default=1)
    spots = [
        Spot(
            id=place["id"],
            name=place["name"],
            count=counts.get(place["id"], 0),
            x=ground.points[place["id"]].x,
            y=ground.points[place["id"]].y,
            radius=_radius(counts.get(place["id"], 0), most),
            cell=ground.cells[place["id"]],
            km=distances.get(place["id"]),
        )
        for place in places
    ]
    for size, letter in (("wide", 9.6), ("narrow", 18.0)):
        _label(spots, size, letter, ground.height)
    middle = next((spot for spot in spots if spot.id == centre), None)
    drawn = [Ring(km, middle.x, middle.y, km * ground.per_km) for km in rings] if middle else []
    return Chart(WIDTH, ground.height, spots, ground.lakes, drawn, ground.outline)


def _radius(count: int, most: int) -> float:
    """Areas in proportion to the counts, between what can be tapped and what covers too much."""
    if not count:
        return 5.0
    return SMALLEST + (LARGEST - SMALLEST) * sqrt(count / most)


@dataclass(frozen=True, slots=True)
class Ground:
    """What does not change with what is looked for."""

    points: dict[str, Point]
    cells: dict[str, str]
    lakes: list[Lake]
    outline: str
    height: float
    per_km: float


@lru_cache(maxsize=4)
def _ground(places: tuple[tuple[str, float, float], ...]) -> Ground:
    projection = Projection([{"lat": lat, "lon": lon} for _id, lat, lon in places])
    points = _moved_apart([projection.point(lat, lon) for _id, lat, lon in places])
    outline = _outline(points)
    cells = {
        key: _path(_cell(place, points, outline))
        for (key, _lat, _lon), place in zip(places, points, strict=True)
    }
    lakes = []
    for name, shore in LAKES.items():
        drawn = [projection.point(lat, lon) for lat, lon in shore]
        named = projection.point(*NAMES[name]) if name in NAMES else None
        lakes.append(Lake(name, _smooth(drawn), named))
    return Ground(
        points={key: point for (key, _a, _o), point in zip(places, points, strict=True)},
        cells=cells,
        lakes=lakes,
        outline=_path(outline),
        height=round(projection.height, 1),
        per_km=projection.per_km,
    )


def _moved_apart(points: list[Point]) -> list[Point]:
    """The same places, none nearer to another than :data:`APART`; each moved as little as may be.

    Places that are the same are parted in a direction that their order gives: always the same.
    """
    places = [Point(p.x + 0.01 * cos(n), p.y + 0.01 * sin(n)) for n, p in enumerate(points)]
    for _round in range(60):
        moved = False
        for a in range(len(places)):
            for b in range(a + 1, len(places)):
                dx, dy = places[b].x - places[a].x, places[b].y - places[a].y
                distance = hypot(dx, dy)
                if distance < APART:
                    push = (APART - distance) / 2 / max(distance, 1e-9)
                    places[a] = Point(places[a].x - dx * push, places[a].y - dy * push)
                    places[b] = Point(places[b].x + dx * push, places[b].y + dy * push)
                    moved = True
        if not moved:
            break
    return places


def _outline(points: Sequence[Point], beyond: float = 52.0, corners: int = 12) -> list[Point]:
    """The convex hull of circles around all places."""
    around = [
        Point(p.x + beyond * cos(2 * pi * n / corners), p.y + beyond * sin(2 * pi * n / corners))
        for p in points
        for n in range(corners)
    ]
    return _hull(around)


def _hull(points: Iterable[Point]) -> list[Point]:
    """Andrew's monotone chain (A. M. Andrew, Information Processing Letters 9, 1979)."""
    ordered = sorted(set(points))

    def half(some: Iterable[Point]) -> list[Point]:
        chain: list[Point] = []
        for point in some:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    return half(ordered) + half(reversed(ordered))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)


def _cell(of: Point, points: Sequence[Point], outline: Sequence[Point]) -> list[Point]:
    """The part of the outline that is nearer to ``of`` than to any other point."""
    cell = list(outline)
    for other in points:
        if other is not of and other != of:
            cell = _nearer(cell, of, other)
    return cell


def _nearer(polygon: Sequence[Point], to: Point, than: Point) -> list[Point]:
    """Clip a polygon at the line half way between two points."""
    nx, ny = than.x - to.x, than.y - to.y
    limit = nx * (than.x + to.x) / 2 + ny * (than.y + to.y) / 2

    def beyond(point: Point) -> float:
        return nx * point.x + ny * point.y - limit

    kept: list[Point] = []
    for one, following in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        here, there = beyond(one), beyond(following)
        if here <= 0:
            kept.append(one)
        if here * there < 0:
            share = here / (here - there)
            kept.append(
                Point(one.x + share * (following.x - one.x), one.y + share * (following.y - one.y))
            )
    return kept


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{p.x:.1f} {p.y:.1f}" for p in points) + "Z"


def _smooth(points: Sequence[Point]) -> str:
    """A closed curve that touches the middle of each side."""
    middles = [
        Point((a.x + b.x) / 2, (a.y + b.y) / 2)
        for a, b in zip(points, [*points[1:], *points[:1]], strict=True)
    ]
    start = middles[-1]
    curves = (
        f"Q{corner.x:.1f} {corner.y:.1f} {middle.x:.1f} {middle.y:.1f}"
        for corner, middle in zip(points, middles, strict=True)
    )
    return f"M{start.x:.1f} {start.y:.1f}" + "".join(curves) + "Z"


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def _label(spots: Sequence[Spot], size: str, letter: float, height: float) -> None:
    """Give names places where they cover neither a circle nor another name; the fullest first.

    ``letter`` is how wide a letter is, in the drawing's units.
    """
    taken = [Box(s.x - s.radius, s.y - s.radius, s.x + s.radius, s.y + s.radius) for s in spots]
    tall = letter * 1.75
    for spot in sorted(spots, key=lambda spot: (-spot.count, spot.name)):
        if size == "narrow" and not spot.count:
            continue
        wide = len(spot.name) * letter
        for label in _positions(spot, tall):
            box = _box(label, wide, tall)
            inside = box.left > 4 and box.right < WIDTH - 4 and box.top > 4 and box.bottom < height
            if inside and not any(box.meets(other) for other in taken):
                spot.labels[size] = label
                taken.append(box)
                break


def _positions(spot: Spot, tall: float) -> Iterable[Label]:
    away, middle = spot.radius + 5, tall * 0.32
    yield Label(spot.x, spot.y + away + tall * 0.75, "middle")
    yield Label(spot.x, spot.y - away - tall * 0.1, "middle")
    yield Label(spot.x + away, spot.y + middle, "start")
    yield Label(spot.x - away, spot.y + middle, "end")
    for angle in (pi / 4, -pi / 4, 3 * pi / 4, -3 * pi / 4):
        x, y = spot.x + away * cos(angle), spot.y + away * sin(angle)
        yield Label(
            x, y + (tall * 0.6 if sin(angle) > 0 else 0), "start" if cos(angle) > 0 else "end"
        )


def _box(label: Label, wide: float, tall: float) -> Box:
    left = {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
    return Box(label.x - left, label.y - tall * 0.8, label.x - left + wide, label.y + tall * 0.25)
