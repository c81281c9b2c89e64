"""docs/metrics.md, made from the facts of the metrics, so that it cannot drift.

``python -m cortex2image.metrics.page > docs/metrics.md``, with ``workflow`` on the Python path, writes it.
"""

import math
from collections.abc import Iterator

from cortex2image.metrics.brain_facts import BRAIN_METRICS
from cortex2image.metrics.choice import HEADLINE, is_chosen_among
from cortex2image.metrics.identification_rules import VARIANTS, Rule
from cortex2image.metrics.metric import Metric
from cortex2image.metrics.pixels import PAIR_METRICS
from cortex2image.metrics.registry import METRICS, TWO_WAYS, VARIANT_NAMES
from cortex2image.stats.permutation_groups import PAIRS, SMALLEST

_HEAD = """# Metrics

Made from `workflow/cortex2image/metrics/registry.py` by `python -m cortex2image.metrics.page`;
do not edit.

## How a score is made

- **Value.** Each picture has a value per metric; a method's value is the mean over stimuli of the mean over
  the samples of a stimulus. All samples count, none is selected. For `all` it is the mean over subjects.
- **Choice.** `evaluate/metrics` names the metrics of pictures that are computed, or patterns of names, such
  as `twoway_*`. `headline`, its default, stands for those that are marked so below. A network that no chosen
  metric takes is not loaded. Metrics of decoded features and of the brain are not chosen there.
- **Rules of identification.** Every layer of a judge gives the same table of correlations of originals and
  reconstructions, from which several scores can be made: by what is searched among what, by the number of
  rivals, by what ties count. They are not on one scale, and published numbers mix them: with the same
  pictures, the two directions of two-way identification can differ by points, and pictures that are all the
  same score 0.5 by the rule of this project and 0 by that of the code of 2023 (see
  [fidelity](fidelity.md)). [The rules](#rules-of-identification) stand at the end of this page.
- **Null and p.** The null permutes which original belongs to which reconstruction; where a study knows
  categories only, which category belongs to which decoded stimulus, within runs. All samples of a stimulus
  move together. Permutations follow from the identity of the stimuli, so that subjects are permuted alike
  as far as they saw the same ones and shared noise does not narrow the null of `all`; stimuli are permuted
  within sets that the same subjects saw. p is one-sided, (1 +
  draws at least as good) / (1 + draws). Permutation takes the decoded features as given; in a
  cross-validated study folds share training rows, and p is approximate there. Identification within a group
  is permuted within the group.
- **Interval.** 95 %, in closed form. For one subject it speaks about other stimuli, for `all` about other
  stimuli and other subjects, and is rather too wide. Two-way identification is no mean over stimuli: each is
  searched for once, and is a rival of all others. Both enter. [calibration](calibration.md) says how often
  intervals cover their target, and [identification](identification.md) how often those of the other rules
  do.
- **Networks.** `cnn`, `residual` and `clip` are the judges of the miniature: small networks of this project,
  neither AlexNet, nor Inception, nor OpenAI's CLIP. The judges of full-size model sets are the published
  networks. Their names end in the definition they follow, since the same names stand for different layers,
  sizes and filters in the literature: `_takagi` for the code released with Takagi and Nishimoto (2023),
  `_brain_diffuser` for that of Brain-Diffuser (Ozcelik and VanRullen 2023), `_mindeye` for that of MindEye
  (Scotti et al. 2023), which most later work copies. Compare scores within one judge only. Three things are
  not copied: originals come at the size of the reconstructions, not at their own (425 px); every network
  computes in single precision; metrics of pixels are computed by this project's code, at the size of the
  reconstructions. Values correspond to those of the papers; they are not the same numbers.
  `lpips_alex` is computed only where the model set brings the weights of AlexNet (`lpips` in
  `networks/registry.py`); the miniature does not, and its studies have no such metric.
- **What people find alike.** `distance_dreamsim_dino_vitb16` is DreamSim (Fu et al. 2023), fitted to people's
  judgements of which of two pictures is more like a third: of its networks, that of one vision transformer,
  not the ensemble. Only the model sets whose names end in `-dreamsim` have it. Where a set is on disk
  already, name its folder as `models/folder` beside `models/set: stable-diffusion-v1-4-dreamsim` and run
  `download_models` again: it fetches DINO's weights and the archive of DreamSim's, and adds them to
  `SHA256SUMS`, so that what was made with this folder is made again.
- **Structural similarity.** The same call of scikit-image computes two metrics: in two dimensions (`ssim2d`)
  since version 0.20, which MindEye and later work name; of picture columns (`ssim_legacy_columns`) before, as
  in the version that Brain-Diffuser names. The two are not on one scale.
- **Captions.** `caption_*` score the texts that method `caption` decodes (see
  [captions](captions-and-depth.md)), not its pictures; other methods have none. `caption_rouge_1` and
  `caption_rouge_l` are those of the package rouge-score, without its stemmer. METEOR is not computed: it
  needs a dictionary of synonyms, and values depend on its version.
- **Judges and the generator.** The classifiers took no part in making the pictures they judge. CLIP did, in
  the miniature and in Stable Diffusion 1.x: its text tower is the generator's text encoder, in whose states c
  is decoded. `twoway_clip*` and `category_clip*` may therefore favour methods that use c; read them beside
  the other judges. Stable Diffusion 2 has the text encoder of another CLIP.
- **The brain.** Metrics whose names begin with `brain_` compare the response that an encoding model predicts
  from a picture with the measured one, in a feature space and a region that their names give; `seen` is the
  picture that was seen. What they can show, and what they cannot, says
  [brain-consistency](brain-consistency.md).
- **Large studies.** Every null has all draws at any size. That of {pair_metrics}, which takes time for each
  pair of pictures, permutes stimuli within random groups beyond {all_pairs} that the same subjects saw:
  groups of {pairs} / their number, at least {smallest}. The test stays exact (Hemerik and Goeman 2018). A
  draw leaves a picture with its own original once in as many times as its group has members, which moves
  `null_mean` towards the value by this share of the effect, for instance 1 / 30 for 1,000 stimuli.
- **What it depends on.** The metadata of the tables of scores hold, as JSON, the version of each metric, the
  SHA-256 of its network's weights, size and interpolation of its input (`metrics`), and the versions of the
  packages (`packages`). Scores of one table agree in the first, or are not joined.

## The metrics"""


