"""What the networks of the miniature were trained with, read from the modules that train them."""

from cortex2image.judges import architectures
from cortex2image.judges import network as judge_network
from cortex2image.miniature import autoencoder, clip, judge_training, unet


def recipe() -> dict[str, object]:
    """Return batch sizes, weights of losses, shares of captions and the noise schedule, by name.

    Shares are in per cent.
    """
    noise = unet.build_scheduler().config
    shrunk = 1 - unet.EMPTY_SHARE - unet.SINGLE_SHARE - unet.MEAN_SHARE
    return {
        "crop": autoencoder.CROP,
        "autoencoder_batch": autoencoder.BATCH,
        "whole_batch": autoencoder.WHOLE_BATCH,
        "square_weight": autoencoder.SQUARE_WEIGHT,
        "gradient_weight": autoencoder.GRADIENT_WEIGHT,
        "kl_weight": autoencoder.KL_WEIGHT,
        "clip_batch": clip.BATCH,
        "judge_batch": judge_training.BATCH,
        "category_weight": judge_network.CATEGORY_WEIGHT,
        "colour_weight": architectures.COLOUR_WEIGHT,
        "unet_batch": unet.BATCH,
        "empty_share": 100 * unet.EMPTY_SHARE,
        "single_share": 100 * unet.SINGLE_SHARE,
        "mean_share": 100 * unet.MEAN_SHARE,
        "shrunk_share": 100 * shrunk,
        "beta_start": noise.beta_start,
        "beta_end": noise.beta_end,
        "timesteps": noise.num_train_timesteps,
    }
