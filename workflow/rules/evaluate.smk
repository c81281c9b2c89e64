# Scores of reconstructions and decoded features. `evaluate_images` and `brain_consistency` score studies with pictures;
# `identify_categories` and `categorise_pictures` score studies that know only the categories of pictures.


rule judge_stimuli:
    """Features of every test stimulus by the judges, computed once for all subjects and methods."""
    input:
        code=code_of("judge_stimuli"),
        stimuli=at("stimuli"),
        shown=JOBS.paths.pictures,
        model=JOBS.model_sums,
    output:
        judged=directory(at("judged")),
    log:
        log_of("judge_stimuli"),
    benchmark:
        benchmark_of("judge_stimuli")
    priority: OF_GPU
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
        shown=JOBS.paths.pictures,
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
    priority: OF_GPU
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


rule brain_consistency:
    """Responses that the pictures of all methods predict, against those that were measured in each region."""
    input:
        **tables("trials", "betas", "voxels"),
        code=code_of("brain_consistency"),
        everyone=of_all("trials"),
        features=collect(at("features"), space=brain_spaces(STUDY)),
        reconstructions=JOBS.paths.of_methods("reconstructions"),
        images=JOBS.paths.of_methods("reconstructed_pictures"),
        model=JOBS.model_sums,
    output:
        evaluation=JOBS.paths.of_methods("brain_evaluation", SEEN.name),
        nulls=JOBS.paths.of_methods("brain_nulls", SEEN.name),
    log:
        log_of("brain_consistency", "subject"),
    benchmark:
        benchmark_of("brain_consistency", "subject")
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(mem_mb=RESOURCES.brain_mb, runtime=RESOURCES.fit_minutes),
        gpu=1,
    params:
        settings=settings_of("brain_consistency"),
        entry=JOBS.settings.entry("brain_consistency"),
        methods=METHODS_RUN,
    shell:
        command_line("brain_consistency")


rule identify_stimuli:
    """Is a decoded vector most like its own true one, and how well could a linear decoder do at all?"""
    input:
        trials=at("trials"),
        seen=of_all("trials"),
        features=collect(at("features"), space=DECODED),
        decoded=collect(at("decoded"), space=DECODED, allow_missing=True),
        code=code_of("identify_stimuli"),
    output:
        evaluation=collect(at("features_evaluation"), space=DECODED, allow_missing=True),
        nulls=collect(at("features_nulls"), space=DECODED, allow_missing=True),
        span=at("span"),
    log:
        log_of("identify_stimuli", "subject"),
    benchmark:
        benchmark_of("identify_stimuli", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.evaluation_threads
    resources:
        **growing(copies=RESOURCES.copies, mem_mb=RESOURCES.span_mb, runtime=RESOURCES.fit_minutes),
    params:
        settings=settings_of("identify_stimuli"),
    shell:
        command_line("identify_stimuli")


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
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=60),
        gpu=1,
    params:
        settings=settings_of("categorise_pictures"),
    shell:
        command_line("categorise_pictures")


rule novelty:
    """Nearest training stimulus of each test stimulus: by embedding, perceptual hash, pixels and features."""
    input:
        code=code_of("novelty"),
        stimuli=at("stimuli"),
        shown=JOBS.paths.pictures,
        trials=of_all("trials"),
        features=collect(at("features"), space=DECODED),
        model=JOBS.model_sums,
    output:
        novelty=at("novelty"),
    log:
        log_of("novelty"),
    benchmark:
        benchmark_of("novelty")
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.evaluation_threads
    resources:
        **growing(mem_mb=RESOURCES.evaluation_mb, runtime=RESOURCES.evaluation_minutes),
        gpu=1,
    params:
        settings=settings_of("novelty"),
        spaces=DECODED,
    shell:
        command_line("novelty")


rule novelty_scores:
    """Scores as a function of how near test stimuli are to training stimuli."""
    input:
        code=code_of("novelty_scores"),
        novelty=at("novelty"),
        trials=of_all("trials"),
        evaluation=JOBS.evaluation.evaluated("evaluation"),
    output:
        novelty_scores=at("novelty_scores"),
    log:
        log_of("novelty_scores"),
    benchmark:
        benchmark_of("novelty_scores")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=60),
    params:
        settings=settings_of("novelty_scores"),
    shell:
        command_line("novelty_scores")


rule fingerprints:
    """A few numbers of every feature space, by which another laboratory sees whether its features are the same."""
    input:
        code=code_of("fingerprints"),
        features=collect(at("features"), space=JOBS.features.stored_as_vectors),
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
    """One table of all subjects, methods and metrics: value, interval, null and p; and one of methods compared."""
    input:
        code=code_of("scores"),
        evaluation=JOBS.evaluation.evaluated("evaluation"),
        nulls=JOBS.evaluation.evaluated("nulls"),
    output:
        scores=at("scores"),
        csv=in_report(at("scores_csv"), "scores", "Scores", table="all scores"),
        comparisons=at("comparisons"),
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
        standards=JOBS.settings.standards,
    shell:
        command_line("scores")


rule sample_scores:
    """What scores owe to the number of samples: one sample, the spread, the best as the brain or the truth says."""
    input:
        code=code_of("sample_scores"),
        evaluation=JOBS.evaluation.evaluated("evaluation"),
    output:
        sample_scores=at("sample_scores"),
    log:
        log_of("sample_scores"),
    benchmark:
        benchmark_of("sample_scores")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=30),
    shell:
        command_line("sample_scores")
