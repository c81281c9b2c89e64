"""Random seeds derived from the study's seed and an identity, never from order."""

import hashlib

import numpy as np


def seed_for(study_seed: int, *identity: object) -> int:
    """Return the seed of one random draw, in [0, 2**63).

    Parameters
    ----------
    study_seed : int
        The setting `seed` of the config.
    identity : objects with a stable ``str``
        What the draw is for, e.g. ``("reconstruct", "stimulus-0012", 3)``. The same identity always
        gives the same seed, so sharding, batching and order cannot change a result.
    """
    text = "\x1f".join(str(part) for part in (study_seed, *identity))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def rng_for(study_seed: int, *identity: object) -> np.random.Generator:
    """Return a NumPy generator seeded with :func:`seed_for`."""
    return np.random.default_rng(seed_for(study_seed, *identity))
