# Each phase as a target: `snakemake --cores all decode` stops after decoding.


rule preprocess:
    """Single-trial betas of every subject, masked and standardised."""
    input:
        of_all("betas"),
    localrule: True


rule plan:
    """What sampling the study's feature spaces costs, printed before anything is sampled."""
    input:
        rules.plan_sampling.output,
    localrule: True


rule features:
    """Features of every stimulus that a chosen subject saw; of layers of the U-Net, inner products."""
    input:
        collect(at("features"), space=JOBS.features.stored_as_vectors),
        # Asked for together: activity of layers goes once the jobs of a run have used it, and would be sampled twice.
        of_all("grams", space=JOBS.features.stored_as_grams),
    localrule: True


rule decode:
    """Features decoded from every subject's brain."""
    input:
        of_all("decoded", space=DECODED),
    localrule: True


rule reconstruct:
    """Pictures from the decoded features."""
    input:
        of_all("reconstructions", method=METHODS_RUN),
    localrule: True


rule evaluate:
    """Scores of the pictures, with nulls and intervals; methods and samples compared; how new test pictures are."""
    input:
        rules.scores.output,
        rules.sample_scores.output,
        # A study that does not say which picture was shown has none to compare.
        [rules.novelty_scores.output, of_all("span")] if READER.image_identity else [],
    localrule: True


rule sheets:
    """Sheets of the pictures of every subject."""
    input:
        of_all("sheets"),
    localrule: True


rule series:
    """Pictures of every subject over strength and steps, see reconstruct/series."""
    input:
        JOBS.drawing.series,
    localrule: True


rule encode:
    """Encoding models, their maps and figures."""
    input:
        at("encoding_scores"),
        of_all("map", model=ENCODED),
        of_all("preferred", family=JOBS.encoding.families),
        of_all("figure", figure=ENCODING_FIGURE_NAMES),
    localrule: True
