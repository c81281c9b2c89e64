"""Labels of subjects: ``sub-1`` and ``sub-01`` are the same person."""

from collections.abc import Iterable, Sequence

from cortex2image.errors import ConfigError, DataError


def plain_label(label: str) -> str:
    """Return a BIDS label without padding: ``01`` and ``1`` become ``1``; words stay as they are."""
    return str(int(label)) if label.isascii() and label.isdigit() else label


def subject_key(subject: str) -> str:
    """Return a subject's label without prefix and padding: ``sub-01``, ``sub-1`` and ``01`` become ``1``."""
    return plain_label(subject.removeprefix("sub-"))


def check_subjects(subjects: Sequence[str]) -> None:
    """Test that the chosen subjects are different people.

    Raises
    ------
    ConfigError
        Two labels name one subject, e.g. ``sub-1`` and ``sub-01``.
    """
    twins = _twins(subjects)
    if twins:
        raise ConfigError(
            "subjects", "every subject once", f"{' and '.join(twins)} are one subject", "keep one of them"
        )


def check_folders(where: object, folders: Sequence[str]) -> None:
    """Test that no two folders of a data set hold one subject.

    Raises
    ------
    DataError
        Two folders name one subject, e.g. ``sub-1`` and ``sub-01``.
    """
    twins = _twins(folders)
    if twins:
        fix = "merge the two folders, or rename one if these are two people"
        raise DataError(where, "one folder per subject", f"{' and '.join(twins)} are one subject", fix)


def _twins(labels: Iterable[str]) -> tuple[str, str] | None:
    seen: dict[str, str] = {}
    for label in labels:
        if subject_key(label) in seen:
            return seen[subject_key(label)], label
        seen[subject_key(label)] = label
    return None
