"""Files of choices by people, as inputs of the rule that scores them."""

from pathlib import Path

from cortex2image.errors import ConfigError
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


def rating_files(study: Study) -> list[str]:
    """Return the JSON files in the folder of the setting `ratings`, sorted.

    Raises
    ------
    ConfigError
        `ratings` is null, no folder or a folder without such files; a file has a name that Snakemake would
        take for a pattern; or the study is one that does not know which pictures were seen.
    """
    if not READERS[study.dataset.reader].image_identity:
        expected = "a data set that says which picture was on the screen"
        raise ConfigError("ratings", expected, study.dataset.reader, "drop `ratings`")
    if study.ratings is None:
        fix = "run `snakemake --cores all preferences --config ratings=FOLDER`; see docs/rating.md"
        raise ConfigError("ratings", "the folder of files that people saved", "null", fix)
    folder = Path(study.ratings).expanduser()
    files = sorted(str(path) for path in folder.glob("*.json") if path.is_file())
    if not files:
        found = "a folder without any" if folder.is_dir() else "no such folder"
        fix = "put the files there that people saved on the page `rate` of the report"
        raise ConfigError("ratings", f"JSON files in {folder}", found, fix)
    if patterns := [file for file in files if {"{", "}"} & set(file)]:
        raise ConfigError("ratings", "file names without { and }", patterns[0], "rename the file")
    return files
