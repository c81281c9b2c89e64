# Pictures made elsewhere. Not part of `all`.


rule score_folder:
    """Scores of a folder of reconstructions made elsewhere: --config pictures=DIR stimuli=DIR_OR_TABLE."""
    input:
        pictures=JOBS.evaluation.scored_pictures,
        code=code_of("score_folder"),
        templates=[f"{TEMPLATES}/folder.html.j2", f"{TEMPLATES}/assets/style.css"],
        model=JOBS.model_sums,
    output:
        evaluation=at("folder_evaluation", scored=SCORED),
        nulls=at("folder_nulls", scored=SCORED),
        scores=at("folder_scores", scored=SCORED),
        csv=at("folder_csv", scored=SCORED),
        page=at("folder_page", scored=SCORED),
    log:
        log_of(f"score_folder/{SCORED}"),
    benchmark:
        benchmark_of(f"score_folder/{SCORED}")
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.evaluation_threads
    resources:
        **growing(mem_mb=RESOURCES.evaluation_mb, runtime=RESOURCES.evaluation_minutes),
        gpu=1,
    params:
        settings=settings_of("score_folder"),
        pictures=JOBS.evaluation.scored_state,
    shell:
        command_line("score_folder")
