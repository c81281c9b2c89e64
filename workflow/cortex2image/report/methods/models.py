"""Sentences on features, decoders, pictures and encoding models."""

from collections.abc import Sequence

from cortex2image.report.methods.facts import Facts
from cortex2image.report.methods.wording import counted, listed, sentence
from cortex2image.study.encoding_models import JOINT, STACK, encoding_models
from cortex2image.study.methods import FROM_NOISE, FROM_PICTURE, Method
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import run_methods
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import KINDS, kept_steps

MINIATURE = (
    "Features and pictures are those of a miniature latent diffusion model that was trained on rendered "
    "scenes "
    "and is shipped with cortex2image; it has the parts of Stable Diffusion [@rombach2022] and a CLIP "
    "[@radford2021] of its own"
)
SAMPLERS = {
    "ddim": "deterministic DDIM sampling [@song2021]",
    "pndm": "pseudo linear multi-step sampling [@liu2022]",
    "dpmsolver++": "DPM-Solver++ [@lu2022]",
    "ancestral": "ancestral sampling [@ho2020]",
}
PARTS = {
    "image_prompt": "An adapter let the U-Net attend to CLIP embeddings of pictures [@ye2023].",
    "captioner": "Captions were written by BLIP [@li2022] from its decoded states.",
    "depth": "A depth map, decoded as a network estimates it [@ranftl2021], entered the U-Net beside the "
    "latent.",
}


def features(study: Study, facts: Facts) -> list[str]:
    """Describe the diffusion model and the features that are decoded or encoded."""
    name = study.models.set
    model = MINIATURE if name == "miniature" else f"Features and pictures are those of {name} [@rombach2022]"
    text = [f"{model}; the SHA-256 of its checksums begins with {facts.models[:12]}."]
    models = encoding_models(study.encode, study.reconstruct)
    used = {parse_space(s).kind for s in (*study.decode.rois, *(s for m in models for s in m.spaces))}
    if "z" in used:
        latent = {"mean": "the mean of its posterior", "sample": "a draw from its posterior"}
        text.append(
            "z is the latent that the autoencoder of the model gives for a picture, "
            f"{latent[study.features.latent]}."
        )
    if "c" in used:
        shown = "picture" if READERS[study.dataset.reader].image_identity else "category"
        text.append(
            f"c is the mean over the captions of a {shown} of the last states of the model's text encoder."
        )
    text += [f"{kind} is the {KINDS[kind].meaning}." for kind in ("e", "blip", "depth") if kind in used]
    if used & {"zc", "unet"}:
        kept = kept_steps(study.reconstruct.steps, study.reconstruct.strength)
        text.append(
            f"zc is the latent after noise (level {study.reconstruct.strength:g}) was added to it and "
            "removed under "
            f"the captions in the last {kept} of {study.reconstruct.steps} steps of DDIM [@song2021], in "
            f"{study.models.precision}."
        )
    return text


def decoding(study: Study, facts: Facts) -> list[str]:
    """Describe the decoders."""
    parts = [
        f"{space} from {'all voxels' if 'all' in rois else 'the voxels of ' + listed(rois)}"
        for space, rois in study.decode.rois.items()
    ]
    return [f"Ridge regression [@hoerl1970] predicted {listed(parts)}.", *penalties(study)]


def penalties(study: Study) -> list[str]:
    """Describe how ridge penalties were chosen."""
    ridge = study.ridge
    if ridge.selection == "as_released":
        return [
            "Penalties, folds over trials and the missing intercept are those of the released code of 2023 "
            "[@takagi2023]."
        ]
    held, one = "stimulus", "one training stimulus"
    if study.dataset.cross_validate != "none":
        # Runs that share a stimulus stay together, so that no stimulus lies on both sides.
        held, one = "run", "one training run, and the runs that share a stimulus with it,"
    how = {
        "kfold": f"by {ridge.folds}-fold cross-validation on training trials, with all trials of a {held} in "
        "one fold",
        "loo": f"by leaving out {one} at a time, in closed form",
        "gcv": "by generalised cross-validation [@golub1979] on training trials",
    }
    grid = listed([f"{alpha:.15g}" for alpha in ridge.alphas])
    return [f"For each target the penalty was chosen among {grid} {how[ridge.selection]}."]


