"""What compares a test stimulus with training stimuli, beside decoded feature spaces by their names."""

PHASH, PIXELS = "phash", "pixels"
EMBEDDING = "embedding_"
"""Beginning of the name of a measure by the embeddings of a judge, whose name follows."""
SAME = 0.999
"""Pixel correlation above which pictures with equal hashes count as one picture."""
