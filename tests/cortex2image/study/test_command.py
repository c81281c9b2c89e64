"""The command line of a step: files and labels as options, settings as one JSON value."""

import json

import pytest

from cortex2image.errors import ConfigError
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("seed", "ridge", "decode/rois/{space}")
COMMAND = Command(
    "Fit something.\n\nAt length.",
    Study,
    READS,
    labels=("subject",),
    words=("spaces",),
    inputs=("single_trial_betas",),
    places=("checkpoint",),
    outputs=("decoded",),
    output_lists=("sheets",),
    lists=("trials",),
    optional=("atlas",),
    optional_lists=("features",),
    counts=("threads",),
)
FILES = ["--subject", "sub-01", "--single-trial-betas", "b.parquet", "--trials", "t1", "t2"]
FILES += ["--checkpoint", "c.pt", "--decoded", "d.parquet", "--sheets", "s1", "s2"]
FILES += ["--spaces", "z", "c"]


def parse(*more, settings="{}", files=FILES):
    return COMMAND.parse([*files, *more, "--settings", settings])


def test_options_are_named_after_their_files():
    args, _ = parse()
    assert (args.subject, args.single_trial_betas, args.decoded) == ("sub-01", "b.parquet", "d.parquet")
    assert args.spaces == ["z", "c"]
    assert (args.trials, args.sheets, args.checkpoint) == (["t1", "t2"], ["s1", "s2"], "c.pt")


def test_what_may_be_missing_has_its_default():
    args, _ = parse()
    assert (args.atlas, args.features, args.threads) == (None, [], 1)


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        (["--atlas", "a.nii"], "atlas", "a.nii"),
        (["--atlas"], "atlas", None),
        (["--features"], "features", []),
        (["--features", "z", "c"], "features", ["z", "c"]),
        (["--threads", "4"], "threads", 4),
    ],
)
def test_what_may_be_missing_may_be_given(more, name, value):
    assert getattr(parse(*more)[0], name) == value


def test_a_label_without_an_entry_in_the_settings_is_refused():
    decode = Command("Decode.", Study, READS, labels=("space",))
    settings = '{"decode": {"rois": {"c": ["early"]}}}'
    assert decode.parse(["--space", "c", "--settings", settings])[1].decode.rois == {"c": ("early",)}
    with pytest.raises(ConfigError, match=r"--settings, decode/rois\n.*'z'\n.* c\n"):
        decode.parse(["--space", "z", "--settings", settings])


@pytest.mark.parametrize("missing", ["--subject", "--single-trial-betas", "--decoded", "--checkpoint"])
def test_a_missing_file_or_label_is_named(missing, capsys):
    place = FILES.index(missing)
    with pytest.raises(SystemExit):
        parse(files=FILES[:place] + FILES[place + 2 :])
    assert missing in capsys.readouterr().err


def test_settings_are_read_with_their_defaults():
    _, study = parse(settings=json.dumps({"seed": 3, "ridge": {"alphas": [1, 10]}}))
    assert (study.seed, study.ridge.alphas, study.ridge.folds) == (3, (1, 10), 5)
    assert study.decode.rois["z"] == ("early",)


def test_a_setting_that_the_step_does_not_declare_is_not_read():
    _, study = parse(settings=json.dumps({"evaluate": {"bootstraps": 200}}))
    with pytest.raises(AttributeError, match="Study: the setting 'evaluate' is not among the settings"):
        study.evaluate  # noqa: B018


def test_an_unknown_key_is_refused_with_the_nearest_one():
    with pytest.raises(ConfigError, match=r"--settings, ridge\n(.|\n)*did you mean 'folds'\?"):
        parse(settings='{"ridge": {"fold": 3}}')


def test_missing_json_is_refused(capsys):
    with pytest.raises(SystemExit):
        COMMAND.parse(FILES)
    assert "--settings" in capsys.readouterr().err
    with pytest.raises(ConfigError, match=r"--settings\n.*a JSON object of settings"):
        parse(settings="")


def test_a_step_without_settings_asks_for_none():
    plain = Command("Copy.", Study, inputs=("betas",))
    args, study = plain.parse(["--betas", "b"])
    assert args.betas == "b"
    with pytest.raises(AttributeError, match="seed"):
        study.seed  # noqa: B018
    with pytest.raises(SystemExit):
        plain.parse(["--betas", "b", "--settings", "{}"])


def test_help_says_the_first_line_of_the_step_and_its_settings(capsys):
    with pytest.raises(SystemExit):
        COMMAND.parse(["--help"])
    said = capsys.readouterr().out
    assert "Fit something." in said
    assert "At length." not in said
    assert "seed, ridge, decode/rois/{space}" in " ".join(said.split())
