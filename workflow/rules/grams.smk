# From the activity of layers of the U-Net to inner products of the stimuli of a subject.


rule gram_features:
    """Inner products of the stimuli of a subject in one layer; the activity may then go."""
    input:
        # Only which stimuli were shown matters. Other trials of the same stimuli must not sample them again, since
        # the activity is gone; fits refuse a table that lacks a stimulus.
        trials=ancient(at(JOBS.paths.shown_trials)),
        activity=JOBS.features.sampled,
        code=code_of("gram_features"),
    output:
        grams=at("grams"),
    log:
        log_of("gram_features", "subject", "space"),
    benchmark:
        benchmark_of("gram_features", "subject", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(mem_mb=RESOURCES.gram_mb, runtime=lambda wildcards: RESOURCES.gram_minutes(wildcards.space)),
    shell:
        command_line("gram_features")


rule plan_sampling:
    """Print and write what sampling costs: passes of the U-Net, GPU hours, disk and memory."""
    input:
        code=code_of("plan_sampling"),
    output:
        table=at("sampling_plan"),
    log:
        log_of("plan_sampling"),
    benchmark:
        benchmark_of("plan_sampling")
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        settings=settings_of("plan_sampling"),
        asked=asked_now,
    shell:
        command_line("plan_sampling")