def pictures(study: Study, facts: Facts) -> list[str]:
    """Describe how pictures were made, method by method."""
    drawing, methods = study.reconstruct, run_methods(study.reconstruct)
    text = ["Pictures were made as follows."]
    text += [sentence(f"{_name(method)} {method.meaning}") for method in methods]
    text += _diffusion(study, methods)
    parts = dict.fromkeys(method.part for method in methods if method.part)
    text += [PARTS[part] for part in parts]
    if drawing.series.stimuli:
        strengths, steps = (
            listed([f"{v:g}" for v in vs]) for vs in (drawing.series.strengths, drawing.series.steps)
        )
        text.append(
            f"A series of {counted(drawing.series.stimuli, 'test stimulus', 'test stimuli')} was also drawn "
            "with "
            f"strength {strengths} and {steps} steps."
        )
    return text


def _name(method: Method) -> str:
    return f"The control {method.title}" if method.control else f"Method {method.title}"


def _diffusion(study: Study, methods: Sequence[Method]) -> list[str]:
    drawing = study.reconstruct
    if not any(method.draws_noise for method in methods):
        return ["No method draws by diffusion."]
    text = [
        f"The schedule of {drawing.steps} denoising steps was run by {SAMPLERS[drawing.sampler]} with "
        f"classifier-free guidance [@ho2022] of scale {drawing.guidance_scale:g}, in "
        f"{study.models.precision}."
    ]
    if any(method.start == FROM_PICTURE for method in methods):
        text.append(_from_picture(study))
    if any(method.start == FROM_NOISE for method in methods):
        text.append("Pictures without a layout were denoised from pure noise through all steps.")
    noise = (
        "stimuli shared the noise of a sample"
        if drawing.shared_noise
        else "each stimulus had noise of its own"
    )
    text.append(
        f"{sentence(counted(drawing.samples, 'picture'))[:-1]} per stimulus and method with noise "
        f"{'was' if drawing.samples == 1 else 'were'} drawn; {noise}; no picture was picked."
    )
    return text


def _from_picture(study: Study) -> str:
    drawing = study.reconstruct
    kept = kept_steps(drawing.steps, drawing.strength)
    noised = {
        "matched": "to the first timestep that is denoised",
        "as_released": "to one timestep above the first that is denoised, as in the code of 2023",
    }
    return (
        "Pictures that start from a layout were encoded, noised [@meng2022] "
        f"{noised[drawing.noising]}, and denoised by the last {kept} steps (strength {drawing.strength:g})."
    )


def encoding(study: Study, facts: Facts) -> list[str]:
    """Describe the encoding models."""
    encode, models = study.encode, encoding_models(study.encode, study.reconstruct)
    text = [
        f"Encoding models predicted the response of every voxel from {listed(encode.models)} by ridge "
        "regression."
    ]
    text += _grid(study)
    if any(model.kind == JOINT for model in models):
        text.append(
            "z and each zc were also fitted together with a penalty of their own each [@dupre2022], for the "
            "variance that either explains alone."
        )
    if any(model.kind == STACK for model in models):
        text.append("Models of all layers at a step were also combined with weights that each voxel chooses.")
    if encode.pca is not None:
        text.append(
            f"Wider features were replaced by {encode.pca:,} principal components of training stimuli."
        )
    within = wider = ""
    if study.dataset.cross_validate != "none":
        within, wider = (
            " within folds",
            ", wider by the square root of 2 since folds train each other's models",
        )
    text.append(
        "Accuracy is Pearson r of predicted and measured responses to test stimuli; p of a voxel comes from "
        f"{encode.permutations:,} permutations of the test stimuli{within}, and its q controls the false "
        f"discovery rate [@benjamini1995]; q below {encode.fdr:g} counts as significant. Intervals of "
        "regions rest on "
        f"{encode.resamples:,} bootstrap resamples of the test stimuli{within}{wider}."
    )
    if encode.to_mni:
        text.append("Maps were brought to fsaverage5 by an affine matrix to MNI152 of each subject.")
    return text


def _grid(study: Study) -> list[str]:
    grid, drawing, text = study.encode.grid, study.reconstruct, []
    if grid.noise_levels:
        levels = listed([f"{level:g}" for level in grid.noise_levels])
        text.append(
            f"zc was also taken after noise of level {levels} was added and removed under the captions."
        )
    if grid.steps:
        noises = listed([f"{level:g}" for level in grid.steps_at or (drawing.strength,)])
        layers = f", and activity of the U-Net in {listed(grid.layers)}" if grid.layers else ""
        text.append(
            f"From noise level {noises}, zc after denoising step {listed(grid.steps)}{layers} at these "
            "steps, "
            "predicted voxels too."
        )
    return text
