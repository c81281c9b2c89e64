"""The text of the page `methods`: sentences that follow from the config, references, and limits."""
