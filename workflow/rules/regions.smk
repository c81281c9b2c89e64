# Single regions: what reconstructions lose without them (target `attribute`), and which pictures they prefer (target
# `prefer`). Neither is part of `all`.


rule decode_lesioned:
    """Features decoded with and without the voxels of each region, by the decoder of decode_features."""
    input:
        **tables("trials", "betas", "voxels", "features"),
        code=code_of("decode_lesioned"),
    output:
        lesioned=at("lesioned"),
    log:
        log_of("decode_lesioned", "subject", "space"),
    benchmark:
        benchmark_of("decode_lesioned", "subject", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(
            mem_mb=lambda wildcards: RESOURCES.decode_mb(wildcards.space), runtime=RESOURCES.fit_minutes
        ),
    params:
        settings=settings_of("decode_lesioned"),
    shell:
        command_line("decode_lesioned")


rule attribute_region:
    """Change of reconstructions along the denoising steps when a region is removed before decoding."""
    input:
        code=code_of("attribute_region"),
        model=JOBS.model_sums,
        lesioned=JOBS.drawing.lesioned,
    output:
        images=directory(at("attribution_pictures")),
        attribution=at("attribution"),
    log:
        log_of("attribute_region", "subject", "region"),
    benchmark:
        benchmark_of("attribute_region", "subject", "region")
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.model_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=240),
        gpu=1,
    params:
        settings=settings_of("attribute_region"),
    shell:
        command_line("attribute_region")


rule attribution_figures:
    """Change along the denoising steps for every region of a subject, and pictures without each of them."""
    input:
        code=code_of("attribution_figures"),
        stimuli=at("stimuli"),
        shown=JOBS.paths.pictures,
        attribution=JOBS.paths.of_regions("attribution", STUDY.attribute.regions),
        images=JOBS.paths.of_regions("attribution_pictures", STUDY.attribute.regions),
    output:
        chart=at("attribution_chart"),
        sheet=at("attribution_sheet"),
    log:
        log_of("attribution_figures", "subject"),
    benchmark:
        benchmark_of("attribution_figures", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=10),
    params:
        settings=settings_of("attribution_figures"),
    shell:
        command_line("attribution_figures")


rule attribute:
    """What the reconstructions of every subject lose without each region."""
    input:
        of_all("attribution_chart"),
        of_all("attribution_sheet"),
    localrule: True


rule prefer_pictures:
    """Pictures in the order of the response that an encoding model predicts for a region."""
    input:
        **tables("trials", "betas", "voxels", "features"),
        code=code_of("prefer_pictures"),
    output:
        preference=at("preference"),
        encoder=at("region_encoder"),
    log:
        log_of("prefer_pictures", "subject", "region", "space"),
    benchmark:
        benchmark_of("prefer_pictures", "subject", "region", "space")
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.fit_threads
    resources:
        **growing(
            mem_mb=lambda wildcards: RESOURCES.encode_mb(wildcards.space), runtime=RESOURCES.fit_minutes
        ),
    params:
        settings=settings_of("prefer_pictures"),
    shell:
        command_line("prefer_pictures")


rule synthesise_picture:
    """A picture of strong predicted response, by gradient ascent through autoencoder and encoding model."""
    input:
        code=code_of("synthesise_picture"),
        model=JOBS.model_sums,
        trials=at("trials"),
        features=at("features", space="z"),
        encoder=at("region_encoder", space="z"),
    output:
        images=directory(at("synthesised_pictures")),
        synthesis=at("synthesis"),
    log:
        log_of("synthesise_picture", "subject", "region"),
    benchmark:
        benchmark_of("synthesise_picture", "subject", "region")
    priority: OF_GPU
    conda:
        "../../envs/cortex2image.yaml"
    threads: RESOURCES.model_threads
    resources:
        **growing(mem_mb=RESOURCES.model_mb, runtime=120),
        gpu=1,
    params:
        settings=settings_of("synthesise_picture"),
    shell:
        command_line("synthesise_picture")


rule preference_figures:
    """The pictures that each region of a subject prefers most and least."""
    input:
        code=code_of("preference_figures"),
        stimuli=at("stimuli"),
        shown=JOBS.paths.pictures,
        preference=JOBS.paths.of_regions("preference", STUDY.prefer.regions, space=STUDY.prefer.spaces),
    output:
        test=at("preferred_test"),
        all=at("preferred_all"),
    log:
        log_of("preference_figures", "subject"),
    benchmark:
        benchmark_of("preference_figures", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=10),
    shell:
        command_line("preference_figures")


rule synthesis_figures:
    """The way to the synthesised picture of each region of a subject."""
    input:
        code=code_of("synthesis_figures"),
        synthesis=JOBS.paths.of_regions("synthesis", STUDY.prefer.regions),
        images=JOBS.paths.of_regions("synthesised_pictures", STUDY.prefer.regions),
    output:
        chart=at("ascent"),
        sheet=at("synthesised_sheet"),
    log:
        log_of("synthesis_figures", "subject"),
    benchmark:
        benchmark_of("synthesis_figures", "subject")
    conda:
        "../../envs/cortex2image.yaml"
    resources:
        **growing(mem_mb=2000, runtime=10),
    shell:
        command_line("synthesis_figures")


rule prefer:
    """Which pictures the regions of every subject prefer; with z, also a synthesised one."""
    input:
        of_all("preferred_test"),
        of_all("preferred_all"),
        of_all("synthesised_sheet") if "z" in STUDY.prefer.spaces else [],
        of_all("ascent") if "z" in STUDY.prefer.spaces else [],
    localrule: True
