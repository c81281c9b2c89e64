# The networks of the study that are not shipped: how their files come to their folder. Never part of `all`: full-size
# models are many GB under licences of their own, so they are fetched by name. Both rules run whenever they are asked
# for: they have no output, since SHA256SUMS would pull the download into every plan, and no benchmark, which is one.


rule download_models:
    """Fetch what the folder of the model set lacks, convert it to safetensors, write SHA256SUMS."""
    input:
        code=ancient(source_files("cortex2image.steps.download_models")),
    log:
        "logs/download_models.log",
    retries: 2
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        models=MODEL_OPTIONS,
    shell:
        """
        python -m cortex2image.steps.download_models {params.models} 2>{log:q}
        """


rule record_models:
    """Write SHA256SUMS of a model set whose files were put into place by hand."""
    input:
        code=ancient(source_files("cortex2image.steps.record_models")),
    log:
        "logs/record_models.log",
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        models=MODEL_OPTIONS,
    shell:
        """
        python -m cortex2image.steps.record_models {params.models} 2>{log:q}
        """
