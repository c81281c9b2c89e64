# Studies of recordings, with a single-trial GLM.


rule single_trial_betas:
    """Response of every voxel of the mask to every trial, by a single-trial GLM."""
    input:
        code=code_of("single_trial_betas"),
        dataset=JOBS.dataset_files,
        atlas=JOBS.files.atlas(),
        trials=SHOWN_TRIALS,
    output:
        betas=at("single_trial_betas"),
        voxels=at("mask_voxels"),
        runs=at("runs"),
    log:
        log_of("single_trial_betas", "subject"),
    benchmark:
        benchmark_of("single_trial_betas", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(copies=RESOURCES.copies, mem_mb=4000, runtime=120),
    params:
        settings=settings_of("single_trial_betas"),
        entry=JOBS.settings.entry("single_trial_betas"),
    shell:
        command_line("single_trial_betas")
