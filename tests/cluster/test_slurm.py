"""A study on a real SLURM gets its GPUs, survives what happens on clusters, and ends as on one machine."""

import pytest
import yaml
from tests.cluster.shaken import QUESTIONS, ShakenRun, without_results
from tests.cluster.slurm import CannotStartError, require_able, started
from tests.faults.whole import differences, require_whole

# With several test processes, what uses the one finished study belongs to one.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


@pytest.fixture(scope="module")
def able():
    """Skip the tests on a machine that can start no cluster."""
    try:
        require_able()
    except CannotStartError as error:
        pytest.skip(f"no SLURM cluster here: {error}")


@pytest.fixture(scope="module")
def quiet(able, finished):
    """The study as it runs on one machine."""
    return finished


@pytest.fixture(scope="module")
def shaken(quiet, tmp_path_factory):
    """The same study, all of whose features, pictures and scores were made on the cluster."""
    with started() as cluster:
        run = ShakenRun(without_results(quiet, tmp_path_factory.mktemp("shaken") / "cortex2image"), cluster)
        status = run.run()
        assert status == 0, run.study.said[-5000:] + cluster.logs()
        run.let_orphans_write()
        yield run


@pytest.fixture(scope="module")
def gpu_steps(shaken):
    profile = yaml.safe_load((shaken.study.root / "profiles" / "slurm" / "profile.yaml").read_text())
    return set(profile["set-resources"])


def test_the_results_are_those_of_one_machine(shaken, quiet):
    assert {job.rule for job in shaken.jobs()} >= {"extract_features", "reconstruct_images", "scores"}
    assert require_whole(shaken.study.results) == require_whole(quiet.results)
    assert differences(shaken.study.results, quiet.results) == []


def test_steps_that_ask_for_a_gpu_get_one_and_others_none(shaken, gpu_steps):
    devices = shaken.devices
    assert devices.keys() >= {"extract_features", "evaluate_images", "brain_consistency", "decode_features"}
    for step, given in devices.items():
        assert given <= ({"0", "1"} if step in gpu_steps else {None}), step
    assert {job.node for job in shaken.jobs() if job.rule in gpu_steps} == {"node2"}


def test_two_shards_draw_on_two_gpus(shaken):
    assert shaken.devices["reconstruct_images"] == {"0", "1"}


@pytest.mark.parametrize(
    ("misfortune", "state"), [("cancelled", "CANCELLED"), ("time", "TIMEOUT"), ("node", "NODE_FAIL")]
)
def test_what_fails_is_tried_again_with_larger_requests(shaken, misfortune, state):
    require_larger_requests(shaken.tries(shaken.met[misfortune].name), {state})


def test_what_runs_out_of_memory_is_tried_again_with_more(shaken):
    names = {job.name for job in shaken.jobs() if job.rule == "extract_features"}
    assert len(names) == 2
    for name in names:
        require_larger_requests(shaken.tries(name), {"OUT_OF_MEMORY", "FAILED"})


def require_larger_requests(tries, states):
    first, last = tries[0], tries[-1]
    assert first.state in states
    assert last.state == "COMPLETED"
    assert last.minutes >= 2 * first.minutes
    assert last.megabytes >= 2 * first.megabytes


def test_the_run_outlives_the_controller(shaken):
    """Its jobs went on meanwhile; Snakemake asked in vain, and asked again."""
    assert "no answer to: s" in (shaken.study.root / QUESTIONS).read_text()
    (job,) = shaken.tries(shaken.met["controller"].name)
    assert job.state == "COMPLETED"
