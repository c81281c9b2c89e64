# What was shown, and when: from the data set's own tables to those of the study.


rule fetch_haxby:
    """One subject of Haxby 2001. The code is ancient: no edit of it is worth a download, or a file put there by hand."""
    input:
        code=ancient(source_files("cortex2image.steps.fetch_haxby")),
    output:
        bold=f"{HAXBY_FETCHED}/subj{{number}}/bold.nii.gz",
        labels=f"{HAXBY_FETCHED}/subj{{number}}/labels.txt",
        mask=f"{HAXBY_FETCHED}/subj{{number}}/mask.nii.gz",
    log:
        "logs/fetch_haxby/subj{number}.log",
    benchmark:
        "benchmarks/fetch_haxby/subj{number}.tsv"
    wildcard_constraints:
        number="[1-6]",
    retries: 2
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(120),
    params:
        root=subpath(output.bold, ancestor=2),
    shell:
        """
        python -m cortex2image.steps.fetch_haxby \
            --subject sub-{wildcards.number} \
            --root {params.root:q} \
            2>{log:q}
        """


rule stimuli:
    """Stimuli that a chosen subject saw; an edited events file alone does not make everybody's features anew."""
    input:
        code=source_files("cortex2image.steps.stimuli"),
        events=ancient(events_files),
        table=STIMULI_TABLE,
    output:
        stimuli=f"{RESULTS}/stimuli.parquet",
        pictures=[directory(folder) for folder in PICTURES],
    log:
        f"logs/{STUDY}/stimuli.log",
    benchmark:
        f"benchmarks/{STUDY}/stimuli.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        dataset=DATASET_OPTIONS,
        subjects=SUBJECTS,
        pictures=pictures_state,
    shell:
        """
        python -m cortex2image.steps.stimuli {params.dataset} \
            --subjects {params.subjects:q} \
            --stimuli {output.stimuli:q} \
            --pictures {output.pictures:q} \
            2>{log:q}
        """


rule trials:
    """Trials of one subject with their repetitions, and their folds in a cross-validated study."""
    input:
        code=source_files("cortex2image.steps.trials"),
        dataset=dataset_files,
        stimuli=f"{RESULTS}/stimuli.parquet",
    output:
        trials=f"{RESULTS}/{{subject}}/trials.parquet",
    log:
        f"logs/{STUDY}/trials/{{subject}}.log",
    benchmark:
        f"benchmarks/{STUDY}/trials/{{subject}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        dataset=DATASET_OPTIONS,
        cross_validate=lookup("dataset/cross_validate", within=config),
    shell:
        """
        python -m cortex2image.steps.trials {params.dataset} \
            --subject {wildcards.subject} \
            --stimuli {input.stimuli:q} \
            --cross-validate {params.cross_validate} \
            --trials {output.trials:q} \
            2>{log:q}
        """
