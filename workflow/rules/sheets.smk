# Sheets of the pictures of a subject, for people to look at.


rule picture_sheets:
    """Sheets of all test stimuli by every method, and of the best and the worst by score."""
    input:
        code=code_of("picture_sheets"),
        stimuli=at("stimuli"),
        shown=JOBS.paths.pictures,
        reconstructions=collect(at("reconstructions"), method=METHODS_RUN, allow_missing=True),
        images=collect(at("reconstructed_pictures"), method=METHODS_RUN, allow_missing=True),
        evaluation=(
            collect(at("evaluation"), method=METHODS_RUN, allow_missing=True)
            if READER.image_identity
            else []
        ),
    output:
        sheets=report(
            directory(at("sheets")),
            patterns=["{sheet}.png"],
            caption="../report/captions/sheets.rst",
            category="Pictures",
            labels={"subject": "{subject}", "sheet": "{sheet}"},
        ),
    log:
        log_of("picture_sheets", "subject"),
    benchmark:
        benchmark_of("picture_sheets", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=60),
    params:
        settings=settings_of("picture_sheets"),
        words=JOBS.settings.words,
    shell:
        command_line("picture_sheets")


rule draw_series:
    """Pictures of a few test stimuli over strength and steps, and how far they follow z."""
    input:
        code=code_of("draw_series"),
        trials=at("trials"),
        stimuli=at("stimuli"),
        shown=JOBS.paths.pictures,
        model=JOBS.model_sums,
        z=at("decoded", space="z"),
        c=at("decoded", space="c"),
    output:
        sheet=at("series_sheet"),
        series=at("series"),
    log:
        log_of("draw_series", "subject"),
    benchmark:
        benchmark_of("draw_series", "subject")
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.model_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=240),
        gpu=1,
    params:
        settings=settings_of("draw_series"),
    shell:
        command_line("draw_series")
