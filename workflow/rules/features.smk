# From pictures and captions to features of the diffusion model.


rule extract_features:
    """z or c, which pictures or captions alone give, of every stimulus that a subject of the study saw."""
    input:
        code=code_of("extract_features"),
        model=JOBS.model_sums,
        stimuli=at(JOBS.paths.listed_stimuli),
        shown=JOBS.paths.pictures,
    output:
        features=at("features"),
    log:
        log_of("extract_features", "space"),
    benchmark:
        benchmark_of("extract_features", "space")
    wildcard_constraints:
        space=wildcard_pattern(EXTRACTABLE),
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.model_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=120),
        gpu=1,
    params:
        settings=JOBS.settings.of_space("extract_features"),
        entry=JOBS.settings.entry("extract_features"),
    shell:
        command_line("extract_features")


rule sample_features:
    """One run of the sampler over a shard of the stimuli: latents and U-Net layers at one noise level."""
    input:
        code=code_of("sample_features"),
        model=JOBS.model_sums,
        stimuli=at(JOBS.paths.listed_stimuli),
        shown=JOBS.paths.pictures,
        # The activity of these passes must be gone from the disk first. Their age does not matter.
        emptied=ancient(JOBS.features.emptied),
    output:
        activity=temp(directory(at("activity"))),
    log:
        log_of("sample_features", "noise", "part", "shard"),
    benchmark:
        benchmark_of("sample_features", "noise", "part", "shard")
    wildcard_constraints:
        noise="[0-9.]+",
        part="[0-9]+",
        shard="[0-9]+",
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.model_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=JOBS.features.sampling_minutes),
        gpu=1,
    params:
        settings=settings_of("sample_features"),
        spaces=JOBS.features.captured,
    shell:
        command_line("sample_features")


rule join_features:
    """A latent that the sampler passes, of every stimulus that a subject of the study saw."""
    input:
        code=code_of("join_features"),
        stimuli=at(JOBS.paths.listed_stimuli),
        activity=JOBS.features.sampled,
    output:
        features=at("features"),
    log:
        log_of("join_features", "space"),
    benchmark:
        benchmark_of("join_features", "space")
    wildcard_constraints:
        space=wildcard_pattern(JOINED),
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=60),
    shell:
        command_line("join_features")
