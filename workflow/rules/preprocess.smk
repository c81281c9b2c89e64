# From scans to standardised responses to single trials.


# Exactly one of the two makes single_trial_betas.parquet and mask_voxels.parquet.
if PREPARED:

    include: "prepared.smk"

else:

    include: "single_trial.smk"


rule standardise:
    """Betas in standard deviations of the training trials, and the noise ceiling of every voxel."""
    input:
        code=source_files("cortex2image.steps.standardise"),
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
        single_trial_betas=f"{RESULTS}/{{subject}}/single_trial_betas.parquet",
        mask_voxels=f"{RESULTS}/{{subject}}/mask_voxels.parquet",
    output:
        betas=f"{RESULTS}/{{subject}}/betas.parquet",
        voxels=f"{RESULTS}/{{subject}}/voxels.parquet",
    log:
        f"logs/{STUDY}/standardise/{{subject}}.log",
    benchmark:
        f"benchmarks/{STUDY}/standardise/{{subject}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(standardise_mb()),
        runtime=growing(120 if PREPARED else 30),
    params:
        by=lookup("standardise/by", within=config),
        ncsnr_from=lookup("standardise/ncsnr_from", within=config),
        average_repeats=lookup("standardise/average_repeats", within=config),
    shell:
        """
        python -m cortex2image.steps.standardise \
            --trials {input.trials:q} \
            --single-trial-betas {input.single_trial_betas:q} \
            --mask-voxels {input.mask_voxels:q} \
            --by {params.by} \
            --ncsnr-from {params.ncsnr_from} \
            --average-repeats {params.average_repeats} \
            --betas {output.betas:q} \
            --voxels {output.voxels:q} 2>{log:q}
        """
