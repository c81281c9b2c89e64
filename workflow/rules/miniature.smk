# Training of the miniature model set. Never part of `all`: studies use the shipped folder resources/miniature, which
# you replace by hand after a better training run (see the README).
NETWORKS = ["autoencoder", "clip", "judge-cnn", "judge-residual", "unet"]


rule train_miniature:
    """The miniature model set with its card, scores and checksums, in results/miniature/shipped."""
    input:
        training_path("shipped"),
    localrule: True


rule train_prepare:
    """Rendered training scenes with their captions as token ids, labels, and the tokenizer."""
    input:
        code=code_of("train_prepare"),
    output:
        **training_files("images", "tokens", "labels"),
        tokenizer=directory(training_path("tokenizer")),
    log:
        log_path("train_prepare"),
    benchmark:
        benchmark_path("train_prepare")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=15),
    params:
        settings=training_settings("train_prepare"),
    shell:
        command_line("train_prepare")


rule train_autoencoder:
    """Autoencoder between pictures and latents."""
    input:
        **training_files("images"),
        code=code_of("train_autoencoder"),
    output:
        vae=directory(training_path("vae")),
        curve=training_path("curve", network="autoencoder"),
    log:
        log_path("train_autoencoder"),
    benchmark:
        benchmark_path("train_autoencoder")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=120),
        gpu=1,
    params:
        settings=training_settings("train_autoencoder"),
        checkpoint=training_path("checkpoint", network="autoencoder"),
    shell:
        command_line("train_autoencoder")


rule train_clip:
    """CLIP, whose text tower conditions the diffusion model."""
    input:
        **training_files("images", "tokens", "labels", "tokenizer"),
        code=code_of("train_clip"),
    output:
        clip=directory(training_path("clip")),
        curve=training_path("curve", network="clip"),
    log:
        log_path("train_clip"),
    benchmark:
        benchmark_path("train_clip")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=120),
        gpu=1,
    params:
        settings=training_settings("train_clip"),
        checkpoint=training_path("checkpoint", network="clip"),
    shell:
        command_line("train_clip")


rule train_judge:
    """A judge network, convolutional or residual, that classifies settings and categories."""
    input:
        **training_files("images", "labels"),
        code=code_of("train_judge"),
    output:
        judge=directory(training_path("judge")),
        curve=training_path("curve", network="judge-{architecture}"),
    log:
        log_path("train_judge", "architecture"),
    benchmark:
        benchmark_path("train_judge", "architecture")
    wildcard_constraints:
        architecture="cnn|residual",
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=60),
        gpu=1,
    params:
        settings=training_settings("train_judge"),
        checkpoint=training_path("checkpoint", network="judge-{architecture}"),
    shell:
        command_line("train_judge")


rule train_latents:
    """Latents and text states of the training scenes, encoded once."""
    input:
        **training_files("images", "tokens", "vae", "clip", "tokenizer"),
        code=code_of("train_latents"),
    output:
        **training_files("latents", "states", "empty"),
    log:
        log_path("train_latents"),
    benchmark:
        benchmark_path("train_latents")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=8000, runtime=60),
    shell:
        command_line("train_latents")


rule train_unet:
    """Diffusion model (U-Net) of latents, conditioned on text states."""
    input:
        **training_files("latents", "states", "empty"),
        code=code_of("train_unet"),
    output:
        unet=directory(training_path("unet")),
        scheduler=directory(training_path("scheduler")),
        curve=training_path("curve", network="unet"),
    log:
        log_path("train_unet"),
    benchmark:
        benchmark_path("train_unet")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=8000, runtime=360),
        gpu=1,
    params:
        settings=training_settings("train_unet"),
        checkpoint=training_path("checkpoint", network="unet"),
    shell:
        command_line("train_unet")


rule export_miniature:
    """The trained parts together, in the layout of Stable Diffusion."""
    input:
        **training_files("vae", "clip", "unet", "scheduler", "tokenizer"),
        code=code_of("export_miniature"),
        judge_cnn=training_path("judge", architecture="cnn"),
        judge_residual=training_path("judge", architecture="residual"),
        curves=collect(training_path("curve"), network=NETWORKS),
    output:
        models=directory(training_path("exported")),
    log:
        log_path("export_miniature"),
    benchmark:
        benchmark_path("export_miniature")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=15),
    shell:
        command_line("export_miniature")


rule choose_guidance:
    """Scores of guidance weights on validation scenes; the chosen one is `guidance` in config/miniature.yaml."""
    input:
        code=code_of("choose_guidance"),
        models=training_path("exported"),
    output:
        table=training_path("guidance"),
    log:
        log_path("choose_guidance"),
    benchmark:
        benchmark_path("choose_guidance")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 2
    resources:
        **growing(mem_mb=4000, runtime=30),
    params:
        settings=training_settings("choose_guidance"),
    shell:
        command_line("choose_guidance")


rule score_miniature:
    """Scores of the model set on held-out scenes, beside their targets."""
    input:
        code=code_of("score_miniature"),
        models=training_path("exported"),
        training_images=training_path("images"),
    output:
        **training_files("scores"),
    log:
        log_path("score_miniature"),
    benchmark:
        benchmark_path("score_miniature")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 2
    resources:
        **growing(mem_mb=6000, runtime=60),
    params:
        settings=training_settings("score_miniature"),
    shell:
        command_line("score_miniature")


rule show_miniature:
    """Contact sheets of pictures by the model set; the grid is for `docs/miniature.png`."""
    input:
        code=code_of("show_miniature"),
        models=training_path("exported"),
    output:
        **training_files("sheet", "grid"),
    log:
        log_path("show_miniature"),
    benchmark:
        benchmark_path("show_miniature")
    conda:
        "../../envs/cortex2image.yaml"
    threads: 2
    resources:
        **growing(mem_mb=4000, runtime=15),
    params:
        settings=training_settings("show_miniature"),
    shell:
        command_line("show_miniature")


rule ship_miniature:
    """The model set with its card and checksums, ready to ship."""
    input:
        **training_files("scores", "sheet"),
        code=code_of("ship_miniature"),
        models=training_path("exported"),
        tried=training_path("guidance"),
    output:
        shipped=directory(training_path("shipped")),
    log:
        log_path("ship_miniature"),
    benchmark:
        benchmark_path("ship_miniature")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=4000, runtime=10),
    params:
        settings=training_settings("ship_miniature"),
    shell:
        command_line("ship_miniature")
