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
    threads: NEEDS.fit_threads
    resources:
        **growing(mem_mb=lambda wildcards: NEEDS.decode_mb(wildcards.space), runtime=NEEDS.fit_minutes),
    params:
        settings=settings_of("decode_features"),
    shell:
        """
        python -m cortex2image.steps.decode_features --settings {params.settings:q} \
            --subject {wildcards.subject} --space {wildcards.space} \
            --trials {input.trials:q} --betas {input.betas:q} --voxels {input.voxels:q} \
            --features {input.features:q} \
            --decoded {output.decoded:q} --scores {output.scores:q} 2>{log:q}
        """
