"""Leverages and their forms against explicit hat matrices, one group at a time."""

import numpy as np
import pytest
import torch

from cortex2image.ridge.basis import Basis, decompose
from cortex2image.ridge.complement import Outside, spared
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.inputs import Sliced
from cortex2image.ridge.leverages import LARGEST_GROUP, Forms, Leverages, rows_of_groups

GROUPS = np.array([0, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 5, 6, 7, 7, 7, 8, 8, 9, 9])
ALPHAS = torch.tensor([0.1, 3.0, 200.0], dtype=torch.float64)


@pytest.fixture
def basis(rng: np.random.Generator) -> tuple[Basis, np.ndarray]:
    """Return a basis of (20, 6) predictors and, for each penalty, the hat matrix including the mean."""
    X = rng.standard_normal((20, 6)) * np.linspace(0.3, 3, 6)
    design = Design(Sliced(X), Scaling.fit_blocks(Sliced(X), True, False, 1000), torch.device("cpu"), 1000)
    centred = X - X.mean(axis=0)
    hats = [
        centred @ np.linalg.solve(centred.T @ centred + float(a) * np.eye(6), centred.T) + 1 / 20
        for a in ALPHAS
    ]
    constant = torch.full((20,), 20**-0.5, dtype=torch.float64)
    return decompose(design, design.moments(), False, torch.float64, constant), np.stack(hats)


def leverages_of(basis: Basis, groups: np.ndarray) -> list[Leverages]:
    members = rows_of_groups(groups)
    outside = Outside.of(basis, members)
    return [Leverages.fit(basis, share, outside) for share in spared(basis, ALPHAS).T]


def spare_matrix(hat: np.ndarray) -> np.ndarray:
    """Return (I - H_gg)^-2 of all groups as one matrix."""
    M = np.zeros_like(hat)
    for group in np.unique(GROUPS):
        rows = np.flatnonzero(group == GROUPS)
        inverse = np.linalg.inv(np.eye(len(rows)) - hat[np.ix_(rows, rows)])
        M[np.ix_(rows, rows)] = inverse @ inverse
    return M


def test_groups_come_by_size():
    members = rows_of_groups(GROUPS)
    assert [tuple(rows.shape) for rows in members] == [(3, 1), (4, 2), (3, 3)]
    for rows in members:
        assert all(len(set(GROUPS[group])) == 1 for group in rows.numpy())


def test_errors_and_eigenvalues_are_those_of_the_hat_matrix(basis, rng):
    residual = rng.standard_normal((20, 4))
    for leverage, hat in zip(leverages_of(basis[0], GROUPS), basis[1], strict=True):
        M = spare_matrix(hat)
        values = np.linalg.eigvalsh(M)
        np.testing.assert_allclose(float(leverage.smallest), values.min())
        np.testing.assert_allclose(float(leverage.middle), values.mean())
        expected = np.einsum("ib,ij,jb->b", residual, M, residual)
        np.testing.assert_allclose(leverage.squared_errors(torch.from_numpy(residual)), expected)


def test_forms_are_those_of_the_hat_matrix(basis, rng):
    residual = rng.standard_normal((20, 4))
    forms = Forms.of(leverages_of(basis[0], GROUPS))
    assert forms is not None
    total, apart = forms.values(torch.from_numpy(residual))
    for number, hat in enumerate(basis[1]):
        M = spare_matrix(hat)
        uneven = M @ residual - np.trace(M) / 20 * residual
        np.testing.assert_allclose(total[number], np.einsum("ib,ij,jb->b", residual, M, residual))
        np.testing.assert_allclose(apart[number], (uneven**2).sum(axis=0))


def test_large_groups_have_no_forms(basis):
    labels = np.repeat([0, 1, 2], [LARGEST_GROUP, LARGEST_GROUP + 1, 20 - 2 * LARGEST_GROUP - 1])
    assert Forms.of(leverages_of(basis[0], labels)) is None
