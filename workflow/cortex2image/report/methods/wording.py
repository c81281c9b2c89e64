"""Words that several paragraphs need: lists, numbers, names."""

from collections.abc import Iterable, Sequence

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def listed(items: Iterable[object], last: str = "and") -> str:
    """Return ``a``, ``a and b``, or ``a, b and c``."""
    words = [str(item) for item in items]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``one subject``, ``12 subjects``."""
    number = NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"
    return f"{number} {noun if count == 1 else plural or noun + 's'}"


def spread(values: Sequence[float]) -> str:
    """Return one number, or the smallest and the largest: ``600``, ``8,859 to 9,000``."""
    low, high = min(values), max(values)
    words = [f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}" for value in (low, high)]
    return words[0] if low == high else " to ".join(words)


def sentence(text: str) -> str:
    """Return a text with a capital and a full stop."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
