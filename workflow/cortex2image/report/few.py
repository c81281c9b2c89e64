"""What the whole report calls few."""

FEW_SUBJECTS = 5
"""Number of subjects below which intervals over subjects say little about people in general."""
FEW_STIMULI = 50
"""Number of test stimuli below which single pictures move a mean."""
