# Which files of the Natural Scenes Dataset the study needs, and fetching those that are missing. Never part of
# `all`: where files are missing, its plan ends with what is to be done.


rule nsd_manifest:
    """Print and write the list of the files of NSD that the study needs, with sizes: missing ones first."""
    input:
        code=source_files("cortex2image.steps.nsd_manifest"),
    output:
        table=f"{RESULTS}/nsd_manifest.tsv",
    log:
        f"logs/{STUDY}/nsd_manifest.log",
    benchmark:
        f"benchmarks/{STUDY}/nsd_manifest.tsv"
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        files=nsd_options,
        asked=asked_now,
    shell:
        """
        python -m cortex2image.steps.nsd_manifest {params.files} \
            --table {output.table:q} \
            2>{log:q}
        """


rule nsd_download:
    """Fetch the missing files of NSD from its public bucket; what was cut is gone on with."""
    input:
        code=source_files("cortex2image.steps.nsd_download"),
    output:
        table=f"{RESULTS}/nsd_download.tsv",
    log:
        f"logs/{STUDY}/nsd_download.log",
    benchmark:
        f"benchmarks/{STUDY}/nsd_download.tsv"
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(1440),
    params:
        files=nsd_options,
        terms_accepted=lambda wildcards: str(DATASET["terms_accepted"]).lower(),
        asked=asked_now,
    shell:
        """
        python -m cortex2image.steps.nsd_download {params.files} \
            --terms-accepted {params.terms_accepted} \
            --table {output.table:q} \
            2>{log:q}
        """
