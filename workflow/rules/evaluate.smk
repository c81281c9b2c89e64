# What reconstructions and decoded features are worth. Studies with pictures are scored by `evaluate_images`,
# studies that know categories only by `identify_categories` and `categorise_pictures`; `EVALUATIONS` says which
# files a study has.

SCORES_TABLE = f"{RESULTS}/scores.parquet"

# For 1,000 stimuli with 5 samples of 512 px. Memory, from sizes: the weights of all judges, both sets of pictures
# (1.6 GB), the judges' features of the originals (3.5 GB), and those of LPIPS (5.3 GB). Time: the null of ssim2d,
# 99 draws and the pairs themselves, is 500,000 pairs; a pair was measured to take 7 ms on one core of a busy
# machine, 58 minutes if nothing ran in parallel. The networks and the matrix products were not timed.
EVALUATION_MB = 24000 if MODEL_SET.fetched else MODEL_MB
EVALUATION_MINUTES = 240 if MODEL_SET.fetched else 120


rule evaluate_images:
    """Pixel metrics and identification by the judge networks, with the permutation null of each."""
    input:
        code=source_files("cortex2image.steps.evaluate_images"),
        stimuli=f"{RESULTS}/stimuli.parquet",
        shown=PICTURES,
        reconstructions=f"{RESULTS}/{{subject}}/reconstructions/{{method}}.parquet",
        images=f"{RESULTS}/{{subject}}/reconstructions/{{method}}",
        model=model_sums,
    output:
        evaluation=f"{RESULTS}/{{subject}}/evaluation/{{method}}.parquet",
        nulls=f"{RESULTS}/{{subject}}/evaluation/{{method}}-nulls.parquet",
    log:
        f"logs/{STUDY}/evaluate_images/{{subject}}-{{method}}.log",
    benchmark:
        f"benchmarks/{STUDY}/evaluate_images/{{subject}}-{{method}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 8 if MODEL_SET.fetched else 1
    resources:
        gpu=1,
        mem_mb=growing(EVALUATION_MB),
        runtime=growing(EVALUATION_MINUTES),
    params:
        models=MODEL_OPTIONS,
        identification=lookup("evaluate/identification", within=config),
        permutations=lookup("evaluate/permutations", within=config),
        seed=lookup("seed", within=config),
    shell:
        """
        python -m cortex2image.steps.evaluate_images \
            --stimuli {input.stimuli:q} --reconstructions {input.reconstructions:q} \
            --subject {wildcards.subject:q} --method {wildcards.method:q} {params.models} \
            --identification {params.identification} \
            --permutations {params.permutations} --seed {params.seed} \
            --evaluation {output.evaluation:q} --nulls {output.nulls:q} 2>{log:q}
        """


rule identify_categories:
    """Is the decoded feature vector nearest to its own category? Null: labels permuted within runs."""
    input:
        code=source_files("cortex2image.steps.identify_categories"),
        stimuli=f"{RESULTS}/stimuli.parquet",
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
        features=f"{RESULTS}/features/{{space}}.parquet",
        decoded=f"{RESULTS}/{{subject}}/decoded/{{space}}.parquet",
    output:
        evaluation=f"{RESULTS}/{{subject}}/evaluation/categories-decoded_{{space}}.parquet",
        nulls=f"{RESULTS}/{{subject}}/evaluation/categories-decoded_{{space}}-nulls.parquet",
    log:
        f"logs/{STUDY}/identify_categories/{{subject}}-{{space}}.log",
    benchmark:
        f"benchmarks/{STUDY}/identify_categories/{{subject}}-{{space}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        permutations=lookup("evaluate/permutations", within=config),
        seed=lookup("seed", within=config),
    shell:
        """
        python -m cortex2image.steps.identify_categories \
            --stimuli {input.stimuli:q} --trials {input.trials:q} --features {input.features:q} \
            --decoded {input.decoded:q} --subject {wildcards.subject:q} --space {wildcards.space:q} \
            --permutations {params.permutations} --seed {params.seed} \
            --evaluation {output.evaluation:q} --nulls {output.nulls:q} 2>{log:q}
        """


rule categorise_pictures:
    """Do the judges take a reconstruction for its own category? Null: labels permuted within runs."""
    input:
        code=source_files("cortex2image.steps.categorise_pictures"),
        stimuli=f"{RESULTS}/stimuli.parquet",
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
        reconstructions=f"{RESULTS}/{{subject}}/reconstructions/{{method}}.parquet",
        images=f"{RESULTS}/{{subject}}/reconstructions/{{method}}",
        model=model_sums,
    output:
        evaluation=f"{RESULTS}/{{subject}}/evaluation/categories-{{method}}.parquet",
        nulls=f"{RESULTS}/{{subject}}/evaluation/categories-{{method}}-nulls.parquet",
    log:
        f"logs/{STUDY}/categorise_pictures/{{subject}}-{{method}}.log",
    benchmark:
        f"benchmarks/{STUDY}/categorise_pictures/{{subject}}-{{method}}.tsv"
    # `decoded_c` is no method that makes pictures.
    wildcard_constraints:
        method="|".join(METHODS),
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(MODEL_MB),
        runtime=growing(60),
    params:
        models=MODEL_OPTIONS,
        permutations=lookup("evaluate/permutations", within=config),
        seed=lookup("seed", within=config),
    shell:
        """
        python -m cortex2image.steps.categorise_pictures \
            --stimuli {input.stimuli:q} --trials {input.trials:q} \
            --reconstructions {input.reconstructions:q} \
            --subject {wildcards.subject:q} --method {wildcards.method:q} {params.models} \
            --permutations {params.permutations} --seed {params.seed} \
            --evaluation {output.evaluation:q} --nulls {output.nulls:q} 2>{log:q}
        """


rule scores:
    """One table of all subjects, methods and metrics: value, interval, null and p."""
    input:
        code=source_files("cortex2image.steps.scores"),
        evaluation=collect(
            f"{RESULTS}/{{subject}}/evaluation/{{evaluation}}.parquet",
            subject=SUBJECTS,
            evaluation=EVALUATIONS,
        ),
        nulls=collect(
            f"{RESULTS}/{{subject}}/evaluation/{{evaluation}}-nulls.parquet",
            subject=SUBJECTS,
            evaluation=EVALUATIONS,
        ),
    output:
        scores=SCORES_TABLE,
        csv=f"{RESULTS}/scores.csv",
    log:
        f"logs/{STUDY}/scores.log",
    benchmark:
        f"benchmarks/{STUDY}/scores.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        bootstraps=lookup("evaluate/bootstraps", within=config),
        seed=lookup("seed", within=config),
    shell:
        """
        python -m cortex2image.steps.scores \
            --evaluation {input.evaluation:q} --nulls {input.nulls:q} \
            --bootstraps {params.bootstraps} --seed {params.seed} \
            --scores {output.scores:q} --csv {output.csv:q} 2>{log:q}
        """
