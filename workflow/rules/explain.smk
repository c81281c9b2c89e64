# The figures of docs/diffusion.md, with the shipped miniature whatever the study. Never part of `all`: the page comes
# with the repository; when the miniature changes, copy results/diffusion/*.png to docs/diffusion.
FIGURES = "results/diffusion"


rule explain_diffusion:
    """Latents, noise and its schedule, the way back from noise, captions, the U-Net, image to image: as pictures."""
    input:
        code=source_files("cortex2image.steps.explain_diffusion"),
        model=sums_file(model_set("miniature")),
    output:
        latent_space=f"{FIGURES}/latent-space.png",
        forward_process=f"{FIGURES}/forward-process.png",
        schedule=f"{FIGURES}/schedule.png",
        step_counts=f"{FIGURES}/step-counts.png",
        reverse_process=f"{FIGURES}/reverse-process.png",
        guidance=f"{FIGURES}/guidance.png",
        unet=f"{FIGURES}/unet.png",
        attention=f"{FIGURES}/attention.png",
        strengths=f"{FIGURES}/strengths.png",
    log:
        "logs/explain_diffusion.log",
    benchmark:
        "benchmarks/explain_diffusion.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(10),
    params:
        steps=lookup("steps", within=MINIATURE),
        guidance_scale=lookup("guidance", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
    shell:
        """
        python -m cortex2image.steps.explain_diffusion \
            --model-set miniature \
            --steps {params.steps:q} \
            --guidance-scale {params.guidance_scale:q} \
            --seed {params.seed:q} \
            --latent-space {output.latent_space:q} \
            --forward-process {output.forward_process:q} \
            --schedule {output.schedule:q} \
            --step-counts {output.step_counts:q} \
            --reverse-process {output.reverse_process:q} \
            --guidance {output.guidance:q} \
            --unet {output.unet:q} \
            --attention {output.attention:q} \
            --strengths {output.strengths:q} 2>{log:q}
        """


rule diffusion_page:
    """The figures of docs/diffusion.md, in results/diffusion."""
    input:
        rules.explain_diffusion.output,
    localrule: True
