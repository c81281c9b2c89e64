"""The methods of reconstruction, by what each needs. Rules read this table, so it imports nothing heavy."""

# Method -> decoded spaces. `z` shows what the autoencoder alone makes of z; `c` starts from pure noise;
# `zc`, the method of Takagi and Nishimoto (2023), starts from the coarse picture of z.
METHODS: dict[str, tuple[str, ...]] = {"z": ("z",), "c": ("c",), "zc": ("z", "c")}


def samples_of(method: str, wanted: int) -> int:
    """Return how many different pictures a method has per stimulus: one where no noise is drawn."""
    return wanted if "c" in METHODS[method] else 1
