# Files of the model sets that are not shipped. Never part of `all`: full-size models are many GB under their own
# licences, so users ask for these rules by name. All rules run whenever they are asked for. The first two have no
# output, since SHA256SUMS as an output would pull the download into every plan; a benchmark would be an output too.


rule download_models:
    """Fetch what the folder of the model set lacks, convert it to safetensors, write SHA256SUMS."""
    input:
        code=ancient(code_of("download_models")),
    log:
        log_path("download_models"),
    retries: 2
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=240),
    params:
        settings=settings_of("download_models"),
    shell:
        command_line("download_models")


rule record_models:
    """Write SHA256SUMS of a model set whose files were put into place by hand."""
    input:
        code=ancient(code_of("record_models")),
    log:
        log_path("record_models"),
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=60),
    params:
        settings=settings_of("record_models"),
    shell:
        command_line("record_models")


rule list_layers:
    """Print and write the layers of the U-Net of the model set, as `encode/grid/layers` names them."""
    input:
        code=code_of("list_layers"),
    output:
        table=at("layers"),
    log:
        log_of("list_layers"),
    benchmark:
        benchmark_of("list_layers")
    localrule: True
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        settings=settings_of("list_layers"),
        asked=asked_now,
    shell:
        command_line("list_layers")


rule layers:
    """The layers of the U-Net that an encoding model can be fitted to."""
    input:
        rules.list_layers.output,
    localrule: True
