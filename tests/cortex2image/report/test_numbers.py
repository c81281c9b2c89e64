import pytest

from cortex2image.report.numbers import number, p_value


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.12345, 3, "0.123"), (-0.5, 2, "−0.50"), (None, 3, "–"), (float("nan"), 3, "–"), (12.6, 0, "13")],
)
def test_numbers(value: float | None, digits: int, text: str) -> None:
    assert number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25, "p = 0.250"),
        (0.0005, "p = 0.0005"),
        (0.00001, "p < 0.0001"),
        (None, "p –"),
        (float("nan"), "p –"),
    ],
)
def test_p_values(value: float | None, text: str) -> None:
    assert p_value(value) == text
