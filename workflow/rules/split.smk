# Studies that split stimuli in another way than their data set does, see docs/splits.md.


rule split_stimuli:
    """Stimuli in training and test stimuli: at random, by cluster, or with a distance between the two."""
    input:
        code=code_of("split_stimuli"),
        given=at("given_stimuli"),
        shown=JOBS.paths.pictures,
        model=JOBS.model_sums if STUDY.dataset.split.embeds else [],
    output:
        stimuli=at("stimuli"),
    log:
        log_of("split_stimuli"),
    benchmark:
        benchmark_of("split_stimuli")
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.model_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=120),
        gpu=1,
    params:
        settings=settings_of("split_stimuli"),
    shell:
        command_line("split_stimuli")
