"""The command-line options by which every step opens the study's model set."""

import argparse

from cortex2image.networks.registry import ModelSet, model_set

PRECISIONS = ("float32", "bfloat16", "float16")


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add --model-set and --model-folder."""
    parser.add_argument("--model-set", required=True, help="name of a registered model set")
    parser.add_argument("--model-folder", help="folder of its files, where it is not the usual one")


def add_generator_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the model set and --precision, --batch-size and --device of its generator."""
    add_model_options(parser)
    parser.add_argument("--precision", default="float32", choices=PRECISIONS, help="of the networks' numbers")
    parser.add_argument("--batch-size", type=int, help="pictures at a time; as many as the set allows")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")


def chosen_model_set(args: argparse.Namespace) -> ModelSet:
    """Return the model set that the options name."""
    return model_set(args.model_set, args.model_folder)


def chosen_batch_size(args: argparse.Namespace, most: int) -> int:
    """Return --batch-size, else `most` or what the model set allows, whichever is less."""
    return args.batch_size or min(most, chosen_model_set(args).most_at_once)
