from cortex2image.ridge.estimator import RidgeCV as RidgeCV
