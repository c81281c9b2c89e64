# Studies of betas that others estimated.


rule prepared_betas:
    """Betas of every chosen voxel, read a session at a time, in the tables of the single-trial GLM."""
    input:
        code=source_files("cortex2image.steps.prepared_betas"),
        dataset=dataset_files,
        ncsnr=released_ncsnr_files,
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
    output:
        betas=f"{RESULTS}/{{subject}}/single_trial_betas.parquet",
        voxels=f"{RESULTS}/{{subject}}/mask_voxels.parquet",
    log:
        f"logs/{STUDY}/prepared_betas/{{subject}}.log",
    benchmark:
        f"benchmarks/{STUDY}/prepared_betas/{{subject}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 4
    resources:
        mem_mb=growing(betas_mb(4)),
        runtime=growing(120),
    params:
        dataset=DATASET_OPTIONS,
        regions=region_options(),
        ncsnr="--released-ncsnr" if RELEASED_NCSNR else "",
    shell:
        """
        python -m cortex2image.steps.prepared_betas \
            {params.dataset} {params.regions} {params.ncsnr} \
            --subject {wildcards.subject} \
            --trials {input.trials:q} \
            --threads {threads} \
            --betas {output.betas:q} \
            --voxels {output.voxels:q} 2>{log:q}
        """
