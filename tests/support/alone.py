"""Studies in which every job sees the files that its rule names and no other, whatever lies beside them.

What a step reads without its rule knowing changes unseen: the job would not run again. Here each job works in
a folder that holds its inputs alone. Of the files of a data set there are the names too, because readers list
folders; without content, so that a step that reads one fails. The pictures of a data set lie there whole: the
table of stimuli has a digest of them and speaks for them.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.snakemake import ROOT, run_program

SNAKEFILE = """
include: "Snakefile"


import sys
from pathlib import Path

sys.path.insert(0, {tests!r})
from tests.support.alone import alone

for each in workflow.rules:
    if each.shellcmd:
        each.run_func = alone(each.run_func, shell, Path({home!r}), {data!r})
"""
PICTURES = (".png", ".jpg", ".jpeg")
# Of the arguments that Snakemake calls the function of a rule with, behind inputs and outputs.
LOG = 4


def run_alone(root: Path, data: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the workflow beside the Snakefile in `root`, one job at a time, each alone.

    Snakemake's own way ("shadow") starts Snakemake once more for each job, or changes the working directory
    under the feet of its threads.

    Parameters
    ----------
    root : Path
        A copy of the repository, in which the study runs.
    data : str
        The folder of the data set, relative to `root`; the workflow may make it.
    *arguments
        Targets and options of Snakemake.
    """
    text = SNAKEFILE.format(tests=str(ROOT), home=str(root), data=data)
    (root / "alone.smk").write_text(text)
    return run_program("snakemake", *arguments, "--snakefile", "alone.smk", "--cores", "1", cwd=root)


def alone(run: Callable[..., None], shell: Any, home: Path, data: str) -> Callable[..., None]:
    """Return the function of a rule that runs its shell command in a folder with its inputs.

    Parameters
    ----------
    run : the function that Snakemake made of the rule
    shell : what runs shell commands for Snakemake
    home : Path
        The working directory of Snakemake.
    data : str
        The folder of the data set, relative to `home`.
    """
    prefix = shell._process_prefix or ""

    def run_in_folder(input: Iterable[str], output: Iterable[str], *others: Any) -> None:  # noqa: A002
        written = [Path(file) for file in (*output, *others[LOG])]
        with TemporaryDirectory(dir=home / ".snakemake") as folder:
            here = Path(folder)
            give_inputs(home, here, map(Path, input))
            give_names(home, here, data)
            for file in written:
                (here / file).parent.mkdir(parents=True, exist_ok=True)
            shell.prefix(f"{prefix}cd {folder}; ")
            try:
                run(input, output, *others)
            finally:
                shell.prefix(prefix)
                for file in written:
                    if (here / file).exists():
                        shutil.move(here / file, home / file)

    return run_in_folder


def give_inputs(home: Path, here: Path, files: Iterable[Path]) -> None:
    """Link input files below the working directory into a folder, and copy input folders."""
    for file in files:
        if file.is_absolute():
            continue
        (here / file).parent.mkdir(parents=True, exist_ok=True)
        if (home / file).is_dir():  # as a copy, since readers refuse pictures that lie elsewhere
            shutil.copytree(home / file, here / file, dirs_exist_ok=True)
        elif not (here / file).exists():
            (here / file).symlink_to(home / file)


def give_names(home: Path, here: Path, data: str) -> None:
    """Give a folder the names of the files of a data set that it lacks, and its pictures."""
    for file in (home / data).rglob("*"):
        target = here / file.relative_to(home)
        if not file.is_file() or target.exists() or file.name.startswith(".snakemake"):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix.lower() in PICTURES:
            shutil.copyfile(file, target)
        else:
            target.touch()
