from cortex2image.ridge.banded import BandedRidgeCV as BandedRidgeCV
from cortex2image.ridge.estimator import RidgeCV as RidgeCV
