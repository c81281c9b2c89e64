"""Studies in which every job sees the files that its rule names and no other, whatever lies beside them.

What a step reads without its rule knowing changes unseen: the job would not run again. Snakemake can run jobs
in folders that hold their inputs alone ("shadow"). Of the files of a data set there are the names too,
because readers list folders; without content, so that a step that reads one fails. The pictures of a data set
lie there whole: the table of stimuli has a digest of them and speaks for them.

Run as a script, before each job: ``alone.py HOME DATA`` gives the working directory the names of the files
that lie in the folder HOME/DATA.
"""

import shutil
import sys
from pathlib import Path

SNAKEFILE = """
include: "Snakefile"


for each in workflow.rules:
    if each.shellcmd:
        each.shadow_depth = "minimal"
shell.prefix((shell._process_prefix or "") + "python {script} {home} {data}; ")
"""
PICTURES = (".png", ".jpg", ".jpeg")
SKIPPED = ".snakemake_timestamp"


def write_alone(root: Path, data: str) -> str:
    """Write a Snakefile for jobs that are alone beside the Snakefile in `root`, and return its name.

    Parameters
    ----------
    root : Path
        A copy of the repository, in which the study runs.
    data : str
        The folder of the data set, relative to `root`; the workflow may make it.
    """
    text = SNAKEFILE.format(script=Path(__file__).resolve(), home=root, data=data)
    (root / "alone.smk").write_text(text)
    return "alone.smk"


def give_names(home: Path, data: Path, here: Path) -> None:
    """Give `here` the names of the files of a data set; files and folders that are there stay as they are."""
    files = [path for path in (home / data).rglob("*") if path.is_file() and path.name != SKIPPED]
    for file in files:
        target = here / file.relative_to(home)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix.lower() in PICTURES:
            shutil.copyfile(file, target)
        else:
            target.touch()


if __name__ == "__main__":
    give_names(Path(sys.argv[1]), Path(sys.argv[2]), Path.cwd())
