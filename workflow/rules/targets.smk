# The phases as targets: `snakemake --cores all decode` goes so far and no further.


rule preprocess:
    """Single-trial betas of every subject, masked and standardised."""
    localrule: True
    input:
        collect(f"{RESULTS}/{{subject}}/betas.parquet", subject=SUBJECTS),


rule features:
    """Features of every stimulus that a chosen subject saw."""
    localrule: True
    input:
        collect(f"{RESULTS}/features/{{space}}.parquet", space=FEATURE_SPACES),


rule decode:
    """Features decoded from every subject's brain."""
    localrule: True
    input:
        collect(
            f"{RESULTS}/{{subject}}/decoded/{{space}}.parquet",
            subject=SUBJECTS,
            space=DECODED_SPACES,
        ),


rule reconstruct:
    """Pictures from the decoded features."""
    localrule: True
    input:
        collect(
            f"{RESULTS}/{{subject}}/reconstructions/{{method}}.parquet",
            subject=SUBJECTS,
            method=METHODS,
        ),


rule evaluate:
    """Scores of the pictures, with nulls and intervals."""
    localrule: True
    input:
        rules.scores.output,


rule encode:
    """Encoding models and their maps."""
    localrule: True
    input:
        f"{RESULTS}/encoding_scores.parquet",
        collect(
            f"{RESULTS}/{{subject}}/maps/{{model}}.nii.gz",
            subject=SUBJECTS,
            model=ENCODING_MODELS,
        ),
