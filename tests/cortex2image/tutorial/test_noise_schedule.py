import numpy as np

from cortex2image.tutorial.noise_schedule import schedule_curves


def test_curves_are_the_weights_and_their_ratio():
    kept = np.array([0.99, 0.5, 0.01])
    weights, ratio = schedule_curves(kept, [2, 1]).axes
    signal, noise = (line.get_ydata() for line in weights.lines)
    np.testing.assert_allclose(signal**2, kept)
    np.testing.assert_allclose(signal**2 + noise**2, 1)
    _, curve, visited = (line.get_ydata() for line in ratio.lines)
    np.testing.assert_allclose(curve, [19.956352, 0, -19.956352], atol=1e-6)
    np.testing.assert_allclose(visited, curve[[2, 1]])
