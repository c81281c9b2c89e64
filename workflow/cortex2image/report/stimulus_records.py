"""The data of one stimulus: its pictures, their scores and ranks, and what luck and recall would give."""

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from cortex2image.novelty.measures import main_measure
from cortex2image.report.novelty_section import measure_title
from cortex2image.report.picture_data import PictureData, rounded
from cortex2image.report.picture_scores import PictureScores


def record_name(number: int) -> str:
    """Return the name of the data script of a stimulus."""
    return f"stimuli/{number}"


class StimulusRecords(Mapping[str, object]):
    """Name of a data script -> what a page shows of one stimulus, made when it is asked for.

    Parameters
    ----------
    data : PictureData
    """

    def __init__(self, data: PictureData):
        self._data = data
        self._number = {record_name(number): name for number, name in enumerate(data.stimuli)}

    def __len__(self) -> int:
        return len(self._number)

    def __iter__(self) -> Iterator[str]:
        return iter(self._number)

    def __getitem__(self, name: str) -> dict[str, object]:
        stimulus, study = self._number[name], self._data.study
        row = self._data.known[stimulus]
        subjects = [s for s in study.subjects if stimulus in self._of_subject[s]]
        return {
            "setting": row["setting"] if isinstance(row.get("setting"), str) else None,
            "seen": self._link(row["image_path"]) if study.with_images else None,
            "subjects": {
                subject: {
                    "nearest": self._nearest.get((subject, stimulus), []),
                    "methods": {method: self._method(subject, method, stimulus) for method in study.methods},
                }
                for subject in subjects
            },
        }

    @cached_property
    def _page(self) -> str:
        return str(self._data.study.folder.path("report_page").parent)

    def _link(self, path: str) -> str:
        return os.path.relpath(path, self._page)

    @cached_property
    def _of_subject(self) -> Mapping[str, frozenset[str]]:
        return {subject: frozenset(strips.stimuli) for subject, strips in self._data.strips.items()}

    @cached_property
    def _pictures(self) -> Mapping[tuple[str, str, str], list[dict[str, Any]]]:
        """Return (subject, method, stimulus) -> its samples, in order: link, caption, precision, black."""
        found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for (subject, method), table in self._data.study.reconstructions.items():
            columns = ("stimulus_id", "image_path", "caption", "precision", "black")
            ordered = table.sort_values(["stimulus_id", "sample"])
            for name, path, caption, precision, black in zip(*(ordered[c] for c in columns), strict=True):
                picture: dict[str, Any] = {"file": self._link(path), "precision": precision}
                if isinstance(caption, str):
                    picture["caption"] = caption
                if black:
                    picture["black"] = True
                found.setdefault((subject, method, name), []).append(picture)
        return found

    def _method(self, subject: str, method: str, stimulus: str) -> dict[str, object]:
        record: dict[str, object] = {"samples": self._pictures.get((subject, method, stimulus), [])}
        scores = self._data.scores.get((subject, method))
        if scores is None or stimulus not in scores.stimuli:
            return record
        place = self._places[subject, method][stimulus]
        record |= {
            "mean": rounded(self._spread(scores, scores.means[place])),
            "mean_rank": rounded(self._spread(scores, scores.mean_ranks[place])),
            "of": rounded(self._spread(scores, scores.counts)),
            "values": rounded(self._spread(scores, scores.values[place])),
            "ranks": rounded(self._spread(scores, scores.sample_ranks[place])),
        }
        if (subject, method) in self._luck:
            control, counts, of = self._luck[subject, method]
            record |= {
                "control": control,
                "as_good": rounded(self._spread(scores, counts[place])),
                "as_good_of": rounded(self._spread(scores, of)),
            }
        return record

    def _spread(self, scores: PictureScores, numbers: np.ndarray) -> np.ndarray:
        """Return numbers whose last axis is the metrics of a method along all metrics of the study."""
        own = [self._data.metrics.index(metric) for metric in scores.metrics]
        spread = np.full((*numbers.shape[:-1], len(self._data.metrics)), np.nan)
        spread[..., own] = numbers
        return spread

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        return {
            key: {name: place for place, name in enumerate(scores.stimuli)}
            for key, scores in self._data.scores.items()
        }

    @cached_property
    def _luck(self) -> Mapping[tuple[str, str], tuple[str, np.ndarray, np.ndarray]]:
        """Return (subject, method) -> its control, and how many pictures of it score as well as each one."""
        found = {}
        for (subject, method), scores in self._data.scores.items():
            control = self._data.control_of(method)
            if control and (subject, control) in self._data.scores:
                found[subject, method] = (control, *scores.at_least(self._data.scores[subject, control]))
        return found

    @cached_property
    def _nearest(self) -> Mapping[tuple[str, str], list[dict[str, object]]]:
        """Return (subject, stimulus) -> its nearest training stimuli, the one whose tile is shown first."""
        if self._data.study.novelty is None:
            return {}
        table = self._data.study.novelty.nearest
        first = main_measure(list(dict.fromkeys(table["measure"])))
        ordered = table.assign(other=table["measure"] != first).sort_values("other", kind="stable")
        found: dict[tuple[str, str], list[dict[str, object]]] = {}
        for row in ordered.itertuples(index=False):
            known = self._data.known.get(str(row.nearest_train), {})
            path = known.get("image_path")
            found.setdefault((str(row.subject), str(row.stimulus_id)), []).append(
                {
                    "measure": measure_title(str(row.measure)),
                    "stimulus": row.nearest_train,
                    "captions": list(known.get("captions", [])),
                    "file": self._link(path) if isinstance(path, str) else None,
                    "similarity": round(float(row.similarity), 4),
                    "rank": int(row.rank),
                    "duplicate": bool(row.duplicate),
                }
            )
        return found
