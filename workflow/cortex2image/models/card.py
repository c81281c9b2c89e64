"""The model card of the miniature: what it is, what it learned from, how well it does, what it is not for."""

from collections.abc import Mapping, Sequence

TEMPLATE = """\
# Miniature Stable Diffusion for rendered scenes

A latent diffusion model with its CLIP, autoencoder and judge, in the layout and classes of Stable
Diffusion 1 (diffusers and transformers), small enough to be part of this repository. It was trained
from scratch, on rendered toy scenes alone, by the rules in `workflow/rules/models.smk`; `snakemake
train_miniature` makes it again.

| folder | class | shape | parameters |
|---|---|---|---|
{parts}

Weights are stored in half precision (the judge's in single precision); on a CPU, load them as
`torch.float32`.

## Data

{training_scenes} scenes of split `train`, seed {seed}, from `cortex2image.scenes`: 9 settings, 16
categories (among them the eight of Haxby et al. 2001), 8 colours, 4 lights, one large object (75 %)
or two, five captions each. A hash of the combination of setting, objects and colours decides the
split, so no test scene shares its combination with a training scene, whatever the seed.

## Training

| network | objective | batches | batch size |
|---|---|---|---|
| autoencoder | L1 + 2 MSE + 0.5 L1 of gradients + 2e-4 KL, on 32 x 32 crops, at the end on whole pictures \
| {autoencoder_steps} | 32, then 12 |
| CLIP | InfoNCE in both directions + attribute losses that fade out | {clip_steps} | 128 |
| judge | cross-entropy of the setting + 4 x binary cross-entropy of the categories | {judge_steps} | 64 |
| U-Net | mean squared error of v | {unet_steps} | 32 |

AdamW with linear warm-up and cosine decay to zero; the weights are exponential moving averages. The
U-Net predicts v_t = sqrt(a_t) e - sqrt(1 - a_t) x_0 from x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) e with
the scaled-linear schedule 0.00085 to 0.012 over 1000 steps, on latents whose channels were
whitened. Its captions are empty in 10 % of cases (for classifier-free guidance), single in 60 %,
the mean of five in 15 %, and that mean shrunk towards the mean of all scenes in 15 %, since text
states decoded from brain activity are such shrunken means. Loss curves: `training/*.csv`.
{remarks}

## On held-out scenes

Split `test`; pictures by 20 steps of DDIM, guidance scale 3; "setting" and "object" are the shares
of pictures in which the judge sees what the caption says (chance 0.11 and 0.06). The judge is
independent of CLIP and autoencoder, but was trained on the same scenes.

| part | measure | n | value |
|---|---|---|---|
{scores}

## Limits

It knows its toy world and nothing else: words outside of its {words} fall apart into letters, and
photographs mean nothing to its CLIP and its judge. Scores on it show that the workflow works, not
how well brains can be read. It is not Stable Diffusion, CLIP or AlexNet, and numbers computed with
it are not comparable with published ones.
"""


def model_card(
    parts: Sequence[tuple[str, str, str, int]],
    scores: Sequence[Mapping[str, str]],
    facts: Mapping[str, object],
) -> str:
    """Return the model card as Markdown.

    Parameters
    ----------
    parts : sequence of (folder, class, shape, number of parameters)
    scores : sequence of mappings
        Rows of the held-out table: part, measure, n, value.
    facts : mapping
        ``seed``, ``training_scenes``, the ``*_steps`` of each network, ``words`` of the vocabulary and
        ``remarks``.
    """
    sizes = [f"| `{folder}` | {kind} | {shape} | {count:,} |" for folder, kind, shape, count in parts]
    measured = [f"| {row['part']} | {row['measure']} | {row['n']} | {row['value']} |" for row in scores]
    return TEMPLATE.format(parts="\n".join(sizes), scores="\n".join(measured), **facts)
