TEMPLATES = os.path.relpath(Path(workflow.basedir) / "workflow" / "report")


rule provenance:
    """Config, code, packages, models and seeds behind the tables, written after them."""
    input:
        code=source_files("cortex2image.steps.provenance"),
        model=model_sums,
        scores=f"{RESULTS}/scores.parquet",
        encoding_scores=f"{RESULTS}/encoding_scores.parquet",
    output:
        provenance=f"{RESULTS}/provenance.json",
    log:
        f"logs/{STUDY}/provenance/provenance.log",
    benchmark:
        f"benchmarks/{STUDY}/provenance/provenance.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1500),
        runtime=growing(10),
    params:
        config=config_json,
    shell:
        """
        python -m cortex2image.steps.provenance \
            --config-json {params.config:q} \
            --model-sums {input.model:q} \
            --provenance {output.provenance:q} 2>{log:q}
        """


rule report:
    """One page with everything in it, and all pictures of a subject on one sheet."""
    input:
        code=source_files("cortex2image.steps.report"),
        template=f"{TEMPLATES}/index.html.j2",
        parts=collect(
            f"{TEMPLATES}/{{part}}",
            part=[
                "style.css",
                "header.html.j2",
                "scores.html.j2",
                "gallery.html.j2",
                "decoding.html.j2",
                "encoding.html.j2",
                "reading.html.j2",
                "provenance.html.j2",
            ],
        ),
        stimuli=f"{RESULTS}/stimuli.parquet",
        shown=PICTURES,
        trials=collect(f"{RESULTS}/{{subject}}/trials.parquet", subject=SUBJECTS),
        voxels=collect(f"{RESULTS}/{{subject}}/voxels.parquet", subject=SUBJECTS),
        scores=f"{RESULTS}/scores.parquet",
        encoding_scores=f"{RESULTS}/encoding_scores.parquet",
        provenance=f"{RESULTS}/provenance.json",
        decoded_scores=collect(
            f"{RESULTS}/{{subject}}/decoded/{{space}}-scores.parquet",
            subject=SUBJECTS,
            space=DECODED_SPACES,
        ),
        reconstructions=collect(
            f"{RESULTS}/{{subject}}/reconstructions/{{method}}.parquet",
            subject=SUBJECTS,
            method=METHODS,
        ),
        pictures=collect(
            f"{RESULTS}/{{subject}}/reconstructions/{{method}}",
            subject=SUBJECTS,
            method=METHODS,
        ),
        maps=collect(
            f"{RESULTS}/{{subject}}/maps/{{model}}.nii.gz",
            subject=SUBJECTS,
            model=ENCODING_MODELS,
        ),
    output:
        page=f"{RESULTS}/report/index.html",
        sheets=collect(f"{RESULTS}/report/gallery-{{subject}}.png", subject=SUBJECTS),
    log:
        f"logs/{STUDY}/report/report.log",
    benchmark:
        f"benchmarks/{STUDY}/report/report.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(30),
    params:
        results=subpath(output.page, ancestor=2),
        templates=subpath(input.template, parent=True),
        subjects=SUBJECTS,
        spaces=DECODED_SPACES,
        methods=METHODS,
        models=ENCODING_MODELS,
    shell:
        """
        python -m cortex2image.steps.report \
            --results {params.results:q} \
            --subjects {params.subjects:q} \
            --spaces {params.spaces:q} \
            --methods {params.methods:q} \
            --models {params.models:q} \
            --provenance {input.provenance:q} \
            --templates {params.templates:q} \
            --page {output.page:q} 2>{log:q}
        """
