import argparse
from pathlib import Path

import pytest

from cortex2image.networks.options import add_generator_options, chosen_batch_size, chosen_model_set
from cortex2image.networks.registry import model_set


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    add_generator_options(parser)
    return parser.parse_args(["--model-set", *arguments])


def test_the_usual_folder_and_single_precision_are_the_default():
    args = parsed("miniature")
    assert chosen_model_set(args) == model_set("miniature")
    assert (args.precision, args.device) == ("float32", "auto")


def test_a_folder_of_ones_own():
    args = parsed("stable-diffusion-v1-5", "--model-folder", "/data/sd", "--precision", "bfloat16")
    assert chosen_model_set(args).folder == Path("/data/sd")
    assert args.precision == "bfloat16"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("miniature",), 60),
        (("stable-diffusion-v1-4",), 8),
        (("stable-diffusion-v1-4", "--batch-size", "100"), 100),
        (("miniature", "--batch-size", "2"), 2),
    ],
)
def test_batches_fit_the_model_unless_the_user_says_otherwise(arguments, expected):
    assert chosen_batch_size(parsed(*arguments), 60) == expected


def test_a_precision_nobody_computes_with(capsys):
    with pytest.raises(SystemExit):
        parsed("miniature", "--precision", "float8")
    assert "bfloat16" in capsys.readouterr().err
