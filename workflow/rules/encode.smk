# From features to brain.


rule encode_voxels:
    """Ridge from one feature space to every voxel; penalties are chosen on training trials only."""
    input:
        **tables("trials", "betas", "voxels", "features"),
        code=code_of("encode_voxels"),
    output:
        encoding=at("encoding", model="{space}"),
    log:
        log_of("encode_voxels", "subject", "space"),
    benchmark:
        benchmark_of("encode_voxels", "subject", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(
            mem_mb=lambda wildcards: RESOURCES.encode_mb(wildcards.space), runtime=RESOURCES.fit_minutes
        ),
    params:
        settings=settings_of("encode_voxels"),
    shell:
        command_line("encode_voxels")


rule map_encoding:
    """Accuracy of an encoding model as volumes on the subject's own grid, and by hemisphere."""
    input:
        **tables("voxels", "encoding"),
        to_mni=JOBS.to_mni,
        code=code_of("map_encoding"),
    output:
        **JOBS.surface_maps,
        map=at("map"),
        significant=at("significant_map"),
        description=at("map_description"),
    log:
        log_of("map_encoding", "subject", "model"),
    benchmark:
        benchmark_of("map_encoding", "subject", "model")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=10),
    params:
        settings=settings_of("map_encoding"),
    shell:
        command_line("map_encoding")


rule encoding_figures:
    """Figures of a subject's encoding models, and the numbers behind them."""
    input:
        **tables("voxels"),
        encoding=collect(at("encoding"), model=shown_models(FIGURES), allow_missing=True),
        unique=collect(at("unique"), model=unique_models(FIGURES), allow_missing=True),
        preferred=collect(at("preferred"), family=preferred_families(FIGURES), allow_missing=True),
        to_mni=JOBS.to_mni,
        code=code_of("encoding_figures"),
    output:
        maps=JOBS.of_figures("figure"),
        significant=JOBS.of_figures("significant_figure"),
        regions=JOBS.of_figures("region_figure"),
        tables=JOBS.of_figures("figure_table"),
    log:
        log_of("encoding_figures", "subject"),
    benchmark:
        benchmark_of("encoding_figures", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=30),
    params:
        settings=settings_of("encoding_figures"),
    shell:
        command_line("encoding_figures")


rule encoding_scores:
    """Encoding accuracy by subject, model and region."""
    input:
        code=code_of("encoding_scores"),
        voxels=of_all("voxels"),
        encoding=of_all("encoding", model=ENCODED),
    output:
        scores=at("encoding_scores"),
    log:
        log_of("encoding_scores"),
    benchmark:
        benchmark_of("encoding_scores")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        settings=settings_of("encoding_scores"),
    shell:
        command_line("encoding_scores")
