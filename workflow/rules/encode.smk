# From features to brain.


rule encode_voxels:
    """Ridge from one feature space to every voxel; penalties are chosen on training trials only."""
    input:
        **tables("trials", "betas", "voxels"),
        features=JOBS.encoding.features_of_space,
        code=code_of("encode_voxels"),
    output:
        encoding=at("encoding", model="{space}"),
        resamples=at("encoding_resamples", model="{space}"),
        predictions=at("encoding_predictions", model="{space}"),
    log:
        log_of("encode_voxels", "subject", "space"),
    benchmark:
        benchmark_of("encode_voxels", "subject", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(
            copies=RESOURCES.copies,
            mem_mb=lambda wildcards: RESOURCES.encode_mb(wildcards.space),
            runtime=RESOURCES.fit_minutes,
        ),
    params:
        settings=settings_of("encode_voxels"),
    shell:
        command_line("encode_voxels")


rule encode_jointly:
    """Banded ridge from two feature spaces to every voxel, and what each explains beyond the other."""
    input:
        **tables("trials", "betas", "voxels"),
        features=JOBS.encoding.features_of_model,
        alone=JOBS.encoding.alone("encoding"),
        alone_resamples=JOBS.encoding.alone("encoding_resamples"),
        code=code_of("encode_jointly"),
    output:
        encoding=at("encoding"),
        resamples=at("encoding_resamples"),
        unique=at("unique"),
    log:
        log_of("encode_jointly", "subject", "model"),
    benchmark:
        benchmark_of("encode_jointly", "subject", "model")
    wildcard_constraints:
        model=joint_pattern(),
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(
            copies=RESOURCES.copies,
            mem_mb=lambda wildcards: RESOURCES.joint_mb(wildcards.model),
            runtime=RESOURCES.joint_minutes,
        ),
    params:
        settings=settings_of("encode_jointly"),
    shell:
        command_line("encode_jointly")


rule stack_layers:
    """Layers of the U-Net at one step, combined with weights that every voxel chooses."""
    input:
        **tables("trials", "betas", "voxels"),
        layers=JOBS.encoding.features_of_model,
        code=code_of("stack_layers"),
    output:
        encoding=at("encoding"),
        resamples=at("encoding_resamples"),
        weights=at("stack_weights"),
    log:
        log_of("stack_layers", "subject", "model"),
    benchmark:
        benchmark_of("stack_layers", "subject", "model")
    wildcard_constraints:
        model=stack_pattern(),
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(copies=RESOURCES.copies, mem_mb=RESOURCES.stack_mb, runtime=RESOURCES.joint_minutes),
    params:
        settings=settings_of("stack_layers"),
    shell:
        command_line("stack_layers")


rule best_model:
    """The model of a family that predicts each voxel best, with its margin over the second best."""
    input:
        voxels=at("voxels"),
        encoding=JOBS.encoding.of_family("encoding"),
        resamples=JOBS.encoding.of_family("encoding_resamples"),
        code=code_of("best_model"),
    output:
        preferred=at("preferred"),
    log:
        log_of("best_model", "subject", "family"),
    benchmark:
        benchmark_of("best_model", "subject", "family")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=RESOURCES.best_model_mb, runtime=10),
    shell:
        command_line("best_model")


rule map_encoding:
    """Accuracy of all encoding models of a subject as volumes on its own grid, and by hemisphere."""
    input:
        **tables("voxels"),
        encoding=collect(at("encoding"), model=ENCODED, allow_missing=True),
        to_mni=JOBS.to_mni,
        code=code_of("map_encoding"),
    output:
        **maps_in_report(),
    log:
        log_of("map_encoding", "subject"),
    benchmark:
        benchmark_of("map_encoding", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=60),
    params:
        settings=settings_of("map_encoding"),
        models=ENCODED,
    shell:
        command_line("map_encoding")


rule encoding_figures:
    """Figures of a subject's encoding models, and the numbers behind them."""
    input:
        **tables("voxels"),
        encoding=collect(at("encoding"), model=shown_models(ENCODING_FIGURES), allow_missing=True),
        unique=collect(at("unique"), model=unique_models(ENCODING_FIGURES), allow_missing=True),
        preferred=collect(at("preferred"), family=preferred_families(ENCODING_FIGURES), allow_missing=True),
        to_mni=JOBS.to_mni,
        code=code_of("encoding_figures"),
    output:
        maps=figures_in_report("figure", "figure", "every voxel"),
        significant=figures_in_report("significant_figure", "figure", "significant voxels"),
        regions=figures_in_report("region_figure", "regions", "regions"),
        tables=JOBS.encoding.of_figures("figure_table"),
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


rule brain_view:
    """Maps and predictions of a subject's encoding models, as the report's page of the brain reads them."""
    input:
        **tables("trials", "betas", "voxels"),
        encoding=collect(at("encoding"), model=ENCODED, allow_missing=True),
        predictions=collect(at("encoding_predictions"), model=STUDY.encode.models, allow_missing=True),
        to_mni=JOBS.to_mni,
        code=code_of("brain_view"),
    output:
        view=directory(at("brain_view")),
    log:
        log_of("brain_view", "subject"),
    benchmark:
        benchmark_of("brain_view", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(copies=RESOURCES.copies, mem_mb=RESOURCES.brain_view_mb, runtime=30),
    params:
        settings=settings_of("brain_view"),
        models=ENCODED,
    shell:
        command_line("brain_view")


rule encoding_scores:
    """Encoding accuracy by subject, model and region."""
    input:
        code=code_of("encoding_scores"),
        voxels=of_all("voxels"),
        encoding=of_all("encoding", model=ENCODED),
        resamples=of_all("encoding_resamples", model=ENCODED),
    output:
        scores=at("encoding_scores"),
    log:
        log_of("encoding_scores"),
    benchmark:
        benchmark_of("encoding_scores")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=10),
    params:
        settings=settings_of("encoding_scores"),
    shell:
        command_line("encoding_scores")
