# The report, and the provenance of the results.
TEMPLATES = os.path.relpath(Path(workflow.basedir) / "workflow" / "report")


rule provenance:
    """Config, code, packages, models and seeds behind the tables, written after them."""
    input:
        **tables("scores", "encoding_scores"),
        code=code_of("provenance"),
        model_sums=JOBS.model_sums,
    output:
        provenance=in_report(at("provenance"), "provenance", "Provenance", file="provenance"),
        description=at("dataset_description"),
    log:
        log_of("provenance"),
    benchmark:
        benchmark_of("provenance")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1500, runtime=10),
    params:
        settings=settings_of("provenance"),
    shell:
        command_line("provenance")


rule thumbnails:
    """Strips of small pictures of a subject, which the report shows: one per test stimulus."""
    input:
        code=code_of("thumbnails"),
        stimuli=at("stimuli"),
        shown=JOBS.paths.pictures,
        reconstructions=collect(at("reconstructions"), method=METHODS_RUN, allow_missing=True),
        images=collect(at("reconstructed_pictures"), method=METHODS_RUN, allow_missing=True),
        novelty=at("novelty") if READER.image_identity else [],
    output:
        pictures=directory(at("report_pictures")),
    log:
        log_of("thumbnails", "subject"),
    benchmark:
        benchmark_of("thumbnails", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 4
    resources:
        **growing(mem_mb=2000, runtime=60),
    params:
        settings=settings_of("thumbnails"),
    shell:
        command_line("thumbnails")


rule report:
    """The pages of the report, with what they share."""
    input:
        code=code_of("report"),
        templates=template_files(TEMPLATES),
        files=reported(JOBS),
        shown=JOBS.paths.pictures,
    output:
        pages=report_pages(JOBS),
        assets=directory(at("report_assets")),
        figures=directory(at("report_figures")),
        data=directory(at("report_data")),
        downloads=directory(at("report_downloads")),
        rating=directory(at("report_rating")),
    log:
        log_of("report"),
    benchmark:
        benchmark_of("report")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=3000, runtime=30),
    params:
        results=JOBS.paths.results,
        # No inputs: times of jobs are shown where they are known, and never make a report again.
        benchmarks=JOBS.layout.benchmarks,
        words=JOBS.settings.words,
    shell:
        command_line("report")
