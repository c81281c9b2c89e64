import numpy as np

from cortex2image.steps.learning_curve_figure import main
from cortex2image.tables.learning_curve import LEARNING_CURVE, METRICS


def write_curve(path, subject, counts=(1, 2), hours=(0.5, 1.0), spaces=("z", "c")):
    """Write a curve of made-up scores."""
    keys = [(space, i, metric) for space in spaces for i in range(len(counts)) for metric in METRICS]
    n = len(keys)
    columns = {
        "subject": [subject] * n,
        "space": [space for space, _, _ in keys],
        "unit": ["session"] * n,
        "count": [counts[i] for _, i, _ in keys],
        "hours": [hours[i] for _, i, _ in keys],
        "training_trials": [100 * counts[i] for _, i, _ in keys],
        "training_stimuli": [100 * counts[i] for _, i, _ in keys],
        "metric": [metric for _, _, metric in keys],
        "n": [60] * n,
        "value": np.linspace(0.2, 0.7, n),
        "ci_low": np.linspace(0.2, 0.7, n) - 0.1,
        "ci_high": np.linspace(0.2, 0.7, n) + 0.1,
        "null_mean": [0.0] * n,
        "null_sd": [0.05] * n,
        "p": [0.01] * n,
    }
    LEARNING_CURVE.write(columns, path)


def test_the_figure_of_all_subjects(tmp_path):
    paths = [tmp_path / f"{subject}.parquet" for subject in ("sub-01", "sub-02")]
    for path in paths:
        write_curve(path, path.stem)
    out = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for figure in out:
        main(["--curves", *map(str, paths), "--figure", str(figure)])
    assert out[0].read_bytes().startswith(b"<?xml")
    assert out[0].read_bytes() == out[1].read_bytes()
    write_curve(paths[1], "sub-02", hours=(0.5, 3.0))
    main(["--curves", *map(str, paths), "--figure", str(out[1])])
    assert out[0].read_bytes() != out[1].read_bytes()
