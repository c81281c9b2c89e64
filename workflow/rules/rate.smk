# Choices by people between reconstructions. Part of `all` where the config names their files as `ratings`.


rule preferences:
    """Scores of what people chose on the page `rate` of the report: --config ratings=FOLDER."""
    input:
        code=code_of("preferences"),
        files=JOBS.evaluation.rated("reconstructions") + JOBS.evaluation.rated("reconstructed_pictures"),
        ratings=JOBS.evaluation.ratings,
    output:
        **tables("preferences", "preference_scores", "raters"),
        csv=in_report(at("preferences_csv"), "preferences", "Scores", table="choices by people"),
    log:
        log_of("preferences"),
    benchmark:
        benchmark_of("preferences")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1500, runtime=10),
    params:
        settings=settings_of("preferences"),
        results=JOBS.paths.results,
    shell:
        command_line("preferences")
