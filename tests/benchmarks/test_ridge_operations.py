"""Numbers of multiplications of the compared methods: counted by hand, and seen while fits run."""

from tests.benchmarks.ridge_methods import ALPHAS
from tests.benchmarks.ridge_operations import Operations


def test_a_row_counts_billions() -> None:
    """1,000 rows, 2,000 columns, 5,000 targets: 5 billion for a square matrix times the targets."""
    operations = Operations((1000, 2000, 5000), combined=9.0, products=3.0)
    assert operations.beyond_floor == 2 * 5e9
    # 13 penalties in the 800 training rows of a fold and the final weights; the decomposition is 9 n^3.
    projection, folds, peer, left_out = 5, 9 * 4 + 5, 13 * 4 + 13 * 5, 4 * 5
    shared = round(1 + 9 + 13 * 1000 * 200 * 2 * 800 / 1e9)
    expected = f"| x | {projection} | {folds} | {peer} | {left_out} | 9.0 | 3.0 | {shared} |"
    assert operations.row("x") == expected


def test_products_are_counted_while_fits_run() -> None:
    seen = Operations.count((60, 90, 40))
    assert 1 <= seen.combined <= len(ALPHAS)
    assert 1 <= seen.products <= len(ALPHAS)
