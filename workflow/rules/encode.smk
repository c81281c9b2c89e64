# From features to brain.


rule encode_voxels:
    """Ridge from one feature space to every voxel; penalties are chosen on training trials only."""
    input:
        **tables("trials", "betas", "voxels", "features"),
        code=code_of("encode_voxels"),
    output:
        encoding=at("encoding"),
        resamples=at("encoding_resamples"),
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
    """Accuracy of an encoding model as a volume on the subject's own grid."""
    input:
        **tables("voxels", "encoding"),
        code=code_of("map_encoding"),
    output:
        map=at("map"),
    log:
        log_of("map_encoding", "subject", "space"),
    benchmark:
        benchmark_of("map_encoding", "subject", "space")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    shell:
        command_line("map_encoding")


rule encoding_scores:
    """Encoding accuracy by subject, model and region."""
    input:
        code=code_of("encoding_scores"),
        voxels=of_all("voxels"),
        encoding=of_all("encoding", space=ENCODED),
        resamples=of_all("encoding_resamples", space=ENCODED),
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
