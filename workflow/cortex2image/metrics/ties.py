"""When two similarities are the same."""

TIE_DECIMALS = 10
"""Similarities that are equal to so many decimals are ties: beyond, they differ by rounding."""