def metrics_page() -> str:
    """Return docs/metrics.md."""
    head = _HEAD.format(
        all_pairs=math.isqrt(PAIRS),
        pairs=f"{PAIRS:,}",
        smallest=SMALLEST,
        pair_metrics=" and ".join(f"`{name}`" for name in PAIR_METRICS),
    )
    plain = [*(metric for name, metric in METRICS.items() if name not in VARIANT_NAMES), *BRAIN_METRICS]
    sections = ["\n".join(_section(metric)) for metric in plain]
    rules = ["\n".join(_rule_section(rule)) for rule in VARIANTS]
    return "\n\n".join([head, *sections, _RULES, *rules]) + "\n"


_RULES = """## Rules of identification

Each makes one more metric of every two-way identification above, whose name without `twoway_` takes the place
of X, from the same pictures, networks and layers; judge, input and weights are those of that metric."""


def _section(metric: Metric) -> Iterator[str]:
    better = "higher" if metric.higher_is_better else "lower"
    chance = "see the permutation null" if metric.chance is None else f"{metric.chance:g}"
    yield f"### `{metric.name}`: {metric.title}, version {metric.version}\n"
    yield f"{metric.what[0].upper()}{metric.what[1:]}.\n"
    yield f"- Compared: {metric.compared}."
    if metric.judge:
        yield f"- Judge: `{metric.judge}`" + (f", layer `{metric.layer}`." if metric.layer else ".")
    if metric.input_size:
        antialiased = "antialiased" if metric.antialias else "not antialiased"
        yield f"- Input: {metric.input_size} px, {metric.interpolation}, {antialiased}."
    if metric.weights:
        output = f"; the layer is the output of `{metric.node}`" if metric.node else ""
        yield f"- Weights: `{metric.weights}`{output}."
    if metric.shared:
        yield f"- Not independent of the generator: {metric.shared}."
    if metric.direction:
        yield f"- Direction: {metric.direction}."
    if metric.needs:
        yield f"- Needs: {metric.needs}. A subject without has no such score."
    yield f"- Ties and undefined values: {metric.ties}."
    yield f"- Source: {metric.source}."
    yield f"- Bounds: {metric.bounds[0]:g} to {metric.bounds[1]:g}; {better} is better; chance: {chance}."
    if is_chosen_among(metric):
        yield f"- Chosen by `{HEADLINE}`: {'yes' if metric.headline else 'no'}."


def _rule_section(rule: Rule) -> Iterator[str]:
    facts = rule.facts(METRICS[TWO_WAYS[0]], last_layer=True)
    chance = "see the permutation null" if facts.chance is None else f"{facts.chance:g}"
    yield f"### `{rule.name('X')}`: {rule.title}, version {facts.version}\n"
    yield f"{rule.what[0].upper()}{rule.what[1:]}.\n"
    yield f"- Direction: {facts.direction}."
    if facts.needs:
        yield f"- Needs: {facts.needs}. A subject without has no such score."
    yield f"- Ties: {rule.ties}."
    yield f"- Source: {rule.source}."
    yield f"- Bounds: 0 to 1; higher is better; chance: {chance}."
    last = "for the last layer of each judge of whose two-way identifications it chooses one"
    yield f"- Chosen by `{HEADLINE}`: {last if rule.headline else 'no'}."


if __name__ == "__main__":
    print(metrics_page(), end="")
