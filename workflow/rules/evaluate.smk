# Scores of reconstructions and decoded features. `evaluate_images` scores studies with pictures; `identify_categories`
# and `categorise_pictures` score studies that know only the categories of pictures.


rule judge_stimuli:
    """Features of every test stimulus by the judges, computed once for all subjects and methods."""
    input:
        code=code_of("judge_stimuli"),
        stimuli=at("stimuli"),
        shown=JOBS.pictures,
        model=JOBS.model_sums,
    output:
        judged=directory(at("judged")),
    log:
        log_of("judge_stimuli"),
    benchmark:
        benchmark_of("judge_stimuli")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.evaluation_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=60),
        gpu=1,
    params:
        settings=settings_of("judge_stimuli"),
    shell:
        command_line("judge_stimuli")


rule evaluate_images:
    """Pixel metrics and identification by the judge networks, with the permutation null of each."""
    input:
        code=code_of("evaluate_images"),
        stimuli=at("stimuli"),
        trials=of_all("trials"),
        shown=JOBS.pictures,
        reconstructions=at("reconstructions"),
        images=at("reconstructed_pictures"),
        judged=at("judged"),
        model=JOBS.model_sums,
    output:
        **tables("evaluation", "nulls"),
    log:
        log_of("evaluate_images", "subject", "method"),
    benchmark:
        benchmark_of("evaluate_images", "subject", "method")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.evaluation_threads
    resources:
        **growing(mem_mb=RESOURCES.evaluation_mb, runtime=RESOURCES.evaluation_minutes),
        gpu=1,
    params:
        settings=settings_of("evaluate_images"),
    shell:
        command_line("evaluate_images")


rule identify_categories:
    """Is the decoded feature vector nearest to its own category? Null: labels permuted within runs."""
    input:
        **tables("stimuli", "trials", "features", "decoded"),
        code=code_of("identify_categories"),
    output:
        evaluation=at("decoded_evaluation"),
        nulls=at("decoded_nulls"),
    log:
        log_of("identify_categories", "subject", "space"),
    benchmark:
        benchmark_of("identify_categories", "subject", "space")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=20),
    params:
        settings=settings_of("identify_categories"),
    shell:
        command_line("identify_categories")


rule categorise_pictures:
    """Do the judges assign a reconstruction to its own category? Null: labels permuted within runs."""
    input:
        **tables("stimuli", "trials", "reconstructions"),
        code=code_of("categorise_pictures"),
        images=at("reconstructed_pictures"),
        model=JOBS.model_sums,
    output:
        evaluation=at("category_evaluation"),
        nulls=at("category_nulls"),
    log:
        log_of("categorise_pictures", "subject", "method"),
    benchmark:
        benchmark_of("categorise_pictures", "subject", "method")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=60),
        gpu=1,
    params:
        settings=settings_of("categorise_pictures"),
    shell:
        command_line("categorise_pictures")


rule fingerprints:
    """A few numbers of every feature space, by which another laboratory sees whether its features are the same."""
    input:
        code=code_of("fingerprints"),
        features=collect(at("features"), space=JOBS.feature_spaces),
        judged=at("judged") if READER.image_identity else [],
    output:
        fingerprints=at("fingerprints"),
    log:
        log_of("fingerprints"),
    benchmark:
        benchmark_of("fingerprints")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=30),
    shell:
        command_line("fingerprints")


rule scores:
    """One table of all subjects, methods and metrics: value, interval, null and p."""
    input:
        code=code_of("scores"),
        evaluation=JOBS.evaluated("evaluation"),
        nulls=JOBS.evaluated("nulls"),
    output:
        scores=at("scores"),
        csv=at("scores_csv"),
    log:
        log_of("scores"),
    benchmark:
        benchmark_of("scores")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=30),
    params:
        settings=settings_of("scores"),
    shell:
        command_line("scores")
