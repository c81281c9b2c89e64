# Scores of several studies side by side (target `compare`), and scores against the amount of training data (target
# `learning_curve`). Neither is part of `all`.


rule compare_studies:
    """One table and one figure of the scores of several studies, with the split and the training data of each."""
    input:
        code=code_of("compare_studies"),
        scores=JOBS.evaluation.compared("scores"),
        stimuli=JOBS.evaluation.compared("stimuli"),
        trials=JOBS.evaluation.compared("trials"),
    output:
        comparison=at("studies"),
        csv=at("studies_csv"),
        figure=at("studies_figure"),
    log:
        log_of("compare_studies"),
    benchmark:
        benchmark_of("compare_studies")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=20),
    params:
        settings=settings_of("compare_studies"),
    shell:
        command_line("compare_studies")


rule trace_learning_curve:
    """Scores of decoded features with the training trials of the first sessions alone."""
    input:
        **tables("trials", "betas", "voxels"),
        code=code_of("trace_learning_curve"),
        features=collect(at("features"), space=DECODED),
    output:
        curve=at("learning_curve"),
    log:
        log_of("trace_learning_curve", "subject"),
    benchmark:
        benchmark_of("trace_learning_curve", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(mem_mb=RESOURCES.learning_curve_mb, runtime=RESOURCES.learning_curve_minutes),
    params:
        settings=settings_of("trace_learning_curve"),
    shell:
        command_line("trace_learning_curve")


rule learning_curve_figure:
    """Learning curves of all subjects and decoded spaces."""
    input:
        code=code_of("learning_curve_figure"),
        curves=JOBS.evaluation.learning_curves,
    output:
        figure=at("learning_curve_figure"),
    log:
        log_of("learning_curve_figure"),
    benchmark:
        benchmark_of("learning_curve_figure")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    shell:
        command_line("learning_curve_figure")


rule compare:
    """Scores of the studies named by `studies`, side by side."""
    input:
        rules.compare_studies.output,
    localrule: True


rule learning_curve:
    """Scores of decoded features against the amount of training data."""
    input:
        rules.learning_curve_figure.output,
    localrule: True
