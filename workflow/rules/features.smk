# From pictures and captions to features of the diffusion model.


rule extract_features:
    """One feature space of the diffusion model for every stimulus that a subject of the study saw."""
    input:
        code=code_of("extract_features"),
        model=JOBS.model_sums,
        stimuli=at("stimuli"),
        shown=JOBS.pictures,
    output:
        features=at("features"),
    log:
        log_of("extract_features", "space"),
    benchmark:
        benchmark_of("extract_features", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 8
    resources:
        **growing(
            mem_mb=RESOURCES.model_mb, runtime=lambda wildcards: RESOURCES.feature_minutes(wildcards.space)
        ),
        gpu=1,
    params:
        settings=JOBS.space_settings("extract_features"),
        entry=JOBS.entry("extract_features"),
    shell:
        command_line("extract_features")
