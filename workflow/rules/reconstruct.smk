# From features to pictures.


rule reconstruct_images:
    """Pictures of every test stimulus of a subject, by one method."""
    input:
        code=code_of("reconstruct_images"),
        model=JOBS.model_sums,
        trials=at("trials"),
        stimuli=at("stimuli"),
        shown=JOBS.pictures_of_method,
        decoded=JOBS.decoded_of_method,
        identities=JOBS.identities_of_method,
        features=JOBS.features_of_method,
    output:
        images=directory(at("reconstructed_pictures")),
        reconstructions=at("reconstructions"),
    log:
        log_of("reconstruct_images", "subject", "method"),
    benchmark:
        benchmark_of("reconstruct_images", "subject", "method")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 8
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=240),
        gpu=1,
    params:
        settings=JOBS.method_settings("reconstruct_images"),
        entry=JOBS.entry("reconstruct_images"),
    shell:
        command_line("reconstruct_images")
