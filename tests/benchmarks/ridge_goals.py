"""Goals of the ridge solver beside himalaya, and what a case meets and misses."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from tests.benchmarks.measure import Measured
from tests.benchmarks.ridge_methods import accuracy

METHODS = {"kfold": "K folds", "gcv": "GCV", "loo": "leave one out"}
# The workflow's own choice, which no peer offers: each fold scales X by its training rows.
STANDARDIZED = "K folds, standardized"
FLOOR = {"gcv": "floor of GCV", "loo": "floor of leave one out"}
# How many times as fast as the faster peer. For leave one out, only what its operations allow is shown.
FASTER = {METHODS["kfold"]: 3.0, STANDARDIZED: 2.5, METHODS["gcv"]: 8.0}
FASTER_SMALL = {METHODS["kfold"]: 2.0, METHODS["gcv"]: 6.0}
# Largest share of the peer's memory, largest multiple of the floor, and largest difference from the peer's
# mean test correlation.
SHARE, FLOORS, R_APART = 0.5, 2.5, 0.002
MET = {True: "met", False: "missed"}


@dataclass(frozen=True)
class Seen:
    """What was measured in a case.

    Attributes
    ----------
    methods : mapping from label to what was measured
    best : Measured
        The faster peer.
    Y_test : (m, t) array
        Measured targets of the test rows.
    beyond_floor : float
        Seconds that leave one out must take beyond its floor, at the machine's rate.
    """

    methods: Mapping[str, Measured]
    best: Measured
    Y_test: np.ndarray
    beyond_floor: float

    def own_floor(self, label: str) -> float:
        """Return the seconds of the floor of a method: that of leave one out, or else that of GCV."""
        key = "loo" if label in (METHODS["loo"], FLOOR["loo"]) else "gcv"
        return self.methods[FLOOR[key]].median

    def faster(self, label: str) -> float:
        """Return how many times as fast as the faster peer a method is."""
        return self.best.median / self.methods[label].median

    @property
    def allowed(self) -> float:
        """Return how many times as fast as the faster peer leave one out could be, by its operations."""
        return self.best.median / (self.own_floor(METHODS["loo"]) + self.beyond_floor)


def verdict(name: str, seen: Seen, goals: Mapping[str, float]) -> str:
    """Return a line on the goals that a case meets and misses."""
    said = []
    for label in (*METHODS.values(), STANDARDIZED):
        checks = {**speed(seen, label, goals), **equality(seen, label)}
        texts = [f"{text}{'' if met is None else f' {MET[met]}'}" for text, met in checks.items()]
        said.append(f"{label} {', '.join(texts)}")
    return f"- {name}: {'; '.join(said)}."


def speed(seen: Seen, label: str, goals: Mapping[str, float]) -> dict[str, bool | None]:
    """Return statements on speed and memory, and whether each meets its goal; None without one."""
    faster, goal = seen.faster(label), goals.get(label)
    if label == METHODS["loo"]:
        checks: dict[str, bool | None] = {
            f"{faster:.1f} times as fast, of {seen.allowed:.1f} that its operations allow": None
        }
    elif goal is None:
        checks = {f"{faster:.1f} times as fast": None}
    else:
        checks = {f"{faster:.1f} times as fast (>= {goal:g})": faster >= goal}
    if label == METHODS["kfold"] and seen.best.megabytes:
        share = seen.methods[label].megabytes / seen.best.megabytes
        checks[f"{share:.2f} of the memory (<= {SHARE:g})"] = share <= SHARE
    if label in (METHODS["gcv"], METHODS["loo"]):
        floors = seen.methods[label].median / seen.own_floor(label)
        checks[f"{floors:.1f} times its floor (<= {FLOORS:g})"] = floors <= FLOORS
    return checks


def equality(seen: Seen, label: str) -> dict[str, bool | None]:
    """Return how far the mean test correlation is from the peer's, which does not standardize."""
    if label == STANDARDIZED:
        return {}
    r, peer_r = (accuracy(measured.value, seen.Y_test) for measured in (seen.methods[label], seen.best))
    apart = abs(r - peer_r)
    return {f"r {apart:.4f} apart (<= {R_APART:g})": apart <= R_APART}
