"""The jobs of a study, by default the shipped one, as rules see them; wildcards of a job that has none."""

from tests.support.configs import CONFIGS, change, shipped
from tests.support.rules import Wildcards

from cortex2image.planning.jobs import Jobs
from cortex2image.study.config import resolve

TRAINING = CONFIGS / "miniature.yaml"
NONE = Wildcards()
LAYERS = {"noise_levels": [0.25], "steps": [2, 16], "layers": ["mid", "up1"]}


def jobs(config=None):
    """The jobs of a config, by default of the default study."""
    return Jobs(resolve(config or shipped()), TRAINING)


def with_external(folder, **others):
    """The config of the default study with a decoder `mine` whose predictions lie in a folder."""
    files = {"z": f"{folder}/{{subject}}.npy", "c": f"{folder}/{{subject}}.parquet"}
    return change(shipped(), "reconstruct/external", {"mine": files} | others)


def of_grid(shards=1, **keys):
    """The jobs of the default study with layers of the U-Net; `keys` are those of the section `features`."""
    config = change(change(shipped(), "encode/grid", LAYERS), "features/shards", shards)
    for key, value in keys.items():
        change(config, f"features/{key}", value)
    return jobs(config)
