"""Choices by people: which pictures they are shown, how their files are read, and what follows from them."""
