# From brain to features.


rule decode_features:
    """Ridge from voxels to one feature space; penalties are chosen on training trials only."""
    input:
        code=source_files("cortex2image.steps.decode_features"),
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
        betas=f"{RESULTS}/{{subject}}/betas.parquet",
        voxels=f"{RESULTS}/{{subject}}/voxels.parquet",
        features=f"{RESULTS}/features/{{space}}.parquet",
    output:
        decoded=f"{RESULTS}/{{subject}}/decoded/{{space}}.parquet",
        scores=f"{RESULTS}/{{subject}}/decoded/{{space}}-scores.parquet",
    log:
        f"logs/{STUDY}/decode_features/{{subject}}-{{space}}.log",
    benchmark:
        f"benchmarks/{STUDY}/decode_features/{{subject}}-{{space}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: THREADS
    resources:
        mem_mb=growing(decode_mb),
        runtime=growing(FIT_MINUTES),
    params:
        rois=lookup("decode/rois/{space}", within=config),
        alphas=lookup("ridge/alphas", within=config),
        folds=lookup("ridge/folds", within=config),
        selection=lookup("ridge/selection", within=config),
        device=lookup("ridge/device", within=config),
        memory=MEMORY_BOUND,
        average_repeats=lookup("standardise/average_repeats", within=config),
        seed=lookup("seed", within=config),
    shell:
        """
        python -m cortex2image.steps.decode_features \
            --subject {wildcards.subject} \
            --space {wildcards.space} \
            --rois {params.rois:q} \
            --trials {input.trials:q} \
            --betas {input.betas:q} \
            --voxels {input.voxels:q} \
            --features {input.features:q} \
            --alphas {params.alphas} \
            --folds {params.folds} \
            --selection {params.selection} \
            --device {params.device} \
            {params.memory} \
            --average-repeats {params.average_repeats} \
            --seed {params.seed} \
            --decoded {output.decoded:q} \
            --scores {output.scores:q} 2>{log:q}
        """
