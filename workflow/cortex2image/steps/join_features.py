"""Join the shards of a latent that the sampler captured into one table of features.

Reads stimuli.parquet and the folders of all shards of one pass of the sampler. Writes
features/{space}.parquet, in the order of the table of stimuli.
"""

from collections.abc import Sequence

from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.features.activity import RERUN, open_activity
from cortex2image.progress import track
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import JOINED
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import FEATURES

COMMAND = Command(
    __doc__, Study, labels=("space",), inputs=("stimuli",), lists=("activity",), outputs=("features",)
)


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    if parse_space(args.space, "--space").kind not in JOINED:
        fix = "choose a latent; layers are kept as inner products of stimuli"
        raise ConfigError("--space", f"a space of the kinds {', '.join(JOINED)}", args.space, fix)
    stimuli = STIMULI.read(args.stimuli).column("stimulus_id").to_pylist()
    activity = open_activity(args.activity, args.space)
    check_stimuli(activity.ids, stimuli, args.stimuli)
    rows = track(
        activity.rows(), f"join {args.space}, stimuli", len(stimuli), counts=lambda part: len(part[0])
    )
    FEATURES.write_batches(
        ({"stimulus_id": ids, "feature": vectors(features)} for ids, features in rows),
        args.features,
        space=args.space,
        **activity.facts,
    )


def check_stimuli(captured: Sequence[str], stimuli: Sequence[str], source: str) -> None:
    """Raise DataError unless the shards hold the stimuli of the study, in their order."""
    if captured == stimuli:
        return
    known = set(captured)
    missing = [stimulus for stimulus in stimuli if stimulus not in known]
    found = f"{len(missing)} missing, first {missing[0]}" if missing else "others, or another order"
    raise DataError(f"shards of {source}", f"its {len(stimuli)} stimuli in their order", found, RERUN)


if __name__ == "__main__":
    run_step(main)
