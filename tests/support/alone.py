"""Studies in which every job sees the files that its rule names and no other, whatever lies beside them.

What a step reads without its rule knowing changes unseen: the job would not run again. Snakemake can run jobs
in folders that hold their inputs alone ("shadow"). Of the files of a data set there are the names too,
because readers list folders; without content, so that a step that reads one fails. The pictures of a data set
lie there whole: the table of stimuli has a digest of them and speaks for them.
"""

import subprocess
from pathlib import Path

from tests.support import given_names
from tests.support.snakemake import run_program

# Snakemake does not find the log of a job that failed alone: the shell prints it.
SNAKEFILE = """
include: "Snakefile"


for each in workflow.rules:
    if each.shellcmd:
        each.shadow_depth = "minimal"
shell.prefix(
    (shell._process_prefix or "")
    + "trap '[ $? = 0 ] || cat $(find logs -name *.log) >&2' EXIT; python {script} {home} {data}; "
)
"""


def run_alone(root: Path, data: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the workflow beside the Snakefile in `root`, one job at a time, each alone.

    Parameters
    ----------
    root : Path
        A copy of the repository, in which the study runs.
    data : str
        The folder of the data set, relative to `root`; the workflow may make it.
    *arguments
        Targets and options of Snakemake.
    """
    script = Path(given_names.__file__).resolve()
    (root / "alone.smk").write_text(SNAKEFILE.format(script=script, home=root, data=data))
    # Without threads Snakemake would start itself once more for each of these jobs.
    options = "--snakefile", "alone.smk", "--force-use-threads", "--cores", "1"
    return run_program("snakemake", *arguments, *options, cwd=root)
