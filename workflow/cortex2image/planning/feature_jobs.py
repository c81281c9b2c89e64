"""Jobs of feature spaces: which are computed, and which passes of the sampler leave them."""

import functools
from dataclasses import dataclass

from cortex2image.errors import or_end, require_known
from cortex2image.networks.registry import ModelSet
from cortex2image.planning.passes import Pass, emptied_before, is_layer, pass_of, passes
from cortex2image.planning.resources import Resources
from cortex2image.planning.stimuli import count_stimuli
from cortex2image.planning.study_paths import StudyPaths
from cortex2image.planning.wildcards import Wildcards
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import GRAM, VECTORS


@dataclass(frozen=True)
class FeatureJobs:
    """Feature spaces of a study, and the jobs of the sampler, which leave those that no step extracts."""

    study: Study
    model_set: ModelSet
    paths: StudyPaths
    resources: Resources

    @property
    def stored_as_vectors(self) -> list[str]:
        """Return the feature spaces that the study decodes, encodes or compares, stored as vectors."""
        return self._stored_as(VECTORS)

    @property
    def stored_as_grams(self) -> list[str]:
        """Return the feature spaces that are encoded and stored as inner products of a subject's stimuli."""
        return self._stored_as(GRAM)

    @functools.cached_property
    def passes(self) -> tuple[Pass, ...]:
        """Return the passes of the sampler; a layer that is too large for the disk ends planning."""
        return or_end(lambda: passes(self.study, self.model_set))

    def captured(self, wildcards: Wildcards) -> list[str]:
        """Return the feature spaces that a pass captures."""
        return list(self._pass(wildcards).spaces)

    def sampling_minutes(self, wildcards: Wildcards) -> int:
        """Return the time of a shard of a pass."""
        return self.resources.sampling_minutes(self._pass(wildcards).spaces)

    def sampled(self, wildcards: Wildcards) -> list[str]:
        """Return the folders of all shards of the pass that captures a feature space."""
        found = or_end(lambda: pass_of(wildcards.space, self.passes))
        place = {"noise": noise_label(found.noise), "part": str(found.part)}
        shards = range(self.study.features.shards)
        return [self.paths.layout.path("activity", **place, shard=str(shard)) for shard in shards]

    def emptied(self, wildcards: Wildcards) -> list[str]:
        """Return the inner products of earlier passes, whose activity is then gone, that a pass waits for."""
        known = count_stimuli(self.study)
        of_study = self.study, self.model_set, known.study if known else None
        earlier = emptied_before(self._pass(wildcards), self.passes, *of_study)
        layers = [name for one in earlier for name in one.spaces if is_layer(name)]
        return self.paths.of_all("grams", space=layers)

    def _pass(self, wildcards: Wildcards) -> Pass:
        """Return the pass of a job of the sampler."""
        asked = (wildcards.noise, wildcards.part)
        planned = {(noise_label(p.noise), str(p.part)): p for p in self.passes}
        or_end(lambda: require_known("noise level and part", "-".join(asked), map("-".join, planned)))
        return planned[asked]

    def _stored_as(self, storage: str) -> list[str]:
        encoded = encoded_spaces(self.study.encode, self.study.reconstruct)
        asked = {*self.study.decode.rois, *encoded, *brain_spaces(self.study)}
        return sorted(name for name in asked if parse_space(name).facts.storage == storage)


def noise_label(noise: float) -> str:
    """Return a noise level as the label of a job, which reads as the same number."""
    return repr(noise).removesuffix(".0")
