# From features to brain.


rule encode_voxels:
    """Ridge from one feature space to every voxel; penalties are chosen on training trials only."""
    input:
        code=source_files("cortex2image.steps.encode_voxels"),
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
        betas=f"{RESULTS}/{{subject}}/betas.parquet",
        voxels=f"{RESULTS}/{{subject}}/voxels.parquet",
        features=f"{RESULTS}/features/{{model}}.parquet",
    output:
        encoding=f"{RESULTS}/{{subject}}/encoding/{{model}}.parquet",
    log:
        f"logs/{STUDY}/encode_voxels/{{subject}}-{{model}}.log",
    benchmark:
        f"benchmarks/{STUDY}/encode_voxels/{{subject}}-{{model}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: THREADS
    resources:
        mem_mb=growing(encode_mb),
        runtime=growing(FIT_MINUTES),
    params:
        alphas=lookup("ridge/alphas", within=config),
        folds=lookup("ridge/folds", within=config),
        selection=lookup("ridge/selection", within=config),
        device=lookup("ridge/device", within=config),
        memory=MEMORY_BOUND,
        average_repeats=lookup("standardise/average_repeats", within=config),
        seed=lookup("seed", within=config),
    shell:
        """
        python -m cortex2image.steps.encode_voxels \
            --subject {wildcards.subject} \
            --model {wildcards.model} \
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
            --encoding {output.encoding:q} 2>{log:q}
        """


rule map_encoding:
    """Accuracy of an encoding model as a volume on the subject's own grid."""
    input:
        code=source_files("cortex2image.steps.map_encoding"),
        voxels=f"{RESULTS}/{{subject}}/voxels.parquet",
        encoding=f"{RESULTS}/{{subject}}/encoding/{{model}}.parquet",
    output:
        map=f"{RESULTS}/{{subject}}/maps/{{model}}.nii.gz",
    log:
        f"logs/{STUDY}/map_encoding/{{subject}}-{{model}}.log",
    benchmark:
        f"benchmarks/{STUDY}/map_encoding/{{subject}}-{{model}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    shell:
        """
        python -m cortex2image.steps.map_encoding \
            --voxels {input.voxels:q} \
            --encoding {input.encoding:q} \
            --map {output.map:q} 2>{log:q}
        """


rule encoding_scores:
    """Encoding accuracy by subject, model and region."""
    input:
        code=source_files("cortex2image.steps.encoding_scores"),
        voxels=collect(f"{RESULTS}/{{subject}}/voxels.parquet", subject=SUBJECTS),
        encoding=collect(
            f"{RESULTS}/{{subject}}/encoding/{{model}}.parquet",
            subject=SUBJECTS,
            model=ENCODING_MODELS,
        ),
    output:
        scores=f"{RESULTS}/encoding_scores.parquet",
    log:
        f"logs/{STUDY}/encoding_scores.log",
    benchmark:
        f"benchmarks/{STUDY}/encoding_scores.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        subjects=SUBJECTS,
        models=ENCODING_MODELS,
        fdr=lookup("encode/fdr", within=config),
    shell:
        """
        python -m cortex2image.steps.encoding_scores \
            --subjects {params.subjects} \
            --models {params.models} \
            --voxels {input.voxels:q} \
            --encoding {input.encoding:q} \
            --fdr {params.fdr} \
            --scores {output.scores:q} 2>{log:q}
        """
