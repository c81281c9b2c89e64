"""Writers of the files of NSD, with the types, axis orders, chunks and ids of the released files."""

import json
from collections.abc import Mapping
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow.csv import write_csv
from scipy.io import savemat
from tests.support.nsd_plan import PICTURES, SHARED, STREAMS, SUBJECTS, TRIALS, Plan

UNITS = 300
ZOOMS = {"func1pt8mm": (1.8, 4 / 3), "func1mm": (1.0, 1.0)}


def write_design(path: Path, plan: Plan) -> None:
    """Write ``nsd_expdesign.mat``, a plain MATLAB file with integers as narrow as possible."""
    fields = {
        "masterordering": plan.ordering[None].astype(np.uint16),
        "subjectim": plan.pictures.astype(np.int32),
        "sharedix": plan.pictures[:1, :SHARED].astype(np.int32),
        "stimpattern": plan.slots,
        "basiccnt": np.zeros((3, 40), np.uint16),
    }
    savemat(_made(path), fields)


def write_stim_info(path: Path, plan: Plan, coco_ids: np.ndarray, splits: np.ndarray) -> None:
    """Write ``nsd_stim_info_merged.csv``, 73000 rows and 41 columns, nsdId from 0."""
    shared = np.isin(np.arange(1, PICTURES + 1), plan.pictures[0, :SHARED])
    columns: dict[str, object] = {
        "": np.arange(PICTURES),
        "cocoId": coco_ids,
        "cocoSplit": splits,
        "cropBox": ["(0, 0, 0.167, 0.167)"] * PICTURES,
        "loss": np.full(PICTURES, 0.1),
        "nsdId": np.arange(PICTURES),
        "flagged": ["False"] * PICTURES,
        "BOLD5000": ["False"] * PICTURES,
        "shared1000": np.where(shared, "True", "False"),
    }
    for number in range(1, SUBJECTS + 1):
        columns[f"subject{number}"] = np.isin(np.arange(1, PICTURES + 1), plan.pictures[number - 1]).astype(
            int
        )
    for number in range(1, SUBJECTS + 1):
        columns |= {f"subject{number}_rep{repeat}": np.zeros(PICTURES, int) for repeat in range(3)}
    write_csv(pa.table(columns), _made(path))


def write_responses(path: Path, plan: Plan, number: int, sessions: int) -> None:
    """Write ``responses.tsv``: 19 columns, a row per trial, ids from 1, no button press in some trials."""
    ids, trials = plan.shown(number, sessions), sessions * TRIALS
    runs = np.concatenate([np.nonzero(plan.slots[session])[0] + 1 for session in range(sessions)])
    empty = ("TIME", "ISOLD", "ISCORRECT", "RT", "CHANGEMIND", "MEMORYRECENT", "MEMORYFIRST", "ISOLDCURRENT")
    columns = {
        "SUBJECT": np.full(trials, number),
        "SESSION": np.repeat(np.arange(1, sessions + 1), TRIALS),
        "RUN": runs,
        "TRIAL": np.arange(trials) % TRIALS + 1,
        "73KID": ids.ravel(),
        "10KID": plan.ordering[:trials],
        **{name: np.zeros(trials) for name in empty},
        **{name: np.zeros(trials) for name in ("ISCORRECTCURRENT", "TOTAL1", "TOTAL2")},
        "BUTTON": np.where(np.arange(trials) % 50, 1.0, np.nan),
        "MISSINGDATA": np.zeros(trials, int),
    }
    pd.DataFrame(columns).to_csv(_made(path), sep="\t", index=False, na_rep="NaN")


def write_pictures(path: Path, pictures: Mapping[int, np.ndarray], rows: int = PICTURES) -> None:
    """Write ``nsd_stimuli.hdf5``; `pictures` are by 73k id from 1, and only their rows take room on disk."""
    side = len(next(iter(pictures.values())))
    with h5py.File(_made(path), "w") as file:
        brick = file.create_dataset("imgBrick", (rows, side, side, 3), "u1", chunks=(1, side, side, 3))
        for number, picture in pictures.items():
            brick[number - 1] = picture


def write_captions(path: Path, captions: Mapping[int, list[str]]) -> None:
    """Write captions by cocoId as COCO does, some of them of photographs that are not in NSD."""
    rows = [(coco_id, caption) for coco_id, texts in captions.items() for caption in texts]
    rows += [(9_000_000 + number, "a photo that is in no study.\n") for number in range(3)]
    annotations = [{"image_id": i, "id": number, "caption": text} for number, (i, text) in enumerate(rows)]
    images = [{"id": coco_id, "file_name": f"{coco_id:012d}.jpg"} for coco_id in captions]
    _made(path).write_text(
        json.dumps({"info": {}, "images": images, "licenses": [], "annotations": annotations})
    )


def write_hdf5(path: Path, betas: np.ndarray) -> None:
    """Write a session (X, Y, Z, 750) int16 as MATLAB's h5write does, with one chunk per voxel."""
    x, y, z, trials = betas.shape
    with h5py.File(_made(path), "w") as file:
        dataset = file.create_dataset("betas", (trials, z, y, x), "<i2", chunks=(trials, 1, 1, 1))
        for k, j, i in np.ndindex(z, y, x):
            dataset.id.write_direct_chunk((0, k, j, i), betas[i, j, k].astype("<i2").tobytes())


def write_mat(path: Path, betas: np.ndarray) -> None:
    """Write a session as MATLAB's ``save -v7.3`` does: compressed, in other chunks, after MATLAB's header."""
    stored = betas.transpose(3, 2, 1, 0)
    with h5py.File(_made(path), "w", userblock_size=512) as file:
        chunks = tuple(min(most, size) for most, size in zip((100, 2, 5, 4), stored.shape, strict=True))
        dataset = file.create_dataset("betas", data=stored, chunks=chunks, compression="gzip")
        dataset.attrs["MATLAB_class"] = np.bytes_("int16")
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


def write_volume(path: Path, values: np.ndarray, space: str) -> None:
    """Write a volume or a session, centred on the origin, with sform code 1 and qform code 0."""
    size, seconds = ZOOMS[space]
    affine = np.diag([size] * 3 + [1.0])
    affine[:3, 3] = [-((n + 1) / 2 - 1) * size for n in values.shape[:3]]
    image = nib.Nifti1Image(values, affine)
    image.set_sform(affine, code=1)
    image.set_qform(None, code=0)
    image.header.set_zooms((size,) * 3 + (seconds,) * (values.ndim - 3))
    nib.save(image, _made(path))


def write_surface(path: Path, values: np.ndarray) -> None:
    """Write one hemisphere, (V,) or (V, 750), as big-endian float32 of shape (V, 1, 1[, 750])."""
    stored = values.reshape(len(values), 1, 1, *values.shape[1:])
    nib.save(nib.freesurfer.MGHImage(stored.astype(">f4"), np.eye(4)), _made(path))


def write_ctab(path: Path, names: tuple[str, ...] = STREAMS) -> None:
    """Write one code and name per line, with irregular white space between them."""
    lines = [f"{code}{' ' if code % 2 else chr(9)}  {name} " for code, name in enumerate(names)]
    _made(path).write_text("\n".join(["# code name", *lines]) + "\n")


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
