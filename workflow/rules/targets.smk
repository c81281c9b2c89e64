# The phases as targets: `snakemake --cores all decode` goes so far and no further.


rule preprocess:
    """Single-trial betas of every subject, masked and standardised."""
    input:
        collect(f"{RESULTS}/{{subject}}/betas.parquet", subject=SUBJECTS),
    localrule: True


rule features:
    """Features of every stimulus that a chosen subject saw."""
    input:
        collect(f"{RESULTS}/features/{{space}}.parquet", space=FEATURE_SPACES),
    localrule: True


rule decode:
    """Features decoded from every subject's brain."""
    input:
        collect(
            f"{RESULTS}/{{subject}}/decoded/{{space}}.parquet",
            subject=SUBJECTS,
            space=DECODED_SPACES,
        ),
    localrule: True


rule reconstruct:
    """Pictures from the decoded features."""
    input:
        collect(
            f"{RESULTS}/{{subject}}/reconstructions/{{method}}.parquet",
            subject=SUBJECTS,
            method=METHODS,
        ),
    localrule: True


rule evaluate:
    """Scores of the pictures, with nulls and intervals."""
    input:
        rules.scores.output,
    localrule: True


rule encode:
    """Encoding models and their maps."""
    input:
        f"{RESULTS}/encoding_scores.parquet",
        collect(
            f"{RESULTS}/{{subject}}/maps/{{model}}.nii.gz",
            subject=SUBJECTS,
            model=ENCODING_MODELS,
        ),
    localrule: True
