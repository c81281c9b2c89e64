"""The pictures made elsewhere that a study scores, as its settings name them."""

import re
from pathlib import Path

from cortex2image.errors import ConfigError
from cortex2image.study.settings import Study

TABLES = (".csv", ".tsv", ".parquet")
UNNAMED = "unnamed"


def require_scored(study: Study) -> tuple[str, str]:
    """Return the settings `pictures` and `stimuli` of a study, for whoever asks for their scores.

    Raises
    ------
    ConfigError
        One of them is null.
    """
    if study.pictures is None or study.stimuli is None:
        missing = [name for name in ("pictures", "stimuli") if getattr(study, name) is None]
        expected = "pictures made elsewhere, and the stimuli that they reconstruct: a folder or a table each"
        fix = (
            "run `snakemake --cores all score_folder --config pictures=DIR stimuli=DIR_OR_TABLE`; see "
            "docs/score-folder.md"
        )
        raise ConfigError(" and ".join(missing), expected, "null", fix)
    return study.pictures, study.stimuli


def scored_name(study: Study) -> str:
    """Return the name of the folder of the scores: `scored_as`, or else the name of the scored pictures.

    Characters that `scored_as` may not have become ``-``. Without pictures, nothing is written under the
    name.

    Raises
    ------
    ConfigError
        The name of the pictures has no letter or digit.
    """
    if study.scored_as or study.pictures is None:
        return study.scored_as or UNNAMED
    path = Path(study.pictures).expanduser().resolve()
    name = path.stem if path.suffix.lower() in TABLES else path.name
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-")
    if not plain:
        expected = "pictures whose name has letters or digits, for the folder of their scores"
        raise ConfigError("pictures", expected, f"'{study.pictures}'", "choose a name with scored_as")
    return plain
