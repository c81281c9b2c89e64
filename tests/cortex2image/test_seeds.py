"""Seeds depend on identity, and on nothing else."""

import numpy as np

from cortex2image.seeds import rng_for, seed_for


def test_a_seed_is_stable_across_versions_of_python():
    assert seed_for(20230618, "reconstruct", "scene-0001", 2) == 467309427016281399


def test_identities_are_told_apart():
    names = [("a", "b"), ("ab",), ("a", "b", 0), ("b", "a"), ("a", "b", 1)]
    assert len({seed_for(1, *name) for name in names} | {seed_for(2, "a", "b")}) == 6


def test_seeds_fit_a_signed_64_bit_integer():
    seeds = np.array([seed_for(0, i) for i in range(1000)], dtype=np.int64)
    assert (seeds >= 0).all()
    assert len(np.unique(seeds)) == 1000


def test_generators_repeat():
    assert rng_for(3, "x").normal() == rng_for(3, "x").normal()
