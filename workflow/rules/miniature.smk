# From nothing to the miniature model set. Never part of `all`: the shipped folder is resources/miniature, and a
# better training run replaces it by hand (see the README).
NETWORKS = ["autoencoder", "clip", "judge-cnn", "judge-residual", "unet"]


rule train_miniature:
    """The miniature model set with its card, scores and check sums, in results/miniature/shipped."""
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
        """
        python -m cortex2image.steps.train_prepare --settings {params.settings:q} \
            --images {output.images:q} --tokens {output.tokens:q} --labels {output.labels:q} \
            --tokenizer {output.tokenizer:q} 2>{log:q}
        """


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
        """
        python -m cortex2image.steps.train_autoencoder --settings {params.settings:q} \
            --images {input.images:q} --checkpoint {params.checkpoint:q} --vae {output.vae:q} \
            --curve {output.curve:q} 2>{log:q}
        """


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
        """
        python -m cortex2image.steps.train_clip --settings {params.settings:q} --images {input.images:q} \
            --tokens {input.tokens:q} --labels {input.labels:q} --tokenizer {input.tokenizer:q} \
            --checkpoint {params.checkpoint:q} --clip {output.clip:q} --curve {output.curve:q} 2>{log:q}
        """


rule train_judge:
    """A judge of settings and categories: convolutional, or residual."""
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
        """
        python -m cortex2image.steps.train_judge --settings {params.settings:q} \
            --architecture {wildcards.architecture} --images {input.images:q} --labels {input.labels:q} \
            --checkpoint {params.checkpoint:q} --judge {output.judge:q} --curve {output.curve:q} 2>{log:q}
        """


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
        """
        python -m cortex2image.steps.train_latents --images {input.images:q} --tokens {input.tokens:q} \
            --vae {input.vae:q} --clip {input.clip:q} --tokenizer {input.tokenizer:q} \
            --latents {output.latents:q} --states {output.states:q} --empty {output.empty:q} 2>{log:q}
        """


rule train_unet:
    """Diffusion model of latents, conditioned on text states."""
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
        """
        python -m cortex2image.steps.train_unet --settings {params.settings:q} --latents {input.latents:q} \
            --states {input.states:q} --empty {input.empty:q} --checkpoint {params.checkpoint:q} \
            --unet {output.unet:q} --scheduler {output.scheduler:q} --curve {output.curve:q} 2>{log:q}
        """


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
        """
        python -m cortex2image.steps.export_miniature --vae {input.vae:q} --clip {input.clip:q} \
            --unet {input.unet:q} --scheduler {input.scheduler:q} --tokenizer {input.tokenizer:q} \
            --judge-cnn {input.judge_cnn:q} --judge-residual {input.judge_residual:q} \
            --curves {input.curves:q} --models {output.models:q} 2>{log:q}
        """


rule choose_guidance:
    """Scales of guidance on validation scenes; the choice itself is `guidance:` of config/miniature.yaml."""
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
        """
        python -m cortex2image.steps.choose_guidance --settings {params.settings:q} --threads {threads} \
            --models {input.models:q} --table {output.table:q} 2>{log:q}
        """


rule score_miniature:
    """How well the model set does on held-out scenes, beside what it was to reach."""
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
        """
        python -m cortex2image.steps.score_miniature --settings {params.settings:q} --threads {threads} \
            --models {input.models:q} --training-images {input.training_images:q} \
            --scores {output.scores:q} 2>{log:q}
        """


rule show_miniature:
    """Contact sheets of what the model set paints; the grid is for `docs/miniature.png`."""
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
        """
        python -m cortex2image.steps.show_miniature --settings {params.settings:q} --threads {threads} \
            --models {input.models:q} --sheet {output.sheet:q} --grid {output.grid:q} 2>{log:q}
        """


rule ship_miniature:
    """The model set with its card and check sums."""
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
        """
        python -m cortex2image.steps.ship_miniature --settings {params.settings:q} \
            --scores {input.scores:q} --sheet {input.sheet:q} --models {input.models:q} \
            --tried {input.tried:q} --shipped {output.shipped:q} 2>{log:q}
        """
