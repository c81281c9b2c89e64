# Stimuli and trials: from the tables of the data set to the tables of the study.

# The folder that the workflow fetches data into. A user's own folder is never an output of a rule.
HAXBY_FETCHED = READERS["haxby2001"].fetched_into


rule fetch_haxby:
    """One subject of Haxby 2001. An edit of the code (`ancient`) neither downloads again nor replaces files."""
    input:
        code=ancient(code_of("fetch_haxby")),
    output:
        bold=f"{HAXBY_FETCHED}/subj{{number}}/bold.nii.gz",
        labels=f"{HAXBY_FETCHED}/subj{{number}}/labels.txt",
        mask=f"{HAXBY_FETCHED}/subj{{number}}/mask.nii.gz",
    log:
        log_path("fetch_haxby", "number"),
    benchmark:
        benchmark_path("fetch_haxby", "number")
    wildcard_constraints:
        number="[1-6]",
    retries: 2
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=120),
    params:
        root=subpath(output.bold, ancestor=2),
    shell:
        """
        python -m cortex2image.steps.fetch_haxby --subject sub-{wildcards.number} \
            --root {params.root:q} 2>{log:q}
        """


rule stimuli:
    """Stimuli that a chosen subject saw; an edit of events alone (`ancient`) does not compute features again."""
    input:
        code=code_of("stimuli"),
        events=ancient(JOBS.events_files),
        given=JOBS.stimuli_files,
        table=JOBS.files.stimuli_table(),
        # Pictures of a user are no inputs, since they may be tens of thousands: `pictures` below speaks for them.
        made=[at("simulated_pictures")] if READER.made_by_workflow else [],
    output:
        stimuli=at(JOBS.paths.listed_stimuli),
        pictures=[directory(folder) for folder in JOBS.paths.pictures],
    log:
        log_of("stimuli"),
    benchmark:
        benchmark_of("stimuli")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=30),
    params:
        settings=settings_of("stimuli"),
        entry=JOBS.settings.entry("stimuli"),
        pictures=JOBS.pictures_state,
    shell:
        command_line("stimuli")


# Another split of the same data (`ancient`) estimates no beta again: what was shown is an input of its own.
SHOWN_TRIALS = at("trials")
if STUDY.dataset.split.own:
    SHOWN_TRIALS = ancient(at("shown_trials"))

    include: "split.smk"


rule trials:
    """Trials of one subject with their repetitions, and their folds in a cross-validated study."""
    input:
        code=code_of("trials"),
        dataset=JOBS.dataset_files,
        stimuli=at("stimuli"),
    output:
        trials=at("trials"),
        shown=at("shown_trials") if STUDY.dataset.split.own else [],
    log:
        log_of("trials", "subject"),
    benchmark:
        benchmark_of("trials", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=30),
    params:
        settings=settings_of("trials"),
        entry=JOBS.settings.entry("trials"),
    shell:
        command_line("trials")
