# The simulated study writes a BIDS data set, which the workflow then reads like anybody's.

BIDS = f"{RESULTS}/simulated/bids"
TRUTH = f"{RESULTS}/simulated/truth"


rule simulate_stimuli:
    """Pictures, captions and splits of the simulated study, from its seed alone."""
    input:
        code=source_files("cortex2image.steps.simulate_stimuli"),
    output:
        **simulated.dataset_files(BIDS),
        images=directory(f"{BIDS}/stimuli/images"),
        scenes=simulated.scenes_file(TRUTH),
    log:
        f"logs/{STUDY}/simulate_stimuli.log",
    benchmark:
        f"benchmarks/{STUDY}/simulate_stimuli.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        seed=lookup("seed", within=config),
        train=lookup("simulation/train_stimuli", within=config),
        test=lookup("simulation/test_stimuli", within=config),
        bids=subpath(output.stimuli, ancestor=2),
        truth=subpath(output.scenes, parent=True),
    shell:
        """
        python -m cortex2image.steps.simulate_stimuli \
            --seed {params.seed} \
            --train-stimuli {params.train} \
            --test-stimuli {params.test} \
            --bids {params.bids:q} \
            --truth {params.truth:q} 2>{log:q}
        """


rule simulate_subject:
    """A seeded subject looks at the pictures: BIDS events, fMRIPrep-shaped scans, ROIs, and the truth."""
    input:
        code=source_files("cortex2image.steps.simulate_subject"),
        stimuli=rules.simulate_stimuli.output.stimuli,
        images=rules.simulate_stimuli.output.images,
    output:
        **simulated.truth_files(TRUTH, "{subject}"),
        recording=simulated.subject_files(BIDS, "{subject}", SIMULATED_SIZES),
    log:
        f"logs/{STUDY}/simulate_subject/{{subject}}.log",
    benchmark:
        f"benchmarks/{STUDY}/simulate_subject/{{subject}}.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1500),
        runtime=growing(20),
    params:
        seed=lookup("seed", within=config),
        train=lookup("simulation/train_stimuli", within=config),
        test=lookup("simulation/test_stimuli", within=config),
        repeats=lookup("simulation/test_repeats", within=config),
        bids=subpath(input.stimuli, ancestor=2),
        truth=subpath(output.arrays, parent=True),
    shell:
        """
        python -m cortex2image.steps.simulate_subject \
            --seed {params.seed} \
            --subject {wildcards.subject} \
            --train-stimuli {params.train} \
            --test-stimuli {params.test} \
            --test-repeats {params.repeats} \
            --bids {params.bids:q} \
            --truth {params.truth:q} 2>{log:q}
        """
