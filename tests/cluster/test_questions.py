"""The programs that stand before those of SLURM: a question without an answer is no news, and jobs wait."""

import os
import subprocess

import pytest
from tests.support.snakemake import ROOT

PATIENT = ROOT / "profiles" / "slurm" / "bin"
# Fails as often as $FAILING says, with $SAID, and then ends with $STATUS.
SLURM = """#!/bin/sh
tries=$(cat tries 2>/dev/null || echo 0)
echo $((tries + 1)) >tries
echo "$SAID" >&2
[ "$tries" -lt "$FAILING" ] && exit 1
echo "$0 $*"
[ "${0##*/}" = sbatch ] && cat
exit "$STATUS"
"""
AWAY = "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)"


@pytest.fixture
def ask(tmp_path):
    """Return a function that asks a pretended SLURM, and returns the finished process. Nobody sleeps."""
    (tmp_path / "slurm").mkdir()
    (tmp_path / ".snakemake").mkdir()
    for name in ("squeue", "sacct", "sbatch", "sleep"):
        program = tmp_path / "slurm" / name
        program.write_text("#!/bin/sh\n" if name == "sleep" else SLURM)
        program.chmod(0o755)

    def run(*command, path=(PATIENT, tmp_path / "slurm", "/usr/bin", "/bin"), given="", **said):
        facts = {"STATUS": "0", "FAILING": "0", "SAID": "", **said}
        environment = {"PATH": os.pathsep.join(map(str, path)), **facts}
        options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "input": given}
        return subprocess.run([PATIENT / command[0], *command[1:]], **options, check=False)

    return run


@pytest.mark.parametrize("name", ["squeue", "sacct"])
def test_an_answer_passes_through(ask, tmp_path, name):
    done = ask(name, "--format=%i|%T", "--name", "run")
    assert done.stdout == f"{tmp_path}/slurm/{name} --format=%i|%T --name run\n"
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["squeue", "sacct"])
def test_no_answer_is_no_news_and_is_noted(ask, tmp_path, name):
    done = ask(name, "-X", "--name", "run", FAILING="1", SAID="controller away")
    assert (done.returncode, done.stdout) == (0, "")
    noted = (tmp_path / ".snakemake" / "slurm-questions.log").read_text()
    assert "controller away" in noted
    assert f"no answer to: {name} -X --name run" in noted


def test_other_calls_fail_as_ever(ask):
    done = ask("squeue", "--me", STATUS="3", SAID="controller away")
    assert done.returncode == 3
    assert done.stderr == "controller away\n"


def test_a_job_is_submitted_with_its_script_once_the_controller_is_back(ask, tmp_path):
    done = ask("sbatch", "--parsable", given="#!/bin/sh\ntrue\n", FAILING="3", SAID=AWAY)
    assert done.returncode == 0
    assert done.stdout.split() == [f"{tmp_path}/slurm/sbatch", "--parsable", "#!/bin/sh", "true"]
    assert (tmp_path / "tries").read_text() == "4\n"


def test_a_job_that_slurm_refuses_is_refused_at_once(ask, tmp_path):
    done = ask("sbatch", "--parsable", FAILING="9", SAID="Requested node configuration is not available")
    assert done.returncode == 1
    assert "node configuration" in done.stderr
    assert (tmp_path / "tries").read_text() == "1\n"


def test_a_controller_that_stays_away_ends_the_tries(ask, tmp_path):
    done = ask("sbatch", "--parsable", FAILING="99", SAID=AWAY)
    assert done.returncode == 1
    assert AWAY in done.stderr
    assert (tmp_path / "tries").read_text() == "60\n"


def test_the_folder_twice_on_path_does_not_ask_itself(ask, tmp_path):
    done = ask("squeue", "--name", "run", path=(PATIENT, PATIENT, tmp_path / "slurm", "/usr/bin", "/bin"))
    assert done.stdout.startswith(f"{tmp_path}/slurm/squeue")


def test_a_site_without_sacct_has_no_news(ask, tmp_path):
    done = ask("sacct", "--name", "run", path=("/usr/bin", "/bin", PATIENT))
    assert (done.returncode, done.stdout) == (0, "")
    assert "/no/sacct/on/PATH" in (tmp_path / ".snakemake" / "slurm-questions.log").read_text()
    assert ask("sacct", "--version", path=("/usr/bin", "/bin", PATIENT)).returncode == 127
