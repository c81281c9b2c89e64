"""The model card of the miniature: data, training, scores and limits."""

from collections.abc import Mapping, Sequence

from cortex2image.judges import network as judge_network
from cortex2image.judges.architectures import COLOUR_WEIGHT
from cortex2image.miniature import autoencoder, clip, judge_training, unet
from cortex2image.miniature.score_table import missed, not_measured

TEMPLATE = """\
# Miniature Stable Diffusion for rendered scenes

A latent diffusion model with its CLIP, autoencoder and judges, in the layout and classes of Stable
Diffusion 1 (diffusers and transformers), small enough to be part of this repository. It was trained
from scratch, on rendered toy scenes alone, by the rules in `workflow/rules/miniature.smk`; `snakemake
train_miniature` makes it again.

| folder | class | shape | parameters |
|---|---|---|---|
{parts}

Weights are stored in half precision; on a CPU, load them as `torch.float32`.

## Data

{training_scenes} scenes of split `train`, seed {seed}, from `cortex2image.scenes`:
{settings} settings, {categories} categories (among them the eight of Haxby et al. 2001), {colours} colours,
{lights} lights, one large object ({single_object_share:.0f} %) or two, {captions} captions each.

Scenes are split by construction. A hash of the combination of setting, categories and colours
decides between training ({split_shares[train]:.0f} %), validation ({split_shares[validation]:.0f} %)
and test ({split_shares[test]:.0f} %), so no test scene shares its combination with a training scene,
whatever the seed. One setting per category is held out altogether: a scene with such a pair belongs to
the split `composition`, and neither training, validation nor test scenes show it. These pairs are:

{pairs}.

## Training

| network | objective | batches | batch size |
|---|---|---|---|
| autoencoder | L1 + {square_weight:g} MSE + {gradient_weight:g} L1 of gradients \
+ {kl_weight:g} KL(q(z given x), N(0, 1)), on {crop} x {crop} crops, at the end on whole pictures \
| {autoencoder_steps} | {autoencoder_batch}, then {whole_batch} |
| CLIP | InfoNCE in both directions + attribute losses that fade out | {clip_steps} | {clip_batch} |
| judges | cross-entropy of the setting + {category_weight:g} x binary cross-entropy of the categories (the \
residual one: + {colour_weight:g} x that of the colours) | {judge_steps} | {judge_batch} |
| U-Net | mean squared error of v | {unet_steps} | {unet_batch} |

AdamW with linear warm-up and cosine decay to zero; the weights are exponential moving averages. All
random draws derive from the seed {seed} and the name of what is drawn. Loss curves: `training/*.csv`.

The forward process is x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) e with e ~ N(0, 1), a_t the product of
1 - beta up to t, and beta of the scaled-linear schedule {beta_start:g} to {beta_end:g} over
{timesteps} steps, on latents x_0 of which each channel was standardised to mean 0 and deviation 1.
The U-Net minimises

    L = E over x_0, c, e, t of || v(x_t, t, c) - v_t ||^2,  v_t = sqrt(a_t) e - sqrt(1 - a_t) x_0

(Salimans & Ho 2022), with t uniform. It paints by DDIM under classifier-free guidance of scale w
(Ho & Salimans 2022), v(x_t, t, empty) + w (v(x_t, t, c) - v(x_t, t, empty)). For that its captions c
are empty in {empty_share:.0f} % of cases; they are single in {single_share:.0f} %, the mean of all
of a scene in {mean_share:.0f} %, and that mean shrunk towards the mean of all scenes in
{shrunk_share:.0f} %, since text states decoded from brain activity are such shrunken means. {remarks}

These scales were tried on scenes of the split `validation`; all others are painted at w = {guidance:g}.
The last columns are the correlation of pixels between paintings from coarse
pictures and the pictures themselves, and between paintings of one caption (lower: more diverse).

{guidance_table}

## On held-out scenes

Split `test`, and `composition` where it says so; {steps} steps of DDIM, w = {guidance:g}, painted in
float32, as every study paints. "reached" is empty where nothing was asked for. {verdict}

{scores}

- setting, object, all_objects: share of pictures in which a judge sees what the caption says. By chance
  it is {setting_chance:.2f} for the setting, {object_chance:.2f} for one object, {pair_chance:.3f} for
  both of two. The judges are independent of CLIP and autoencoder, but were trained on the same scenes.
  The parts "judges" are real scenes: what a painter without fault would get.
- Among scenes of one object all categories are equally frequent; object_worst_category is the share of
  the one that is seen least often. distinct_combinations says how many different combinations of setting,
  categories and colours the captions are of; scenes of the same combination differ in all else.
- text to image: from the first caption of each scene, or the mean of all its captions.
- image to image: from the scene shrunk to {coarse} x {coarse} pixels and enlarged again, at strength
  {strength:g}, with the scene's first caption, or the mean of all; pixel_correlation is that with the scene.
- category to image: from the mean of captions that name a category and nothing else. These contents
  are not held out: bare categories before a plain background are mostly combinations of the training
  split. They are what a data set without captions gives.
- one caption again and again: correlation of the pixels of pictures painted from one caption, over
  all pairs, for a caption of each setting; the mean over captions, and the most uniform caption.
  Real scenes of the same contents stand below it: nothing is gained by values under theirs.
- copies of training pictures: each painted picture, shrunk to {grid} x {grid} cells, and the nearest (RMSE)
  of all training pictures, whether it shows it as it is, mirrored, or moved by up to {shift} pixels; the
  same in other colours is not found. median_distance_ratio compares its distance with that of real test
  scenes (1: as new as those); share_nearer_than_1_in_100_real is 0.01 by chance; a picture counts as
  copied where it is as near as {faithful:.0f} % of training pictures are to their own reconstruction by the
  autoencoder.
- real or generated: accuracy of a convolutional network, trained for nothing else, that sorts painted
  pictures from test scenes of the same captions, on the half of them it did not learn from (0.5: it
  found no difference; Lopez-Paz & Oquab 2017), with the 95 % interval of a binomial share. The interval
  takes the pictures for independent, although they come in pairs of one caption, and leaves out that
  another training of the network would give another accuracy. "real or autoencoded" is the same for test
  scenes after encoding and decoding alone.
- speed: pictures per second from captions, on as many threads as stands beside it.

## Limits

It knows its toy world and nothing else: words outside of its {words} words fall apart into letters,
and photographs mean nothing to its CLIP and its judges. Scores on it show that the workflow works, not
how well brains can be read. It is not Stable Diffusion, CLIP, AlexNet or Inception, and numbers
computed with it are not comparable with published ones.
"""


