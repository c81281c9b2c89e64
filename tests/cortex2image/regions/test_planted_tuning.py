"""What regions of a simulated subject prefer, against the tuning that was planted in them."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from cortex2image.networks.codec import encode_text
from cortex2image.networks.load import Diffusion, load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.regions.encoder import Encoder, Preferences, region_preferences
from cortex2image.regions.synthesis import Ascent, picture_latents, synthesise
from cortex2image.ridge.repeats import PerTrial
from cortex2image.scenes.captions import captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import Scene, sample_scene
from cortex2image.simulation.anatomy import EARLY, LATERAL, VENTRAL
from cortex2image.simulation.layout import Sizes
from cortex2image.simulation.subject import Subject, build_subject
from cortex2image.simulation.tuning import attributes

pytestmark = [
    pytest.mark.filterwarnings("ignore:ridge alpha"),
    pytest.mark.filterwarnings("ignore:.*not writable"),
]
TRAIN, TEST = 240, 60
FIRST = range(0, TRAIN + TEST, 60)
SETTINGS = RidgeSettings([100.0, 1000.0], folds=3, average_repeats=["test"], seed=1, latent=False, threads=1)


@dataclass(frozen=True)
class World:
    """A subject, the scenes and pictures that it saw, and the model set."""

    subject: Subject
    scenes: list[Scene]
    images: np.ndarray
    diffusion: Diffusion

    def preferences(self, features: np.ndarray, voxels: np.ndarray) -> Preferences:
        """Return what a region prefers by one noisy trial of each picture."""
        trials = self.subject.responses.draw_trials(np.arange(TRAIN + TEST), np.random.default_rng(2))
        names = np.array([f"{number:03d}" for number in range(TRAIN + TEST)])
        split = np.where(np.arange(TRAIN + TEST) < TRAIN, "train", "test")
        stimuli = PerTrial(features.astype(np.float32), np.arange(TRAIN + TEST))
        response = trials[:, voxels].mean(axis=1)
        found = Trials(names, names, split, None)
        return region_preferences(stimuli, response, found, SETTINGS, np.random.default_rng(3))

    def planted(self, voxels: np.ndarray, stimuli: np.ndarray) -> np.ndarray:
        """Return the noise-free mean response of voxels to stimuli, given by their names."""
        return self.subject.responses.amplitudes[stimuli.astype(int)][:, voxels].mean(axis=1)


@pytest.fixture(scope="module")
def world() -> World:
    scenes = [sample_scene(5, "train", i) for i in range(TRAIN)]
    scenes += [sample_scene(5, "test", i) for i in range(TEST)]
    images = np.stack([render(scene) for scene in scenes])
    subject = build_subject(5, "sub-01", Sizes(TRAIN, TEST, 2), scenes, images)
    return World(subject, scenes, images, load_diffusion(model_set("miniature"), "cpu"))


@pytest.fixture(scope="module")
def c(world) -> np.ndarray:
    texts = [captions(scene)[0] for scene in world.scenes]
    return (
        torch.cat([encode_text(world.diffusion, texts[i : i + 60]) for i in range(0, 300, 60)])
        .flatten(1)
        .numpy()
    )


@pytest.fixture(scope="module")
def z(world) -> np.ndarray:
    return np.concatenate(
        [picture_latents(world.diffusion, world.images[i : i + 60]) for i in range(0, 300, 60)]
    )


@pytest.mark.parametrize("region", [VENTRAL, LATERAL])
@pytest.mark.parametrize("split", ["test", "train"])
def test_higher_regions_prefer_the_pictures_that_drive_them(world, c, region, split):
    voxels = np.flatnonzero(world.subject.anatomy.labels == region)
    found = world.preferences(c, voxels)
    mine = found.split == split
    planted, predicted = world.planted(voxels, found.stimuli[mine]), found.predicted[mine]
    assert spearmanr(predicted, planted).statistic > 0.5
    assert roc_auc_score(planted > np.quantile(planted, 0.75), predicted) > 0.8
    # The attribute that drives the region most is frequent among the pictures that it ranks first.
    table = attributes([world.scenes[int(name)] for name in found.stimuli[mine]])
    effect = np.array([planted @ (column - column.mean()) for column in table.T])
    best = table[:, effect.argmax()]
    assert roc_auc_score(best, predicted) > 0.75
    first = np.argsort(-predicted)[: mine.sum() // 5]
    assert best[first].mean() > 1.5 * best.mean()


def energy_profile(world: World, ascent: Ascent, voxels: np.ndarray) -> float:
    """Return how the energy of the picture, over that of the start, correlates with the receptive fields."""
    start, last = (ascent.pictures[number].astype(float) for number in (0, 40))
    energy = gaussian_filter(((last - start) ** 2).sum(axis=2), 3)
    return np.corrcoef(energy.ravel(), world.subject.fields.subset(voxels).profiles(64).mean(axis=0))[0, 1]


def early_voxels(world: World, inside: np.ndarray) -> np.ndarray:
    early = world.subject.anatomy.labels == EARLY
    return np.flatnonzero(early & inside & world.subject.roles.responds)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_known_weights_put_the_energy_where_the_receptive_fields_are(world, z, x, y):
    fields = world.subject.fields
    voxels = early_voxels(world, (abs(fields.x - x) < 0.4) & (abs(fields.y - y) < 0.4))
    profile = fields.subset(voxels).profiles(16).mean(axis=0)
    weights = np.concatenate([sign * profile for sign in (1, -1, 1, -1)])
    ascent = synthesise(world.diffusion, Encoder(weights, 0.0, 1.0), z[:TRAIN], 40, seed=1)
    assert energy_profile(world, ascent, voxels) > 0.35


def test_fitted_weights_put_the_energy_where_the_receptive_fields_are(world, z):
    """Voxels whose receptive fields lie in the upper left: the encoder of these predicts well enough."""
    fields = world.subject.fields
    voxels = early_voxels(world, (fields.x < 0.4) & (fields.y < 0.45))
    found = world.preferences(z, voxels)
    assert found.score.r[0] > 0.3
    ascent = synthesise(world.diffusion, found.encoder, z[:TRAIN], 40, seed=1)
    opposite = early_voxels(world, (fields.x > 0.6) & (fields.y > 0.55))
    assert energy_profile(world, ascent, voxels) > 0.3 > energy_profile(world, ascent, opposite)
    assert ascent.final > found.encoder.predict(z).max()
