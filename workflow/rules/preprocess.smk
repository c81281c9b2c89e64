# From scans or betas of others to standardised responses to single trials.


# Exactly one of the two files makes single_trial_betas.parquet and mask_voxels.parquet.
if READER.prepared:

    include: "prepared.smk"

else:

    include: "single_trial.smk"


rule standardise:
    """Betas in standard deviations of the training trials, and the noise ceiling of every voxel."""
    input:
        **tables("stimuli", "trials", "single_trial_betas", "mask_voxels"),
        code=code_of("standardise"),
    output:
        **tables("betas", "voxels"),
    log:
        log_of("standardise", "subject"),
    benchmark:
        benchmark_of("standardise", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(
            copies=RESOURCES.copies, mem_mb=RESOURCES.standardise_mb, runtime=RESOURCES.standardise_minutes
        ),
    params:
        settings=settings_of("standardise"),
    shell:
        command_line("standardise")
