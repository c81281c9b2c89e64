"""Passes of the sampler: which feature spaces are sampled together.

A pass samples every stimulus once at one noise level, and keeps all that the study asks of it: latents, and
activity of layers of the U-Net, until the inner products of stimuli are taken. Where the activity of a noise
level is larger than the disk that `features/scratch_gb` allows, it comes in parts; each samples anew.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cortex2image.errors import ConfigError
from cortex2image.planning.stimuli import count_stimuli
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import GRAM, ModelShape

FORMAT_BYTES = {"float16": 2, "float32": 4}


@dataclass(frozen=True)
class Pass:
    """One pass of the sampler over all stimuli.

    Attributes
    ----------
    noise : float
        Noise level as a share of the schedule.
    part : int
        Number among the passes of this noise level, from 0.
    spaces : tuple of str
        The feature spaces that it leaves, sorted.
    """

    noise: float
    part: int
    spaces: tuple[str, ...]


def passes(study: Study, model_set: ModelShape, stimuli: int | None = None) -> tuple[Pass, ...]:
    """Return the passes of a study, by noise level and part.

    Parameters
    ----------
    study : Study
        Its `encode`, `reconstruct` and `features` are read, and for the number of stimuli its data set.
    model_set : ModelShape
    stimuli : int, optional
        Number of stimuli; None takes that of :func:`~cortex2image.planning.stimuli.count_stimuli`. Without
        either, each noise level has one part.

    Raises
    ------
    ConfigError
        A single space is larger than `features/scratch_gb`.
    """
    known = count_stimuli(study)
    count = stimuli if stimuli is not None else known.study if known else None
    levels: dict[float, list[str]] = {}
    for name in sampled_spaces(study):
        noise = parse_space(name).noise_level(study.reconstruct.strength)
        levels.setdefault(noise, []).append(name)
    return tuple(
        Pass(noise, part, spaces)
        for noise, names in sorted(levels.items())
        for part, spaces in enumerate(_parts(names, study, model_set, count))
    )


def pass_of(space: str, planned: Sequence[Pass]) -> Pass:
    """Return the pass that leaves a feature space.

    Raises
    ------
    ConfigError
        None does: no encoding model of the study reads the space.
    """
    for each in planned:
        if space in each.spaces:
            return each
    known = ", ".join(name for each in planned for name in each.spaces) or "none"
    fix = "add it to encode/models or encode/grid, or correct the name"
    raise ConfigError("feature space", f"one that the study samples: {known}", f"'{space}'", fix)


def sampled_spaces(study: Study) -> list[str]:
    """Return the feature spaces of the encoding models that take passes of the U-Net, sorted."""
    names = sorted(encoded_spaces(study.encode, study.reconstruct))
    return [name for name in names if parse_space(name).sampled]


def unet_passes(each: Pass, study: Study) -> int:
    """Return how often the U-Net runs for one stimulus of a pass, which ends with its last step."""
    return max(_cost(name, study) for name in each.spaces)


def activity_bytes(names: Sequence[str], study: Study, model_set: ModelShape, stimuli: int) -> int:
    """Return the disk that the layers among some spaces take until their inner products are taken.

    Latents do not count: they take 2.4 GB for 37,000 stimuli, and their tables as much again.
    """
    item = FORMAT_BYTES[study.features.activity]
    return stimuli * item * sum(parse_space(name).width(model_set) for name in names if is_layer(name))


def is_layer(name: str) -> bool:
    """Return whether inner products of a sampled space are kept, and not its vectors."""
    return parse_space(name).facts.storage == GRAM


def emptied_before(
    each: Pass, planned: Sequence[Pass], study: Study, model_set: ModelShape, stimuli: int | None
) -> tuple[Pass, ...]:
    """Return the earlier passes whose activity of layers must be gone before this pass starts.

    They are those that do not fit into `features/scratch_gb` together with this pass and with the passes
    between. Passes run in the order of the plan; those without layers wait for none, and none waits for them,
    so that another noise level of latents changes no other pass.
    """
    layered = [one for one in planned if any(map(is_layer, one.spaces))]
    if stimuli is None or each not in layered:
        return ()
    left, number = study.features.scratch_gb * 1e9, layered.index(each)
    for earlier in range(number, -1, -1):
        left -= activity_bytes(layered[earlier].spaces, study, model_set, stimuli)
        if left < 0:
            return tuple(layered[: earlier + 1])
    return ()


def _cost(name: str, study: Study) -> int:
    drawn = study.reconstruct
    return parse_space(name).unet_passes(drawn.steps, drawn.strength, drawn.guidance_scale)


def _parts(
    names: Sequence[str], study: Study, model_set: ModelShape, stimuli: int | None
) -> list[tuple[str, ...]]:
    """Divide the spaces of a noise level into the parts that take the fewest passes of the U-Net.

    Two first-fit packings of layers are compared: one that keeps late steps together, so that parts with
    early steps alone end early, and one by size, which leaves fewer parts where layers are large. Latents go
    to the longest part.
    """
    layers = [name for name in names if is_layer(name)]
    if stimuli is None or not layers:
        return [tuple(names)]
    sizes = {name: activity_bytes([name], study, model_set, stimuli) for name in layers}
    _check_largest(sizes, study)
    cost, budget = {name: _cost(name, study) for name in names}, study.features.scratch_gb * 1e9

    def length(part: Iterable[str]) -> int:
        return max(cost[name] for name in part)

    def packed(key: Callable[[str], tuple[int, int]]) -> list[tuple[str, ...]]:
        bins = _first_fit(sorted(layers, key=key, reverse=True), sizes, budget)
        max(bins, key=length).update(set(names) - set(layers))
        return [tuple(name for name in names if name in some) for some in bins]

    late_first = packed(lambda name: (cost[name], sizes[name]))
    large_first = packed(lambda name: (sizes[name], cost[name]))
    return min(late_first, large_first, key=lambda parts: (sum(map(length, parts)), len(parts)))


def _first_fit(names: Sequence[str], sizes: dict[str, int], budget: float) -> list[set[str]]:
    """Put each name into the first of the bins that has room for it."""
    bins: list[set[str]] = []
    for name in names:
        for some in bins:
            if sum(sizes[other] for other in some) + sizes[name] <= budget:
                some.add(name)
                break
        else:
            bins.append({name})
    return bins


def _check_largest(sizes: dict[str, int], study: Study) -> None:
    name = max(sizes, key=lambda each: sizes[each])
    if sizes[name] > study.features.scratch_gb * 1e9:
        expected = f"at least {sizes[name] * 1.0005 / 1e9:.4g} GB, for {name} of all stimuli"
        fix = "raise it, or leave out this layer"
        if study.features.activity == "float32":
            fix += "; `activity: float16` needs half"
        found = f"{study.features.scratch_gb:g} GB"
        raise ConfigError("features/scratch_gb", expected, found, fix)
