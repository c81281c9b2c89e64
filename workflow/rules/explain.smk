# The figures of docs/diffusion.md, drawn with the shipped miniature in every study. Never part of `all`, since they
# lie in the repository: when the miniature changes, copy results/diffusion/*.png to docs/diffusion.
# Figures in the order of the page.
FIGURES = "latent-space forward-process schedule step-counts reverse-process guidance unet attention strengths".split()


rule explain_diffusion:
    """Figures of latents, noise and its schedule, denoising, captions, the U-Net and image to image."""
    input:
        code=code_of("explain_diffusion"),
        model=lambda wildcards: model_sums(model_set("miniature")),
    output:
        **{name.replace("-", "_"): figure_path(name) for name in FIGURES},
    log:
        log_path("explain_diffusion"),
    benchmark:
        benchmark_path("explain_diffusion")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=10),
    params:
        settings=training_settings("explain_diffusion"),
    shell:
        "python -m cortex2image.steps.explain_diffusion --settings {params.settings:q} "
        + " ".join(f"--{name} {{output.{name.replace('-', '_')}:q}}" for name in FIGURES)
        + " 2>{log:q}"


rule diffusion_page:
    """The figures of docs/diffusion.md, in results/diffusion."""
    input:
        rules.explain_diffusion.output,
    localrule: True