def recipe() -> dict[str, object]:
    """Return batch sizes, loss weights, shares of captions and the noise schedule for the card, by name.

    Values come from the modules that train the networks. Shares are in percent.
    """
    noise = unet.build_scheduler().config
    shrunk = 1 - unet.EMPTY_SHARE - unet.SINGLE_SHARE - unet.MEAN_SHARE
    return {
        "crop": autoencoder.CROP,
        "autoencoder_batch": autoencoder.BATCH,
        "whole_batch": autoencoder.WHOLE_BATCH,
        "square_weight": autoencoder.SQUARE_WEIGHT,
        "gradient_weight": autoencoder.GRADIENT_WEIGHT,
        "kl_weight": autoencoder.KL_WEIGHT,
        "clip_batch": clip.BATCH,
        "judge_batch": judge_training.BATCH,
        "category_weight": judge_network.CATEGORY_WEIGHT,
        "colour_weight": COLOUR_WEIGHT,
        "unet_batch": unet.BATCH,
        "empty_share": 100 * unet.EMPTY_SHARE,
        "single_share": 100 * unet.SINGLE_SHARE,
        "mean_share": 100 * unet.MEAN_SHARE,
        "shrunk_share": 100 * shrunk,
        "beta_start": noise.beta_start,
        "beta_end": noise.beta_end,
        "timesteps": noise.num_train_timesteps,
    }


def model_card(
    parts: Sequence[tuple[str, str, str, int]],
    scores: Sequence[Mapping[str, str]],
    guidance: Sequence[Mapping[str, str]],
    pairs: Mapping[str, str],
    facts: Mapping[str, object],
) -> str:
    """Return the model card as Markdown.

    Parameters
    ----------
    parts : sequence of (folder, class, shape, number of parameters)
    scores : sequence of mappings
        Rows of the table of held-out scores.
    guidance : sequence of mappings
        Rows of the table from which the guidance scale was chosen.
    pairs : mapping
        Held-out setting of each category.
    facts : mapping
        Values of all other fields of :data:`TEMPLATE`.
    """
    sizes = [f"| `{folder}` | {kind} | {shape} | {count:,} |" for folder, kind, shape, count in parts]
    compositions = ", ".join(f"{category} and {setting}" for category, setting in pairs.items())
    return TEMPLATE.format(
        parts="\n".join(sizes),
        scores=_table(scores),
        verdict=_verdict(scores),
        guidance_table=_table(guidance),
        pairs=compositions,
        **facts,
    )


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows with equal columns as a Markdown table."""
    columns = list(rows[0])
    lines = [columns, ["---"] * len(columns), *(list(row.values()) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _verdict(scores: Sequence[Mapping[str, str]]) -> str:
    """Return sentences that name the targets that were missed and those that were not measured."""
    short = [
        f"{row['part']}, {row['measure']} ({row['value']}, not {row['target']})" for row in missed(scores)
    ]
    unknown = [f"{part}, {measure} ({target})" for (part, measure), target in not_measured(scores).items()]
    sentences = [
        f"{start}: {'; '.join(names)}."
        for start, names in (("Falls short", short), ("Not measured", unknown))
        if names
    ]
    return " ".join(sentences) or "Every target was reached."
