# The networks of the study: where their files are, and how those that are not shipped come there. Never part of
# `all`: full-size models are many GB under licences of their own, so they are fetched by name.
from cortex2image.errors import run_step
from cortex2image.models.checksums import sums_file
from cortex2image.models.placement import check_present
from cortex2image.models.registry import model_set

MODELS = config["models"]
MODEL_SET = model_set(MODELS["set"], MODELS["folder"])
MODEL_OPTIONS = shlex.join(
    ["--model-set", MODEL_SET.name] + (["--model-folder", MODELS["folder"]] if MODELS["folder"] else [])
)
BATCH_SIZE = "" if MODELS["batch_size"] is None else f" --batch-size {MODELS['batch_size']}"
ENCODER_OPTIONS = f"{MODEL_OPTIONS}{BATCH_SIZE}"
GENERATOR_OPTIONS = f"{ENCODER_OPTIONS} --precision {MODELS['precision']}"
# Weights pass through main memory on their way to a GPU.
MODEL_MB = 16000 if MODEL_SET.fetched else 4000


def model_sums(wildcards):
    """The list of checksums of the model set; where files are missing, no plan but what to do about it."""
    run_step(lambda: check_present(MODEL_SET))
    return sums_file(MODEL_SET)


rule download_models:
    """Fetch what the folder of the model set lacks, convert it to safetensors, write SHA256SUMS."""
    input:
        code=ancient(source_files("cortex2image.steps.download_models")),
    log:
        "logs/download_models.log",
    benchmark:
        "benchmarks/download_models.tsv"
    retries: 2
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        models=MODEL_OPTIONS,
    shell:
        """
        python -m cortex2image.steps.download_models {params.models} 2>{log:q}
        """


rule record_models:
    """Write SHA256SUMS of a model set whose files were put into place by hand."""
    input:
        code=ancient(source_files("cortex2image.steps.record_models")),
    log:
        "logs/record_models.log",
    benchmark:
        "benchmarks/record_models.tsv"
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        models=MODEL_OPTIONS,
    shell:
        """
        python -m cortex2image.steps.record_models {params.models} 2>{log:q}
        """
