# The phases as targets: `snakemake --cores all decode` goes so far and no further.


rule preprocess:
    input:
        collect(f"{RESULTS}/{{subject}}/betas.parquet", subject=SUBJECTS),
    """Single-trial betas of every subject, masked and standardised."""
    localrule: True


rule features:
    input:
        collect(f"{RESULTS}/features/{{space}}.parquet", space=FEATURE_SPACES),
    """Features of every stimulus that a chosen subject saw."""
    localrule: True


rule decode:
    input:
        collect(
            f"{RESULTS}/{{subject}}/decoded/{{space}}.parquet",
            subject=SUBJECTS,
            space=DECODED_SPACES,
        ),
    """Features decoded from every subject's brain."""
    localrule: True


rule reconstruct:
    input:
        collect(
            f"{RESULTS}/{{subject}}/reconstructions/{{method}}.parquet",
            subject=SUBJECTS,
            method=METHODS,
        ),
    """Pictures from the decoded features."""
    localrule: True


rule evaluate:
    input:
        rules.scores.output,
    """Scores of the pictures, with nulls and intervals."""
    localrule: True


rule encode:
    input:
        f"{RESULTS}/encoding_scores.parquet",
        collect(
            f"{RESULTS}/{{subject}}/maps/{{model}}.nii.gz",
            subject=SUBJECTS,
            model=ENCODING_MODELS,
        ),
    """Encoding models and their maps."""
    localrule: True
