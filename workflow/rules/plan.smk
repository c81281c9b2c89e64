# What a study takes, before it runs.


rule plan_study:
    """Print and write what the whole study takes: jobs, GPU hours, memory and disk, whether its data are there or not."""
    input:
        code=code_of("plan_study"),
    output:
        table=at("study_plan"),
    log:
        log_of("plan_study"),
    benchmark:
        benchmark_of("plan_study")
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        settings=settings_of("plan_study"),
        asked=asked_now,
    shell:
        command_line("plan_study")
