"""A pretended GPU: its tensors are computed by the CPU, and do not mix with tensors of the CPU.

Code that forgets to move a tensor fails here as it does with a GPU, on any machine: operations on tensors of
both devices are refused, and so are NumPy arrays of what lies on the GPU. Results are those of the CPU. Of a
real GPU's memory, speed, rounding and kernels nothing is learned, nor of copies that are read too early.

It is made of a tensor that wraps another one (PyTorch: a wrapper subclass), and of two of PyTorch's modes,
which see every call and every operation.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten

aten = torch.ops.aten
GPU, CPU, META = torch.device("cuda", 0), torch.device("cpu"), torch.device("meta")
MEMORY = 80_000_000_000
MOVES = {
    aten._to_copy.default,
    aten.copy_.default,
    aten.to.device,
    aten.to.dtype,
    aten.to.dtype_layout,
    aten.to.other,
}
INDEXED = {aten.index.Tensor, aten.index_put.default, aten.index_put_.default, aten._index_put_impl_.default}
# Operations that take not even a single number from the other device.
STRICT = {aten.cat.default, aten.stack.default, aten.index_select.default, aten.embedding.default}
READS = {
    torch.Tensor.__bool__,
    torch.Tensor.__float__,
    torch.Tensor.__index__,
    torch.Tensor.__int__,
    torch.Tensor.item,
    torch.Tensor.tolist,
}

# Attention by its equation, as a GPU's own kernels are not here; weights that move are new ones.
ANSWERS = {aten._fused_sdp_choice.default: 0, aten._has_compatible_shallow_copy_type.default: False}

_meta_is_meant: ContextVar[bool] = ContextVar("_meta_is_meant", default=False)


class OnGpu(torch.Tensor):
    """A tensor of the pretended GPU; `held` has its numbers.

    PyTorch takes it for a tensor without numbers ("meta"): builds without CUDA have no such device.
    """

    held: torch.Tensor
    device = property(lambda self: GPU)
    is_cuda = property(lambda self: True)
    is_meta = property(lambda self: False)
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> "OnGpu":
        shape = {"strides": held.stride(), "storage_offset": held.storage_offset(), "dtype": held.dtype}
        with torch.inference_mode(False):
            made: OnGpu = torch.Tensor._make_wrapper_subclass(
                cls, held.size(), **shape, layout=held.layout, device=META, requires_grad=held.requires_grad
            )
        made.held = held
        return made

    def __repr__(self, *_: Any) -> str:  # type: ignore[override]
        return f"OnGpu({self.held!r})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _operate(func, args, kwargs or {})


def a_gpu() -> AbstractContextManager[None]:
    """Return a context in which there is a GPU: that of this machine, or a pretended one."""
    return nullcontext() if torch.cuda.is_available() else pretended_gpu()


@contextmanager
def pretended_gpu() -> Iterator[None]:
    """Let this thread find one GPU, whose tensors refuse those of the CPU, until the context ends."""
    properties = SimpleNamespace(name="pretended", total_memory=MEMORY)
    answers = {
        "is_available": True,
        "device_count": 1,
        "mem_get_info": (MEMORY, MEMORY),
        "get_device_properties": properties,
        "current_device": 0,
        "is_bf16_supported": True,
        "empty_cache": None,
        "synchronize": None,
        "_lazy_init": None,
    }
    with ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(mock.patch.object(torch.cuda, name, mock.Mock(return_value=answer)))
        stack.enter_context(_Calls())
        stack.enter_context(_Operations())
        yield


class _Calls(TorchFunctionMode):
    """Sees calls of PyTorch as they are written: which device is asked for, and what Python reads."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.device:
            return func(*args, **kwargs or {})
        args, kwargs = [_numbered(a) for a in args], {k: _numbered(a) for k, a in (kwargs or {}).items()}
        if func in READS:
            return func(_held(args[0]))
        if func is torch.Tensor.__setitem__ and isinstance(args[0], OnGpu):
            return _set(*args)
        if func is torch.Tensor.__getitem__ and isinstance(args[0], OnGpu):
            args = [args[0], _with_tensors(args[1])]
        if func in {torch.tensor, torch.as_tensor} and kwargs.get("device") == GPU:
            return func(*args, **kwargs | {"device": CPU}).to(GPU)
        if func is torch.Tensor.cuda:
            func, args = torch.Tensor.to, [args[0], GPU]
        if func is torch.Tensor.to and any(isinstance(other, OnGpu) for other in args[1:]):
            args = [args[0], GPU, args[1].dtype]
        token = _meta_is_meant.set(_meta_is_meant.get() or any(map(_is_meta, (*args, *kwargs.values()))))
        try:
            return func(*args, **kwargs)
        finally:
            _meta_is_meant.reset(token)


