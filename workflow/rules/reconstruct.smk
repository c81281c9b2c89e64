from cortex2image.study.methods import METHODS as SPACES_OF_METHOD


rule reconstruct_images:
    """Pictures of every test stimulus of a subject, by one method."""
    input:
        code=source_files("cortex2image.steps.reconstruct_images"),
        model=model_sums,
        decoded=collect(
            f"{RESULTS}/{{{{subject}}}}/decoded/{{space}}.parquet",
            space=lookup("{method}", within=SPACES_OF_METHOD),
        ),
    output:
        images=directory(f"{RESULTS}/{{subject}}/reconstructions/{{method}}"),
        table=f"{RESULTS}/{{subject}}/reconstructions/{{method}}.parquet",
    log:
        f"logs/{STUDY}/reconstruct_images/{{subject}}-{{method}}.log",
    benchmark:
        f"benchmarks/{STUDY}/reconstruct_images/{{subject}}-{{method}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 8
    resources:
        mem_mb=growing(MODEL_MB),
        runtime=growing(240),
        gpu=1,
    params:
        seed=lookup("seed", within=config),
        models=GENERATOR_OPTIONS,
        samples=lookup("reconstruct/samples", within=config),
        steps=lookup("reconstruct/steps", within=config),
        strength=lookup("reconstruct/strength", within=config),
        guidance_scale=lookup("reconstruct/guidance_scale", within=config),
        noise_level=lookup("reconstruct/noise_level", within=config),
        latent=lookup("features/latent", within=config),
        shared_noise=branch(config["reconstruct"]["shared_noise"], then="--shared-noise", otherwise=""),
    shell:
        """
        python -m cortex2image.steps.reconstruct_images \
            --method {wildcards.method} --decoded {input.decoded:q} \
            {params.models} --seed {params.seed} --samples {params.samples} \
            --steps {params.steps} --strength {params.strength} --guidance-scale {params.guidance_scale} \
            --noise-level {params.noise_level} --latent {params.latent} {params.shared_noise} \
            --images {output.images:q} --reconstructions {output.table:q} 2>{log:q}
        """
