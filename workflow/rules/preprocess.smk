# From scans to standardised responses to single trials.


# Exactly one of the two makes single_trial_betas.parquet and mask_voxels.parquet.
if READER.prepared:

    include: "prepared.smk"

else:

    include: "single_trial.smk"


rule standardise:
    """Betas in standard deviations of the training trials, and the noise ceiling of every voxel."""
    input:
        code=code_of("standardise"),
        trials=at("trials"),
        single_trial_betas=at("single_trial_betas"),
        mask_voxels=at("mask_voxels"),
    output:
        betas=at("betas"),
        voxels=at("voxels"),
    log:
        log_of("standardise", "subject"),
    benchmark:
        benchmark_of("standardise", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(NEEDS.standardise_mb),
        runtime=growing(NEEDS.standardise_minutes),
    params:
        settings=settings_of("standardise"),
    shell:
        """
        python -m cortex2image.steps.standardise --settings {params.settings:q} \
            --trials {input.trials:q} --single-trial-betas {input.single_trial_betas:q} \
            --mask-voxels {input.mask_voxels:q} \
            --betas {output.betas:q} --voxels {output.voxels:q} 2>{log:q}
        """
