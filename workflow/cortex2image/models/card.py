"""The model card of the miniature: what it is, what it learned from, how well it does, what it is not for."""

from collections.abc import Mapping, Sequence

TEMPLATE = """\
# Miniature Stable Diffusion for rendered scenes

A latent diffusion model with its CLIP, autoencoder and judges, in the layout and classes of Stable
Diffusion 1 (diffusers and transformers), small enough to be part of this repository. It was trained
from scratch, on rendered toy scenes alone, by the rules in `workflow/rules/models.smk`; `snakemake
train_miniature` makes it again.

| folder | class | shape | parameters |
|---|---|---|---|
{parts}

Weights are stored in half precision; on a CPU, load them as `torch.float32`.

## Data

{training_scenes} scenes of split `train`, seed {seed}, from `cortex2image.scenes`: 9 settings, 16
categories (among them the eight of Haxby et al. 2001), 8 colours, 4 lights, one large object (75 %)
or two, five captions each.

Scenes are split by construction. A hash of the combination of setting, categories and colours
decides between training (80 %), validation (10 %) and test (10 %), so no test scene shares its
combination with a training scene, whatever the seed. One setting per category is held out
altogether: a scene with such a pair belongs to the split `composition`, and neither training,
validation nor test scenes show it. These pairs are:

{pairs}.

## Training

| network | objective | batches | batch size |
|---|---|---|---|
| autoencoder | L1 + 2 MSE + 0.5 L1 of gradients + 2e-4 KL(q(z given x), N(0, 1)), on 32 x 32 crops, at the \
end on whole pictures | {autoencoder_steps} | 32, then 12 |
| CLIP | InfoNCE in both directions + attribute losses that fade out | {clip_steps} | 128 |
| judges | cross-entropy of the setting + 4 x binary cross-entropy of the categories (the residual one: \
+ 2 x that of the colours) | {judge_steps} | 64 |
| U-Net | mean squared error of v | {unet_steps} | 32 |

AdamW with linear warm-up and cosine decay to zero; the weights are exponential moving averages. All
random draws derive from the seed {seed} and the name of what is drawn. Loss curves: `training/*.csv`.

The forward process is x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) e with e ~ N(0, 1), a_t the product of
1 - beta up to t, and beta of the scaled-linear schedule 0.00085 to 0.012 over 1000 steps, on latents
x_0 whose channels were whitened. The U-Net minimises

    L = E over x_0, c, e, t of || v(x_t, t, c) - v_t ||^2,  v_t = sqrt(a_t) e - sqrt(1 - a_t) x_0

(Salimans & Ho 2022), with t uniform. It paints by DDIM under classifier-free guidance of scale w
(Ho & Salimans 2022), v(x_t, t, empty) + w (v(x_t, t, c) - v(x_t, t, empty)). For that its captions c
are empty in 10 % of cases; they are single in 60 %, the mean of five in 15 %, and that mean shrunk
towards the mean of all scenes in 15 %, since text states decoded from brain activity are such
shrunken means. {remarks}

## On held-out scenes

Split `test`, and `composition` where it says so; {steps} steps of DDIM, w = {guidance:g}, painted in
{dtype}. "reached" is empty where nothing was asked for. {missed}

{scores}

- setting, object, all_objects: share of pictures in which a judge sees what the caption says (chance
  0.11 for the setting, 0.06 for one object, 0.01 for both of two). The judges are independent of CLIP
  and autoencoder, but were trained on the same scenes. The parts "judges" are real scenes: what a
  painter without fault would get.
- one caption again and again: correlation of the pixels of pictures painted from one caption, over
  all pairs, for a caption of each setting; the mean over captions, and the most uniform caption.
  Real scenes of the same contents stand below it: nothing is gained by values under theirs.
- copies of training pictures: each painted picture, shrunk to 16 x 16 pixels, and the nearest (RMSE)
  of all training pictures. median_distance_ratio compares its distance with that of real test scenes
  (1: as new as those); share_nearer_than_1_in_100_real is 0.01 by chance; a picture counts as copied
  where it is as near as 99 % of training pictures are to their own reconstruction by the autoencoder.
- real or generated: accuracy of a convolutional network, trained for nothing else, that sorts painted
  pictures from test scenes of the same captions, on the half of them it did not learn from (0.5: cannot be
  told apart; Lopez-Paz & Oquab 2017), with the 95 % interval of a binomial share. "real or
  autoencoded" is the same for test scenes after encoding and decoding alone.

## Limits

It knows its toy world and nothing else: words outside of its {words} words fall apart into letters,
and photographs mean nothing to its CLIP and its judges. Scores on it show that the workflow works, not
how well brains can be read. It is not Stable Diffusion, CLIP, AlexNet or Inception, and numbers
computed with it are not comparable with published ones.
"""


def model_card(
    parts: Sequence[tuple[str, str, str, int]],
    scores: Sequence[Mapping[str, str]],
    pairs: Mapping[str, str],
    facts: Mapping[str, object],
) -> str:
    """Return the model card as Markdown.

    Parameters
    ----------
    parts : sequence of (folder, class, shape, number of parameters)
    scores : sequence of mappings
        Rows of the held-out table, of the same columns.
    pairs : mapping
        From each category to the setting that is held out for it.
    facts : mapping
        ``seed``, ``training_scenes``, the ``*_steps`` of each network, ``steps``, ``guidance`` and ``dtype``
        of painting, the number of ``words`` and ``remarks``.
    """
    sizes = [f"| `{folder}` | {kind} | {shape} | {count:,} |" for folder, kind, shape, count in parts]
    compositions = ", ".join(f"{category} and {setting}" for category, setting in pairs.items())
    return TEMPLATE.format(
        parts="\n".join(sizes),
        scores=_table(scores),
        missed=_missed(scores),
        pairs=compositions,
        **facts,
    )


def _table(scores: Sequence[Mapping[str, str]]) -> str:
    columns = list(scores[0])
    lines = [columns, ["---"] * len(columns), *(list(row.values()) for row in scores)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _missed(scores: Sequence[Mapping[str, str]]) -> str:
    """Say which targets were missed."""
    missed = [row for row in scores if row["reached"] == "no"]
    if not missed:
        return "Every target was reached."
    names = [f"{row['part']}, {row['measure']} ({row['value']}, not {row['target']})" for row in missed]
    return f"Falls short: {'; '.join(names)}."
