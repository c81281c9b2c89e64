"""How well the miniature paints what captions say: a painter, judges and examples in, scores out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.miniature.coarse_pictures import coarsened
from cortex2image.miniature.examples import Examples
from cortex2image.miniature.held_out_scores import Judge, diversity, judged_by_all, pixel_correlation
from cortex2image.miniature.painter import Painter
from cortex2image.miniature.score_table import Score, scored


@dataclass(frozen=True)
class ScoredPainter:
    """A painter and the judges its pictures are shown to."""

    painter: Painter
    judges: Mapping[str, Judge]

    @classmethod
    def load(cls, models: Path, painter: Painter) -> "ScoredPainter":
        """Load the judges of a model set beside a painter."""
        judges = {name: kind.load(models / "judges" / name) for name, kind in ARCHITECTURES.items()}
        return cls(painter, judges)

    def from_text(
        self, part: str, examples: Examples, captions: int | None = 1
    ) -> tuple[NDArray[np.uint8], list[Score]]:
        """Paint examples from the mean of their first captions (None: of all); return pictures and scores."""
        states = [self.painter.embed(texts[:captions]) for texts in examples.captions]
        made = self.painter.paint(states, part)
        return made, scored(part, len(examples), judged_by_all(self.judges, made, examples))

    def from_coarse(
        self, part: str, examples: Examples, strength: float, captions: int | None = 1
    ) -> list[Score]:
        """Paint as :meth:`from_text`, but from the coarse picture of each example (image to image)."""
        states = [self.painter.embed(texts[:captions]) for texts in examples.captions]
        coarse = [Image.fromarray(coarsened(picture)) for picture in examples.pictures]
        made = self.painter.from_images().paint(states, part, image=coarse, strength=strength)
        correlation = {"pixel_correlation": pixel_correlation(examples.pictures, made)}
        return scored(part, len(examples), judged_by_all(self.judges, made, examples) | correlation)

    def again_and_again(self, captions: Sequence[str], number: int) -> list[NDArray[np.uint8]]:
        """Paint `number` pictures of each caption."""
        return [
            self.painter.paint([self.painter.embed([caption])] * number, f"again and again: {caption}")
            for caption in captions
        ]

    def look_at(self, part: str, examples: Examples) -> list[Score]:
        """Score the judges themselves on real pictures: the most that painted pictures can reach."""
        return scored(part, len(examples), judged_by_all(self.judges, examples.pictures, examples))


def diversity_scores(part: str, groups: Sequence[NDArray[np.uint8]]) -> list[Score]:
    """Score groups of pictures of one caption each by the correlation of pixels within a group.

    The mean over groups, and the group whose pictures are most alike.
    """
    correlations = [diversity(group) for group in groups]
    values = {
        "pixel_correlation_mean": float(np.mean(correlations)),
        "pixel_correlation_worst": float(np.max(correlations)),
    }
    return scored(part, sum(len(group) for group in groups), values)
