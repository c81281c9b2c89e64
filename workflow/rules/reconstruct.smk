# From features to pictures.


rule reconstruct_images:
    """Pictures of a shard of the test stimuli of a subject, by one method."""
    input:
        code=code_of("reconstruct_images"),
        model=JOBS.model_sums,
        trials=at("trials"),
        stimuli=at("stimuli"),
        shown=JOBS.drawing.pictures_of_method,
        decoded=JOBS.drawing.decoded_of_method,
        identities=JOBS.drawing.identities_of_method,
        features=JOBS.drawing.features_of_method,
    output:
        shard_pictures=directory(at("shard_pictures")),
    log:
        log_of("reconstruct_images", "subject", "method", "shard"),
    benchmark:
        benchmark_of("reconstruct_images", "subject", "method", "shard")
    wildcard_constraints:
        shard="[0-9]+",
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.model_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=RESOURCES.drawing_minutes),
        gpu=1,
    params:
        settings=JOBS.settings.of_method("reconstruct_images"),
        entry=JOBS.settings.entry("reconstruct_images"),
    shell:
        command_line("reconstruct_images")


rule index_reconstructions:
    """All pictures of a subject by one method, checked and in one folder, and their table."""
    input:
        code=code_of("index_reconstructions"),
        shards=JOBS.drawing.shards,
    output:
        images=directory(at("reconstructed_pictures")),
        reconstructions=at("reconstructions"),
    log:
        log_of("index_reconstructions", "subject", "method"),
    benchmark:
        benchmark_of("index_reconstructions", "subject", "method")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=60),
    params:
        settings=settings_of("index_reconstructions"),
    shell:
        command_line("index_reconstructions")
