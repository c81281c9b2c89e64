# Studies of recordings: their own single-trial GLM.


rule single_trial_betas:
    """Response of every voxel of the mask to every trial, by a single-trial GLM."""
    input:
        code=source_files("cortex2image.steps.single_trial_betas"),
        dataset=dataset_files,
        atlas=DATASET["rois"]["atlas"] or [],
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
    output:
        betas=f"{RESULTS}/{{subject}}/single_trial_betas.parquet",
        voxels=f"{RESULTS}/{{subject}}/mask_voxels.parquet",
    log:
        f"logs/{STUDY}/single_trial_betas/{{subject}}.log",
    benchmark:
        f"benchmarks/{STUDY}/single_trial_betas/{{subject}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        dataset=DATASET_OPTIONS,
        atlas=atlas_option,
        model=lookup("glm/model", within=config),
        hrf=lookup("glm/hrf", within=config),
        derivatives=lookup("glm/derivatives", within=config),
        drift=lookup("glm/drift", within=config),
        high_pass=lookup("glm/high_pass_hz", within=config),
        confounds=lookup("glm/confounds", within=config),
        scrub=lookup("glm/scrub", within=config),
    shell:
        """
        python -m cortex2image.steps.single_trial_betas \
            {params.dataset} \
            --subject {wildcards.subject} \
            --trials {input.trials:q} \
            --model {params.model} \
            --hrf {params.hrf} \
            --hrf-derivatives {params.derivatives} \
            --drift {params.drift} \
            --high-pass {params.high_pass} \
            --confounds {params.confounds:q} \
            --scrub {params.scrub:q} \
            {params.atlas} \
            --betas {output.betas:q} \
            --voxels {output.voxels:q} 2>{log:q}
        """
