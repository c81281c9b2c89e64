from snakemake.utils import min_version

min_version("9.20")


# A config file with a `dataset` is a whole study; keys of a file without one replace keys of the default study.
if "dataset" not in config:

    configfile: "config/config.yaml"


report: "workflow/report/captions/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/miniature.smk"
include: "workflow/rules/model_sets.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/dataset.smk"
include: "workflow/rules/nsd.smk"
include: "workflow/rules/preprocess.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/grams.smk"
include: "workflow/rules/decode.smk"
include: "workflow/rules/reconstruct.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/sheets.smk"
include: "workflow/rules/encode.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/rate.smk"
include: "workflow/rules/score_folder.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/explain.smk"
include: "workflow/rules/regions.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/targets.smk"


rule all:
    """Everything, up to the report."""
    input:
        rules.report.output,
        rules.evaluate.input,
        rules.encode.input,
        rules.sheets.input,
        rules.fingerprints.output,
        of_all("series_sheet") if STUDY.reconstruct.series.stimuli else [],
    localrule: True


onsuccess:
    # Whole, because the run succeeded: made now, or found up to date. Other targets leave the report as it is.
    if any(job.rule.name == "report" for job in workflow.dag.jobs):
        print(f"The report: {at('report_page')}")
    if any(job.rule.name == "score_folder" for job in workflow.dag.jobs):
        print(f"The scores of {STUDY.pictures}: {rules.score_folder.output.page}")
