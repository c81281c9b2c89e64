# From pictures and captions to features of the diffusion model.


def space_reads(wildcards):
    return parse_space(wildcards.space).reads(STUDY.features.latent)


rule extract_features:
    """One feature space of the diffusion model for every stimulus that a subject of the study saw."""
    input:
        code=code_of("extract_features"),
        model=model_sums,
        stimuli=at("stimuli"),
        shown=PICTURES,
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
        **growing(mem_mb=NEEDS.model_mb, runtime=lambda wildcards: NEEDS.feature_minutes(wildcards.space)),
        gpu=1,
    params:
        settings=settings_of("extract_features", more=space_reads),
    shell:
        """
        python -m cortex2image.steps.extract_features --settings {params.settings:q} \
            --space {wildcards.space} --stimuli {input.stimuli:q} \
            --features {output.features:q} 2>{log:q}
        """
