from cortex2image.simulation.subjects import traits_of


def test_every_grid_has_three_different_sides():
    for subject in ("sub-01", "sub-02", *(f"sub-{number:02d}" for number in range(3, 40))):
        assert len(set(traits_of(1, subject).shape)) == 3


def test_default_subjects_differ_in_grid_orientation_and_timing():
    first, second = traits_of(1, "sub-01"), traits_of(1, "sub-02")
    assert first.shape != second.shape
    assert first.tr != second.tr
    assert first.radiological != second.radiological


def test_further_subjects_come_from_seed_and_label_alone():
    assert traits_of(1, "sub-03") == traits_of(1, "sub-03")
    assert traits_of(1, "sub-03") != traits_of(2, "sub-03")
    assert traits_of(1, "sub-03") != traits_of(1, "sub-04")
