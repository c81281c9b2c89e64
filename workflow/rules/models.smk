# From nothing to the miniature model set. Never part of `all`: the shipped folder is resources/miniature, and a
# better training run replaces it by hand (see the README).
import yaml

MINIATURE = yaml.safe_load(Path(workflow.basedir, "config", "miniature.yaml").read_text())
TRAINED = "results/miniature"


rule train_miniature:
    """The miniature model set with its card, scores and check sums, in results/miniature/shipped."""
    input:
        f"{TRAINED}/shipped",
    localrule: True


rule train_prepare:
    """Rendered training scenes with their captions as token ids, labels, and the tokenizer."""
    input:
        code=source_files("cortex2image.steps.train_prepare"),
    output:
        images=f"{TRAINED}/scenes/images.npy",
        tokens=f"{TRAINED}/scenes/tokens.npy",
        labels=f"{TRAINED}/scenes/labels.npy",
        tokenizer=directory(f"{TRAINED}/parts/tokenizer"),
    log:
        "logs/train_prepare.log",
    benchmark:
        "benchmarks/train_prepare.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(15),
    params:
        scenes=lookup("training_scenes", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
    shell:
        """
        python -m cortex2image.steps.train_prepare \
            --scenes {params.scenes:q} \
            --seed {params.seed:q} \
            --images {output.images:q} \
            --tokens {output.tokens:q} \
            --labels {output.labels:q} \
            --tokenizer {output.tokenizer:q} 2>{log:q}
        """


rule train_autoencoder:
    """Autoencoder between pictures and latents."""
    input:
        code=source_files("cortex2image.steps.train_autoencoder"),
        images=f"{TRAINED}/scenes/images.npy",
    output:
        curve=f"{TRAINED}/curves/autoencoder.csv",
        vae=directory(f"{TRAINED}/parts/vae"),
    log:
        "logs/train_autoencoder.log",
    benchmark:
        "benchmarks/train_autoencoder.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        steps=lookup("autoencoder_steps", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
        checkpoint=f"{TRAINED}/checkpoints/autoencoder.pt",
    shell:
        """
        python -m cortex2image.steps.train_autoencoder \
            --images {input.images:q} \
            --steps {params.steps:q} \
            --seed {params.seed:q} \
            --checkpoint {params.checkpoint:q} \
            --curve {output.curve:q} \
            --vae {output.vae:q} 2>{log:q}
        """


rule train_clip:
    """CLIP, whose text tower conditions the diffusion model."""
    input:
        code=source_files("cortex2image.steps.train_clip"),
        images=f"{TRAINED}/scenes/images.npy",
        tokens=f"{TRAINED}/scenes/tokens.npy",
        labels=f"{TRAINED}/scenes/labels.npy",
        tokenizer=f"{TRAINED}/parts/tokenizer",
    output:
        curve=f"{TRAINED}/curves/clip.csv",
        clip=directory(f"{TRAINED}/parts/clip"),
    log:
        "logs/train_clip.log",
    benchmark:
        "benchmarks/train_clip.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        steps=lookup("clip_steps", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
        checkpoint=f"{TRAINED}/checkpoints/clip.pt",
    shell:
        """
        python -m cortex2image.steps.train_clip \
            --images {input.images:q} \
            --tokens {input.tokens:q} \
            --labels {input.labels:q} \
            --tokenizer {input.tokenizer:q} \
            --steps {params.steps:q} \
            --seed {params.seed:q} \
            --checkpoint {params.checkpoint:q} \
            --curve {output.curve:q} \
            --clip {output.clip:q} 2>{log:q}
        """


rule train_judge:
    """A judge of settings and categories: convolutional, or residual."""
    input:
        code=source_files("cortex2image.steps.train_judge"),
        images=f"{TRAINED}/scenes/images.npy",
        labels=f"{TRAINED}/scenes/labels.npy",
    output:
        curve=f"{TRAINED}/curves/judge-{{architecture}}.csv",
        judge=directory(f"{TRAINED}/parts/judges/{{architecture}}"),
    log:
        "logs/train_judge/{architecture}.log",
    benchmark:
        "benchmarks/train_judge/{architecture}.tsv"
    wildcard_constraints:
        architecture="cnn|residual",
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        steps=lookup("judge_steps", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
        checkpoint=f"{TRAINED}/checkpoints/judge-{{architecture}}.pt",
    shell:
        """
        python -m cortex2image.steps.train_judge \
            --architecture {wildcards.architecture:q} \
            --images {input.images:q} \
            --labels {input.labels:q} \
            --steps {params.steps:q} \
            --seed {params.seed:q} \
            --checkpoint {params.checkpoint:q} \
            --curve {output.curve:q} \
            --judge {output.judge:q} 2>{log:q}
        """


rule train_latents:
    """Latents and text states of the training scenes, encoded once."""
    input:
        code=source_files("cortex2image.steps.train_latents"),
        images=f"{TRAINED}/scenes/images.npy",
        tokens=f"{TRAINED}/scenes/tokens.npy",
        vae=f"{TRAINED}/parts/vae",
        clip=f"{TRAINED}/parts/clip",
        tokenizer=f"{TRAINED}/parts/tokenizer",
    output:
        latents=f"{TRAINED}/scenes/latents.npy",
        states=f"{TRAINED}/scenes/states.npy",
        empty=f"{TRAINED}/scenes/empty.npy",
    log:
        "logs/train_latents.log",
    benchmark:
        "benchmarks/train_latents.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
    shell:
        """
        python -m cortex2image.steps.train_latents \
            --images {input.images:q} \
            --tokens {input.tokens:q} \
            --vae {input.vae:q} \
            --clip {input.clip:q} \
            --tokenizer {input.tokenizer:q} \
            --latents {output.latents:q} \
            --states {output.states:q} \
            --empty {output.empty:q} 2>{log:q}
        """


rule train_unet:
    """Diffusion model of latents, conditioned on text states."""
    input:
        code=source_files("cortex2image.steps.train_unet"),
        latents=f"{TRAINED}/scenes/latents.npy",
        states=f"{TRAINED}/scenes/states.npy",
        empty=f"{TRAINED}/scenes/empty.npy",
    output:
        curve=f"{TRAINED}/curves/unet.csv",
        unet=directory(f"{TRAINED}/parts/unet"),
        scheduler=directory(f"{TRAINED}/parts/scheduler"),
    log:
        "logs/train_unet.log",
    benchmark:
        "benchmarks/train_unet.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=growing(8000),
        runtime=growing(360),
    params:
        steps=lookup("unet_steps", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
        checkpoint=f"{TRAINED}/checkpoints/unet.pt",
    shell:
        """
        python -m cortex2image.steps.train_unet \
            --latents {input.latents:q} \
            --states {input.states:q} \
            --empty {input.empty:q} \
            --steps {params.steps:q} \
            --seed {params.seed:q} \
            --checkpoint {params.checkpoint:q} \
            --curve {output.curve:q} \
            --unet {output.unet:q} \
            --scheduler {output.scheduler:q} 2>{log:q}
        """


rule export_miniature:
    """The trained parts together, in the layout of Stable Diffusion."""
    input:
        code=source_files("cortex2image.steps.export_miniature"),
        vae=f"{TRAINED}/parts/vae",
        clip=f"{TRAINED}/parts/clip",
        unet=f"{TRAINED}/parts/unet",
        scheduler=f"{TRAINED}/parts/scheduler",
        tokenizer=f"{TRAINED}/parts/tokenizer",
        judge_cnn=f"{TRAINED}/parts/judges/cnn",
        judge_residual=f"{TRAINED}/parts/judges/residual",
        curves=collect(
            f"{TRAINED}/curves/{{network}}.csv",
            network=["autoencoder", "clip", "judge-cnn", "judge-residual", "unet"],
        ),
    output:
        models=directory(f"{TRAINED}/exported"),
    log:
        "logs/export_miniature.log",
    benchmark:
        "benchmarks/export_miniature.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(15),
    shell:
        """
        python -m cortex2image.steps.export_miniature \
            --vae {input.vae:q} \
            --clip {input.clip:q} \
            --unet {input.unet:q} \
            --scheduler {input.scheduler:q} \
            --tokenizer {input.tokenizer:q} \
            --judge-cnn {input.judge_cnn:q} \
            --judge-residual {input.judge_residual:q} \
            --curves {input.curves:q} \
            --models {output.models:q} 2>{log:q}
        """


rule choose_guidance:
    """Scales of guidance on validation scenes; the choice itself is `guidance:` of config/miniature.yaml."""
    input:
        code=source_files("cortex2image.steps.choose_guidance"),
        models=f"{TRAINED}/exported",
    output:
        table=f"{TRAINED}/scores/guidance.csv",
    log:
        "logs/choose_guidance.log",
    benchmark:
        "benchmarks/choose_guidance.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        tried=lookup("guidance_tried", within=MINIATURE),
        scenes=lookup("validation_scenes", within=MINIATURE),
        steps=lookup("steps", within=MINIATURE),
        strength=lookup("strength", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
    shell:
        """
        python -m cortex2image.steps.choose_guidance \
            --models {input.models:q} \
            --tried {params.tried:q} \
            --scenes {params.scenes:q} \
            --steps {params.steps:q} \
            --strength {params.strength:q} \
            --threads {threads} \
            --seed {params.seed:q} \
            --table {output.table:q} 2>{log:q}
        """


rule score_miniature:
    """How well the model set does on held-out scenes, beside what it was to reach."""
    input:
        code=source_files("cortex2image.steps.score_miniature"),
        models=f"{TRAINED}/exported",
        images=f"{TRAINED}/scenes/images.npy",
    output:
        scores=f"{TRAINED}/scores/held-out.csv",
    log:
        "logs/score_miniature.log",
    benchmark:
        "benchmarks/score_miniature.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 2
    resources:
        mem_mb=growing(6000),
        runtime=growing(60),
    params:
        scenes=lookup("test_scenes", within=MINIATURE),
        generated=lookup("generated", within=MINIATURE),
        compared=lookup("compared", within=MINIATURE),
        samples=lookup("samples", within=MINIATURE),
        detector_steps=lookup("detector_steps", within=MINIATURE),
        steps=lookup("steps", within=MINIATURE),
        guidance=lookup("guidance", within=MINIATURE),
        strength=lookup("strength", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
    shell:
        """
        python -m cortex2image.steps.score_miniature \
            --models {input.models:q} \
            --training-images {input.images:q} \
            --scenes {params.scenes:q} \
            --generated {params.generated:q} \
            --compared {params.compared:q} \
            --samples {params.samples:q} \
            --detector-steps {params.detector_steps:q} \
            --steps {params.steps:q} \
            --guidance {params.guidance:q} \
            --strength {params.strength:q} \
            --threads {threads} \
            --seed {params.seed:q} \
            --scores {output.scores:q} 2>{log:q}
        """


rule show_miniature:
    """Contact sheets of what the model set paints; the grid is for `docs/miniature.png`."""
    input:
        code=source_files("cortex2image.steps.show_miniature"),
        models=f"{TRAINED}/exported",
    output:
        sheet=f"{TRAINED}/scores/text-to-image.png",
        grid=f"{TRAINED}/scores/grid.png",
    log:
        "logs/show_miniature.log",
    benchmark:
        "benchmarks/show_miniature.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(15),
    params:
        scenes=lookup("test_scenes", within=MINIATURE),
        steps=lookup("steps", within=MINIATURE),
        guidance=lookup("guidance", within=MINIATURE),
        seed=lookup("seed", within=MINIATURE),
    shell:
        """
        python -m cortex2image.steps.show_miniature \
            --models {input.models:q} \
            --scenes {params.scenes:q} \
            --steps {params.steps:q} \
            --guidance {params.guidance:q} \
            --threads {threads} \
            --seed {params.seed:q} \
            --sheet {output.sheet:q} \
            --grid {output.grid:q} 2>{log:q}
        """


rule ship_miniature:
    """The model set with its card and check sums."""
    input:
        code=source_files("cortex2image.steps.ship_miniature"),
        models=f"{TRAINED}/exported",
        scores=f"{TRAINED}/scores/held-out.csv",
        tried=f"{TRAINED}/scores/guidance.csv",
        sheet=f"{TRAINED}/scores/text-to-image.png",
    output:
        shipped=directory(f"{TRAINED}/shipped"),
    log:
        "logs/ship_miniature.log",
    benchmark:
        "benchmarks/ship_miniature.tsv"
    conda:
        "../../envs/cortex2image.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(10),
    params:
        seed=lookup("seed", within=MINIATURE),
        training_scenes=lookup("training_scenes", within=MINIATURE),
        autoencoder_steps=lookup("autoencoder_steps", within=MINIATURE),
        clip_steps=lookup("clip_steps", within=MINIATURE),
        judge_steps=lookup("judge_steps", within=MINIATURE),
        unet_steps=lookup("unet_steps", within=MINIATURE),
        steps=lookup("steps", within=MINIATURE),
        guidance=lookup("guidance", within=MINIATURE),
        strength=lookup("strength", within=MINIATURE),
        remarks=lookup("remarks", within=MINIATURE),
    shell:
        """
        python -m cortex2image.steps.ship_miniature \
            --models {input.models:q} \
            --scores {input.scores:q} \
            --tried {input.tried:q} \
            --sheet {input.sheet:q} \
            --seed {params.seed:q} \
            --training-scenes {params.training_scenes:q} \
            --autoencoder-steps {params.autoencoder_steps:q} \
            --clip-steps {params.clip_steps:q} \
            --judge-steps {params.judge_steps:q} \
            --unet-steps {params.unet_steps:q} \
            --steps {params.steps:q} \
            --guidance {params.guidance:q} \
            --strength {params.strength:q} \
            --remarks={params.remarks:q} \
            --shipped {output.shipped:q} 2>{log:q}
        """
