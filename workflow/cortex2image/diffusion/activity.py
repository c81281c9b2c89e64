"""Activity of layers of the U-Net, taken while it runs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def recorded(unet: Any, modules: Iterable[str]) -> Iterator[dict[str, torch.Tensor]]:
    """Record what modules of `unet` give while it runs, without changing it or running it again.

    Parameters
    ----------
    unet : diffusers.UNet2DConditionModel
    modules : iterable of str
        Names of modules, see :class:`cortex2image.networks.unet_layers.Layer`.

    Yields
    ------
    dict of module name to tensor (rows, channels, h, w)
        Of the latest pass. Of a block, which gives the hidden states that the next block gets and those of
        its skip connections, the former. With guidance the first half of the rows is without caption, the
        second half with it. When the context ends, even with an error, the network is as it was.
    """
    given: dict[str, torch.Tensor] = {}

    def recording(name: str) -> Any:
        def record(module: Any, inputs: Any, output: Any) -> None:
            given[name] = output[0] if isinstance(output, tuple) else output

        return record

    hooks = [unet.get_submodule(name).register_forward_hook(recording(name)) for name in modules]
    try:
        yield given
    finally:
        for hook in hooks:
            hook.remove()
