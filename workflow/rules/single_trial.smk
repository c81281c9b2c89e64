# Studies of recordings: their own single-trial GLM.


rule single_trial_betas:
    """Response of every voxel of the mask to every trial, by a single-trial GLM."""
    input:
        code=code_of("single_trial_betas"),
        dataset=dataset_files,
        atlas=FILES.atlas(),
        trials=at("trials"),
    output:
        betas=at("single_trial_betas"),
        voxels=at("mask_voxels"),
    log:
        log_of("single_trial_betas", "subject"),
    benchmark:
        benchmark_of("single_trial_betas", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=120),
    params:
        settings=settings_of("single_trial_betas"),
    shell:
        """
        python -m cortex2image.steps.single_trial_betas --settings {params.settings:q} \
            --subject {wildcards.subject} --trials {input.trials:q} \
            --betas {output.betas:q} --voxels {output.voxels:q} 2>{log:q}
        """
