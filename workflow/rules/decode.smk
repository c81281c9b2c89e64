# From brain to features.


rule decode_features:
    """Ridge from voxels to one feature space; penalties are chosen on training trials only."""
    input:
        **tables("trials", "betas", "voxels", "features"),
        code=code_of("decode_features"),
    output:
        decoded=at("decoded"),
        scores=at("decoded_scores"),
    log:
        log_of("decode_features", "subject", "space"),
    benchmark:
        benchmark_of("decode_features", "subject", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(
            copies=RESOURCES.copies,
            mem_mb=lambda wildcards: RESOURCES.decode_mb(wildcards.space),
            runtime=RESOURCES.fit_minutes,
        ),
    params:
        settings=settings_of("decode_features"),
    shell:
        command_line("decode_features")


rule decode_control:
    """Features by the decoder of a control: trained on permuted pairs, or given noise to decode."""
    input:
        **tables("trials", "betas", "voxels", "features"),
        code=code_of("decode_control"),
    output:
        control_decoded=at("control_decoded"),
    log:
        log_of("decode_control", "subject", "control", "space"),
    benchmark:
        benchmark_of("decode_control", "subject", "control", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(
            copies=RESOURCES.copies,
            mem_mb=lambda wildcards: RESOURCES.decode_mb(wildcards.space),
            runtime=RESOURCES.fit_minutes,
        ),
    params:
        settings=settings_of("decode_control"),
    shell:
        command_line("decode_control")
