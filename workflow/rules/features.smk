# A mean needs no seed, so that a change of seed leaves it as it is.
LATENT = f"--latent sample --seed {config['seed']}" if config["features"]["latent"] == "sample" else ""


rule extract_features:
    """One feature space of the diffusion model for every stimulus that a subject of the study saw."""
    input:
        code=source_files("cortex2image.steps.extract_features"),
        model=model_sums,
        stimuli=f"{RESULTS}/stimuli.parquet",
        shown=PICTURES,
    output:
        features=f"{RESULTS}/features/{{space}}.parquet",
    log:
        f"logs/{STUDY}/extract_features/{{space}}.log",
    benchmark:
        f"benchmarks/{STUDY}/extract_features/{{space}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 8
    resources:
        mem_mb=growing(MODEL_MB),
        runtime=growing(feature_minutes),
        gpu=1,
    params:
        # Only zc is drawn, so a change of how pictures are drawn leaves z and c as they are. They take little time
        # and are what is to be predicted: single precision.
        models=branch(evaluate("{space} == 'zc'"), then=GENERATOR_OPTIONS, otherwise=ENCODER_OPTIONS),
        sampling=branch(
            evaluate("{space} == 'zc'"),
            then=f"--seed {config['seed']} --steps {config['reconstruct']['steps']}"
            f" --strength {config['reconstruct']['strength']}"
            f" --guidance-scale {config['reconstruct']['guidance_scale']}"
            f" --noise-level {config['reconstruct']['noise_level']}",
            otherwise="",
        ),
        latent=branch(evaluate("{space} == 'c'"), then="", otherwise=LATENT),
    shell:
        """
        python -m cortex2image.steps.extract_features \
            --space {wildcards.space} --stimuli {input.stimuli:q} \
            {params.models} {params.sampling} {params.latent} \
            --features {output.features:q} 2>{log:q}
        """
