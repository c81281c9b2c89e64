# Studies of betas that others estimated.


rule prepared_betas:
    """Betas of every chosen voxel, read session by session, in the same tables as from the single-trial GLM."""
    input:
        code=code_of("prepared_betas"),
        dataset=JOBS.dataset_files,
        ncsnr=JOBS.released_ncsnr,
        trials=SHOWN_TRIALS,
    output:
        betas=at("single_trial_betas"),
        voxels=at("mask_voxels"),
    log:
        log_of("prepared_betas", "subject"),
    benchmark:
        benchmark_of("prepared_betas", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 4
    resources:
        **growing(copies=RESOURCES.copies, mem_mb=RESOURCES.betas_mb(sessions_at_once=4), runtime=120),
    params:
        settings=settings_of("prepared_betas"),
        entry=JOBS.settings.entry("prepared_betas"),
    shell:
        command_line("prepared_betas")
