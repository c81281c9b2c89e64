# The page that people look at, and what made it.
TEMPLATES = os.path.relpath(Path(workflow.basedir) / "workflow" / "report")


rule provenance:
    """Config, code, packages, models and seeds behind the tables, written after them."""
    input:
        **tables("scores", "encoding_scores"),
        code=code_of("provenance"),
        model=model_sums,
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
        """
        python -m cortex2image.steps.provenance --settings {params.settings:q} \
            --model-sums {input.model:q} --provenance {output.provenance:q} 2>{log:q}
        """


rule report:
    """One page with everything in it, and all pictures of a subject on one sheet."""
    input:
        **tables("scores", "encoding_scores", "provenance"),
        code=code_of("report"),
        templates=sorted(f"{TEMPLATES}/{path.name}" for path in Path(TEMPLATES).iterdir()),
        stimuli=at("stimuli"),
        shown=PICTURES,
        trials=of_all("trials"),
        voxels=of_all("voxels"),
        decoded_scores=of_all("decoded_scores", space=DECODED_SPACES),
        reconstructions=of_all("reconstructions", method=STUDY.reconstruct.methods),
        pictures=of_all("reconstructed_pictures", method=STUDY.reconstruct.methods),
        maps=of_all("map", space=STUDY.encode.models),
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
    shell:
        """
        python -m cortex2image.steps.report --settings {params.settings:q} \
            --templates {input.templates:q} --stimuli {input.stimuli:q} \
            --trials {input.trials:q} --voxels {input.voxels:q} \
            --scores {input.scores:q} --encoding-scores {input.encoding_scores:q} \
            --provenance {input.provenance:q} --decoded-scores {input.decoded_scores:q} \
            --reconstructions {input.reconstructions:q} --maps {input.maps:q} \
            --page {output.page:q} --sheets {output.sheets:q} 2>{log:q}
        """
