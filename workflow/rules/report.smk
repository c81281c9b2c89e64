# The report, and the provenance of the results.
TEMPLATES = os.path.relpath(Path(workflow.basedir) / "workflow" / "report")


rule provenance:
    """Config, code, packages, models and seeds behind the tables, written after them."""
    input:
        **tables("scores", "encoding_scores"),
        code=code_of("provenance"),
        model_sums=JOBS.model_sums,
    output:
        provenance=at("provenance"),
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


rule report:
    """One self-contained page, and one sheet with all pictures of each subject."""
    input:
        **tables("stimuli", "scores", "comparisons", "encoding_scores", "provenance"),
        code=code_of("report"),
        templates=sorted(f"{TEMPLATES}/{path.name}" for path in Path(TEMPLATES).glob("[!.]*.*[!~]")),
        shown=JOBS.pictures,
        trials=of_all("trials"),
        voxels=of_all("voxels"),
        decoded_scores=of_all("decoded_scores", space=DECODED),
        reconstructions=of_all("reconstructions", method=METHODS_RUN),
        pictures=of_all("reconstructed_pictures", method=METHODS_RUN),
        picture_sheets=of_all("sheets"),
        series=of_all("series_sheet") if STUDY.reconstruct.series.stimuli else [],
        novelty=at("novelty") if READER.image_identity else [],
        novelty_scores=at("novelty_scores") if READER.image_identity else [],
        span=of_all("span") if READER.image_identity else [],
        figures=of_all("figure", figure=ENCODING_FIGURE_NAMES),
        significant_figures=of_all("significant_figure", figure=ENCODING_FIGURE_NAMES),
        region_figures=of_all("region_figure", figure=ENCODING_FIGURE_NAMES),
        figure_tables=of_all("figure_table", figure=ENCODING_FIGURE_NAMES),
    output:
        page=at("report_page"),
        sheets=of_all("contact_sheet"),
    log:
        log_of("report"),
    benchmark:
        benchmark_of("report")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=3000, runtime=30),
    params:
        settings=settings_of("report"),
        words=JOBS.words,
    shell:
        command_line("report")
