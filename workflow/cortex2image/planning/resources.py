"""Memory, time and threads that the jobs of a study ask for.

Memory and time are estimates: a job that is killed asks for more on its next try. Sizes are bytes, or MB
(1e6 bytes) and minutes if a name says so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cortex2image.encoding.scoring import Scoring
from cortex2image.features import gram
from cortex2image.networks.registry import ModelSet
from cortex2image.planning.passes import FORMAT_BYTES
from cortex2image.planning.stimuli import count_stimuli
from cortex2image.prediction.fit_sizes import Direction, FitSizes
from cortex2image.prediction.kept import with_predictions
from cortex2image.prediction.memory import PYTHON, plan_memory, plan_stack
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.encoding_models import families
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import run_methods
from cortex2image.study.settings import Study
from cortex2image.study.sizes import StudySizes
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import GRAM

FLOAT, DOUBLE = 4, 8
TRAINING = 0.9
# For prepared betas whose sizes are not known here: enough for the 5,254 trials of a subject of BOLD5000.
PREPARED_FIT_MB, PREPARED_BETAS_MB = 32_000, 6_000
RECORDED_MB = 4_000
# Of its input, in the memory of a job on betas of any size.
COPIES = 4
# Voxels of a whole brain at 2 mm, for data of any size.
UNKNOWN_VOXELS = 250_000
# Weights pass through main memory on their way to a GPU.
FULL_SIZE_MB, MINIATURE_MB = 16_000, 4_000
# For 1,000 stimuli with 5 samples of 512 px. Memory, from sizes: the weights of all judges, both sets of
# pictures (1.6 GB), the judges' features of 256 reconstructions (0.9 GB), LPIPS features (5.3 GB). Features
# of the originals are mapped from disk. Time: the null of ssim2d is 150,000 pairs; a pair was seen to take
# 4 ms of one core, 10 minutes if nothing ran in parallel. The networks were not timed.
FULL_SIZE_EVALUATION_MB, FULL_SIZE_EVALUATION_MINUTES = 24_000, 240
# Of sampling all stimuli of a study; with a full-size set for the 80 passes of the U-Net that the study of
# 2023 took for a picture. No job asks for less than the last.
FULL_SIZE_SAMPLING_MINUTES, MINIATURE_MINUTES, LEAST_MINUTES = 1440, 120, 30
# Of drawing all pictures of a subject by one method: 5,000 of 512 px at a picture in 3 seconds.
DRAWING_MINUTES = 240
# Inner products are planned for a slow disk, and for few cores: bytes and multiplications a second.
READ, MULTIPLIED = 1e8, 2e10


@dataclass(frozen=True)
class Resources:
    """Memory, minutes and threads of the jobs of one study with its model set."""

    study: Study
    model_set: ModelSet

    @property
    def model_mb(self) -> int:
        """Return the memory of a job that loads the diffusion model or judges of any kind."""
        return FULL_SIZE_MB if self.model_set.fetched else MINIATURE_MB

    @property
    def model_threads(self) -> int:
        """Return the threads of a job that runs the diffusion model.

        Networks of the miniature are so small that a second thread hardly helps: jobs side by side do, and
        results do not depend on the number of cores.
        """
        return 8 if self.model_set.fetched else 1

    @property
    def evaluation_mb(self) -> int:
        """Return the memory of scoring the pictures of a subject and method."""
        return FULL_SIZE_EVALUATION_MB if self.model_set.fetched else MINIATURE_MB

    @property
    def evaluation_minutes(self) -> int:
        """Return the time of scoring the pictures of a subject and method."""
        return FULL_SIZE_EVALUATION_MINUTES if self.model_set.fetched else 120

    @property
    def evaluation_threads(self) -> int:
        """Return the threads of scoring the pictures of a subject and method."""
        return 8 if self.model_set.fetched else 1

    @property
    def span_mb(self) -> int:
        """Return the memory of comparing decoded features of a subject with the span of training features."""
        if self.sizes is None:
            return self._unknown_mb
        train, test = self.pictures
        widest = max(map(self.width, self.study.decode.rois))
        return _mb(PYTHON + FLOAT * widest * (train + 6 * test) + 5 * DOUBLE * train**2)

    @property
    def copies(self) -> int:
        """Return how many copies of its input a job on betas holds at most, 0 where sizes are planned for.

        The betas, their scaled copy, and a block of both in double precision.
        """
        return 0 if self.sizes else COPIES

    @property
    def standardise_minutes(self) -> int:
        """Return the time of standardising the betas of a subject."""
        return 120 if self._prepared else 30

    @property
    def fit_minutes(self) -> int:
        """Return the time of fitting all targets of a subject and feature space."""
        return 480 if self._prepared else 60

    @property
    def fit_threads(self) -> int:
        """Return the threads of a fit.

        The simulated study is so small that one job per core is fastest: BLAS threads of several jobs wait
        for each other by spinning, and a fit of 0.3 s was seen to take 27 s.
        """
        return 1 if READERS[self.study.dataset.reader].made_by_workflow else 8

    def sampling_minutes(self, spaces: Sequence[str]) -> int:
        """Return the time of a shard of a pass of the sampler that captures these spaces."""
        drawn = self.study.reconstruct
        passes = max(
            parse_space(space).unet_passes(drawn.steps, drawn.strength, drawn.guidance_scale)
            for space in spaces
        )
        of_all = FULL_SIZE_SAMPLING_MINUTES * passes / 80 if self.model_set.fetched else MINIATURE_MINUTES
        return max(LEAST_MINUTES, math.ceil(of_all / self.study.features.shards))

    @property
    def drawing_minutes(self) -> int:
        """Return the time of a shard of the pictures of a subject and method."""
        return max(LEAST_MINUTES, math.ceil(DRAWING_MINUTES / self.study.reconstruct.shards))

    def betas_mb(self, sessions_at_once: int) -> int:
        """Return the memory of reading betas: each thread holds a session twice, the writer holds two."""
        if self.sizes is None:
            return PREPARED_BETAS_MB
        return _mb(PYTHON + self._session * (2 * sessions_at_once + 2))

    @property
    def standardise_mb(self) -> int:
        """Return the memory of standardising: a session twice, mean and squares of all sessions twice."""
        if self.sizes is None:
            return PREPARED_BETAS_MB if self._prepared else RECORDED_MB
        moments = 2 * self._sessions * self.voxels * 2 * 8
        return _mb(PYTHON + 2 * self._session + 2 * moments)

    def decode_mb(self, space: str) -> int:
        """Return the memory of a fit from the voxels of the regions that a feature space is decoded from."""
        if self.sizes is None:
            return self._unknown_mb
        voxels = self.voxels_in(self.study.decode.rois[space])
        return self._planned_mb(self._sizes_of("decode", voxels, self.width(space)))

    @property
    def learning_curve_mb(self) -> int:
        """Return the memory of the fits to all decoded spaces in turn, with the voxels of all at once."""
        rois = self.study.decode.rois
        largest = max(self.decode_mb(space) for space in rois)
        if self.sizes is None or len(rois) == 1:
            return largest
        return largest + _mb(
            FLOAT * self.trials * self.voxels_in([roi for some in rois.values() for roi in some])
        )

    @property
    def learning_curve_minutes(self) -> int:
        """Return the time of a learning curve: fits to 1, 2, 4, ... sessions take as long as two to all."""
        return 2 * self.fit_minutes * len(self.study.decode.rois)

    def encode_mb(self, space: str) -> int:
        """Return the memory of a fit from a feature space, or from inner products in it, to every voxel."""
        if self.sizes is None:
            return self._unknown_mb
        gram, pca = parse_space(space).facts.storage == GRAM, self.study.encode.pca
        kernel = gram or (pca is not None and self.width(space) > pca)
        return self._planned_mb(with_predictions(self._encoding_sizes((space,), kernel)))

    def joint_mb(self, model: str) -> int:
        """Return the memory of a joint fit from two feature spaces to every voxel."""
        if self.sizes is None:
            return self._unknown_mb
        return self._planned_mb(self._encoding_sizes(tuple(model.split("+")), kernel=True))

    @property
    def brain_mb(self) -> int:
        """Return the memory of comparing the pictures of a subject by all methods with its responses.

        The networks that extract features are gone when the fit begins. Test trials, and r of each test
        stimulus with every picture, in double precision, are in memory beside it.
        """
        spaces, regions = brain_spaces(self.study), self.study.evaluate.brain.regions
        if self.sizes is None or not spaces:
            return max(self.model_mb, self._unknown_mb)
        drawn, voxels = self.study.reconstruct, self.voxels_in(regions)
        stimuli = self.pictures[1]
        pictures = stimuli * (1 + sum(method.samples(drawn.samples) for method in run_methods(drawn)))
        fits = [self._sizes_of("encode", self.width(space), voxels) for space in spaces]
        fit = max(self._planned_mb(replace(sizes, test=pictures)) for sizes in fits)
        responses = FLOAT * int((1 - TRAINING) * self.trials + 1) * voxels
        compared = responses + 2 * FLOAT * len(regions) * stimuli * pictures
        return max(self.model_mb, fit + _mb(compared))

    def voxels_in(self, regions: Sequence[str]) -> int:
        """Return the most voxels that regions have, if all regions of the atlas are of one size."""
        most = self._known.voxels["atlas"] // self._known.regions * len(regions)
        return self.voxels if "all" in regions else min(most, self.voxels)

    @property
    def stack_mb(self) -> int:
        """Return the memory of a stack of all layers, whose decompositions are in memory together."""
        if self.sizes is None:
            return self._unknown_mb
        sizes = self._sizes_of("encode", sum(self.pictures), self.voxels)
        layers = max(1, len(self.study.encode.grid.layers))
        sizes = replace(sizes, scores=self._scoring.bytes_per_voxel, kernel=True, bands=layers)
        averaged = self.study.standardise.average_repeats
        return _mb(plan_stack(sizes, self.study.ridge, averaged).total)

    @property
    def best_model_mb(self) -> int:
        """Return the memory of comparing the models of the largest family: scores in resamples, thrice."""
        found = families(self.study.encode, self.study.reconstruct)
        models = max((len(family.models) for family in found), default=1)
        voxels = self.voxels if self.sizes else UNKNOWN_VOXELS
        return _mb(PYTHON + 3 * FLOAT * models * voxels * self.study.encode.resamples)

    @property
    def brain_view_mb(self) -> int:
        """Return the memory of the page of the brain: responses to all test stimuli, with two copies."""
        if self.sizes is None:
            return self._unknown_mb
        return _mb(PYTHON + 3 * FLOAT * self.pictures[1] * self.voxels)

    @property
    def joint_minutes(self) -> int:
        """Return the time of a model of several spaces: as many decompositions as mixtures, or as folds."""
        return 3 * self.fit_minutes

    def _encoding_sizes(self, spaces: Sequence[str], kernel: bool) -> FitSizes:
        """Return the sizes of a fit from feature spaces to every voxel."""
        gram = [parse_space(space).facts.storage == GRAM for space in spaces]
        widths = [
            sum(self.pictures) if given else self.width(space)
            for space, given in zip(spaces, gram, strict=True)
        ]
        scores = self._scoring.bytes_per_voxel
        sizes = self._sizes_of("encode", max(widths), self.voxels)
        return replace(sizes, scores=scores, kernel=kernel, bands=len(spaces))

    @property
    def gram_mb(self) -> int:
        """Return the memory of the inner products of a subject's stimuli in one layer of the U-Net."""
        known = count_stimuli(self.study)
        if known is None:
            return self._unknown_mb
        return _mb(PYTHON + gram.need_bytes(known.subject, known.study))

    def gram_minutes(self, space: str) -> int:
        """Return the time of inner products: all stimuli are read, those of the subject multiplied."""
        known = count_stimuli(self.study)
        if known is None:
            return 240
        width = self.width(space)
        read = known.study * width * FORMAT_BYTES[self.study.features.activity] / READ
        return 10 + int((read + gram.multiplications(known.subject, width) / MULTIPLIED) / 60)

    @property
    def _scoring(self) -> Scoring:
        encode, folds = self.study.encode, self.study.dataset.cross_validate != "none"
        return Scoring(encode.permutations, encode.resamples, folds, seed=0)

    @property
    def pictures(self) -> tuple[int, int]:
        """Return the number of training and of test pictures of a subject."""
        training = int(TRAINING * self.trials)
        return min(self._known.own_pictures, training), min(
            self._known.shared_pictures, self.trials - training
        )

    def _sizes_of(self, direction: Direction, predictors: int, targets: int) -> FitSizes:
        training = int(TRAINING * self.trials)
        return FitSizes(direction, self.trials, training, *self.pictures, predictors, targets)

    def _planned_mb(self, sizes: FitSizes) -> int:
        """Return the memory of a fit, as the fit itself plans it."""
        averaged = self.study.standardise.average_repeats
        return _mb(plan_memory(sizes, self.study.ridge, averaged, self.fit_threads).total)

    @property
    def _unknown_mb(self) -> int:
        """Return the memory of a fit to data of any size."""
        return PREPARED_FIT_MB if self._prepared else RECORDED_MB

    @property
    def _prepared(self) -> bool:
        return READERS[self.study.dataset.reader].prepared

    @property
    def sizes(self) -> StudySizes | None:
        """Return the sizes of the data set in the space of the study, None where they are not known."""
        sizes = READERS[self.study.dataset.reader].sizes
        return sizes[self.study.dataset.space or next(iter(sizes))] if sizes else None

    @property
    def _known(self) -> StudySizes:
        assert self.sizes is not None
        return self.sizes

    @property
    def _sessions(self) -> int:
        return self.study.dataset.sessions or self._known.sessions

    @property
    def trials(self) -> int:
        """Return the trials of a subject, where the sizes of the data set are known."""
        return self._sessions * self._known.trials_per_session

    @property
    def voxels(self) -> int:
        """Return the voxels of a subject, where the sizes of the data set are known."""
        return self._known.voxels[self.study.dataset.mask]

    @property
    def _session(self) -> int:
        """Return the bytes of the betas of a session."""
        return self._known.trials_per_session * self.voxels * FLOAT

    def width(self, space: str) -> int:
        """Return the values of a feature space per stimulus."""
        return parse_space(space).width(self.model_set)


def _mb(size: float) -> int:
    """Return whole MB, a multiple of 1000."""
    return 1000 * -int(-size // 1e9)
