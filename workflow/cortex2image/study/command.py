"""The command line of a step: files and labels as named options, settings as one JSON value."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cortex2image.study.config import read_slice
from cortex2image.study.fields import Section

Settings = TypeVar("Settings", bound=Section)


@dataclass(frozen=True)
class Command(Generic[Settings]):
    """The options of a step.

    A step writes its command as a literal ``COMMAND``. The rule of the step makes its shell command from this
    literal without importing the step: it fills each option in from its own wildcard, input, output or
    parameter of the same name.

    Attributes
    ----------
    doc : str
        Docstring of the step; ``--help`` prints its first line.
    settings : class of settings
        The class that ``--settings`` is parsed into: :class:`~cortex2image.study.settings.Study` or
        :class:`~cortex2image.study.training.Training`.
    reads : tuple of str
        The settings that the step reads, see :func:`cortex2image.study.config.slice_json`. A step writes them
        as a literal ``READS``, which its rule reads without importing the step. A command without such
        settings has no ``--settings``.
    labels : tuple of str
        Options that name the item to work on, such as ``subject``.
    words : tuple of str
        Options that take one or more names, such as those of feature spaces.
    inputs, outputs : tuple of str
        Options that take one file or folder, which is read or written.
    lists, output_lists : tuple of str
        Options that take one or more files or folders, which are read or written.
    optional_lists : tuple of str
        Options that take any number of files, none included, which are read.
    optional_output_lists : tuple of str
        Options that take any number of files, none included, which are written.
    optional : tuple of str
        Options that take one file or folder, which is written, or no value.
    places : tuple of str
        Options that take the folder in which several inputs or outputs lie, or a file that outlives the job.
    counts : tuple of str
        Options that take a whole number, 1 by default.
    """

    doc: str
    settings: type[Settings]
    reads: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    optional_lists: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    output_lists: tuple[str, ...] = ()
    optional_output_lists: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()

    def parse(self, argv: Sequence[str] | None) -> tuple[argparse.Namespace, Settings]:
        """Return the options by name, and the settings that the step reads.

        Parameters
        ----------
        argv : sequence of str or None
            Arguments of the command line; None for the arguments of this process.

        Raises
        ------
        ConfigError
            A setting is unknown or out of bounds, or a label names no entry of a mapping that the step reads.
        """
        args = self._parser().parse_args(argv)
        given = args.settings if self.reads else "{}"
        labels = {name: getattr(args, name) for name in self.labels}
        return args, read_slice(self.settings, given, self.reads, "--settings", **labels)

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(description=self.doc.splitlines()[0])
        for name in (*self.labels, *self.inputs, *self.places, *self.outputs):
            parser.add_argument(_option(name), required=True)
        for name in (*self.words, *self.lists, *self.output_lists):
            parser.add_argument(_option(name), required=True, nargs="+")
        for name in self.optional:
            parser.add_argument(_option(name), nargs="?")
        for name in (*self.optional_lists, *self.optional_output_lists):
            parser.add_argument(_option(name), nargs="*", default=[])
        for name in self.counts:
            parser.add_argument(_option(name), type=int, default=1)
        if self.reads:
            parser.add_argument("--settings", required=True, help=f"JSON with {', '.join(self.reads)}")
        return parser


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
