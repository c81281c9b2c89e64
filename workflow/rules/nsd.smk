# The list of the files of the Natural Scenes Dataset that the study needs, and the download of missing files. Never
# part of `all`: if files are missing, planning `all` ends with an error that says what to do.


rule nsd_manifest:
    """Print and write the list of the files of NSD that the study needs, with sizes: missing ones first."""
    input:
        code=code_of("nsd_manifest"),
    output:
        table=at("nsd_manifest"),
    log:
        log_of("nsd_manifest"),
    benchmark:
        benchmark_of("nsd_manifest")
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        settings=JOBS.settings.of_manifest("nsd_manifest"),
        asked=asked_now,
    shell:
        command_line("nsd_manifest")


rule nsd_download:
    """Fetch the missing files of NSD from its public bucket; interrupted transfers are resumed."""
    input:
        code=code_of("nsd_download"),
    output:
        table=at("nsd_download"),
    log:
        log_of("nsd_download"),
    benchmark:
        benchmark_of("nsd_download")
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=1440),
    params:
        settings=JOBS.settings.of_manifest("nsd_download"),
        asked=asked_now,
    shell:
        command_line("nsd_download")
