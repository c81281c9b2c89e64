"""The methods that people rate, and checks of their setting."""

from cortex2image.errors import ConfigError
from cortex2image.study.readers import Reader
from cortex2image.study.run_methods import method_names
from cortex2image.study.settings import Study


def rated_methods(study: Study) -> tuple[str, ...]:
    """Return the methods of a study whose pictures people compare.

    Of the study, `reconstruct` and `evaluate/rating` are read.
    """
    return study.evaluate.rating.methods or method_names(study.reconstruct)


def check_rating(study: Study, reader: Reader, source: str) -> None:
    """Raise ConfigError if a method that people are to rate is none of the study."""
    known = method_names(study.reconstruct)
    for name in rated_methods(study):
        if name not in known:
            fix = "correct the name, or add the method to reconstruct/methods"
            where = f"{source}, evaluate/rating/methods"
            raise ConfigError(where, f"one of {', '.join(known)}", f"'{name}'", fix)
