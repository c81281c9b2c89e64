# From features to pictures.


def decoded_of_method(wildcards):
    return [at("decoded", subject=wildcards.subject, space=s) for s in METHODS[wildcards.method].decoded]


def features_of_method(wildcards):
    return [at("features", space=space) for space in METHODS[wildcards.method].features]


rule reconstruct_images:
    """Pictures of every test stimulus of a subject, by one method."""
    input:
        code=code_of("reconstruct_images"),
        model=model_sums,
        trials=at("trials"),
        decoded=decoded_of_method,
        features=features_of_method,
    output:
        images=directory(at("reconstructed_pictures")),
        table=at("reconstructions"),
    log:
        log_of("reconstruct_images", "subject", "method"),
    benchmark:
        benchmark_of("reconstruct_images", "subject", "method")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 8
    resources:
        **growing(mem_mb=NEEDS.model_mb, runtime=240),
        gpu=1,
    params:
        settings=settings_of("reconstruct_images"),
    shell:
        """
        python -m cortex2image.steps.reconstruct_images --settings {params.settings:q} \
            --method {wildcards.method} --trials {input.trials:q} \
            --decoded {input.decoded:q} --features {input.features:q} \
            --images {output.images:q} --reconstructions {output.table:q} 2>{log:q}
        """
