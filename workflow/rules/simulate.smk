# The simulated study writes a BIDS data set, which the workflow then reads like any other.
from cortex2image.simulation import layout as simulated

BIDS, TRUTH = at("simulated_bids"), at("simulated_truth")


rule simulate_stimuli:
    """Pictures, captions and splits of the simulated study, from its seed alone."""
    input:
        code=code_of("simulate_stimuli"),
    output:
        **simulated.dataset_files(BIDS),
        images=directory(at("simulated_pictures")),
        scenes=simulated.scenes_file(TRUTH),
    log:
        log_of("simulate_stimuli"),
    benchmark:
        benchmark_of("simulate_stimuli")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        settings=settings_of("simulate_stimuli"),
        bids=subpath(output.stimuli, ancestor=2),
        truth=subpath(output.scenes, parent=True),
    shell:
        command_line("simulate_stimuli")


rule simulate_subject:
    """Recordings of a simulated subject: BIDS events, fMRIPrep-shaped scans, ROIs, and the ground truth."""
    input:
        code=code_of("simulate_subject"),
        stimuli=rules.simulate_stimuli.output.stimuli,
        images=rules.simulate_stimuli.output.images,
    output:
        **simulated.truth_files(TRUTH, "{subject}"),
        recording=simulated.subject_files(BIDS, "{subject}", JOBS.files.sizes),
    log:
        log_of("simulate_subject", "subject"),
    benchmark:
        benchmark_of("simulate_subject", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1500, runtime=20),
    params:
        settings=settings_of("simulate_subject"),
        bids=subpath(input.stimuli, ancestor=2),
        truth=subpath(output.arrays, parent=True),
    shell:
        command_line("simulate_subject")