class _Operations(TorchDispatchMode):
    """Sees every operation, also of tensors that are made from nothing."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _operate(func, args, kwargs or {})


def _operate(func: Any, args: Any, kwargs: Any) -> Any:
    """Compute an operation with the tensors that are held; wrap the results where they belong to the GPU."""
    values, shape = tree_flatten((args, kwargs))
    if not _meta_is_meant.get():
        values = [GPU if _is_device(value, META) else value for value in values]
    there = [value for value in values if isinstance(value, OnGpu)]
    if there and func in ANSWERS:
        return ANSWERS[func]
    if there and func not in MOVES and any(_is_elsewhere(v, func) for v in _mixing(func, args, values)):
        raise RuntimeError(f"Expected all tensors to be on the same device: cuda:0 and cpu in {func}")
    asked = [value for value in values if isinstance(value, torch.device)]
    on_gpu = asked[0] == GPU if asked else bool(there)
    if on_gpu and any(isinstance(v, torch.Generator) and v.device == CPU for v in values):
        raise RuntimeError(f"Expected a generator of the device cuda in {func}")
    if func is aten.copy_.default:
        on_gpu = isinstance(args[0], OnGpu)
    plain, named = tree_unflatten(
        [CPU if _is_device(value, GPU) else _held(value) for value in values], shape
    )
    made = func(*plain, **named)
    if asked and on_gpu != bool(there):
        made = tree_map(lambda m: m.clone() if isinstance(m, torch.Tensor) else m, made)
    if there and torch.Tag.inplace_view in func.tags:
        with no_dispatch():
            func(*args, **kwargs)
    return tree_map(lambda m: _wrapped(m, there), made) if on_gpu else made


def _mixing(func: Any, args: Any, values: list[Any]) -> list[Any]:
    """Return the values that must be on one device: positions among rows may stay on the CPU."""
    if func in INDEXED and isinstance(args[0], OnGpu):
        return tree_leaves(args[2:])
    return values


def _set(target: OnGpu, index: Any, value: Any) -> None:
    if _is_elsewhere(value) and any(isinstance(part, torch.Tensor) for part in tree_leaves(index)):
        raise RuntimeError("Expected all tensors to be on the same device: cuda:0 and cpu in index_put_")
    target.held[tree_map(_held, index)] = _held(value)


def _with_tensors(index: Any) -> Any:
    """Return positions as tensors: PyTorch would put lists and arrays on the device without numbers."""
    if isinstance(index, tuple):
        return tuple(_with_tensors(part) for part in index)
    return torch.as_tensor(index) if isinstance(index, list | np.ndarray) else index


def _wrapped(made: Any, there: list[OnGpu]) -> Any:
    """Wrap a tensor; what was changed in place is the tensor it was."""
    if not isinstance(made, torch.Tensor) or made.device == META:
        return made
    same = [tensor for tensor in there if tensor.held is made]
    return same[0] if same else OnGpu(made)


def _held(value: Any) -> Any:
    return value.held if isinstance(value, OnGpu) else value


def _is_elsewhere(value: Any, func: Any = None) -> bool:
    """Say whether this is a tensor of the CPU; single numbers go into most operations."""
    of_cpu = isinstance(value, torch.Tensor) and not isinstance(value, OnGpu)
    return of_cpu and (func in STRICT or value.dim() > 0)


def _is_meta(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return not isinstance(value, OnGpu) and value.device == META
    return _is_device(value, META) or (isinstance(value, str) and value == "meta")


def _is_device(value: Any, device: torch.device) -> bool:
    return isinstance(value, torch.device) and value == device


def _numbered(value: Any) -> Any:
    """Give the GPU its number, which PyTorch asks a missing library for."""
    if isinstance(value, str):
        return GPU if value == "cuda" else value
    return GPU if isinstance(value, torch.device) and value.type == "cuda" else value
