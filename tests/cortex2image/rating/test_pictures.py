from PIL import Image
from tests.support.rated import SEED, reconstruction_tables, some_pictures

from cortex2image.rating.pictures import rated_pictures, rated_stimuli


def test_stimuli_follow_from_the_seed_and_not_from_order():
    names = [f"s{i}" for i in range(20)]
    drawn = rated_stimuli(1, "sub-01", names, 5)
    assert drawn == rated_stimuli(1, "sub-02", reversed(names), 5)
    assert drawn == rated_stimuli(1, "sub-01", names, 20)[:5]
    assert drawn != rated_stimuli(2, "sub-01", names, 5)
    assert sorted(rated_stimuli(1, "sub-01", names, 99)) == sorted(names)


def test_the_first_sample_of_every_method_is_rated(tmp_path):
    tables = reconstruction_tables(tmp_path, ("sub-01", "sub-02"), ("z", "c"), 4)
    found = rated_pictures(SEED, 3, tables)
    assert len(found) == 2 * 2 * 3
    assert {one.path[-6:] for one in found} == {"-0.png"}
    for one in found:
        assert one.path.endswith(f"{one.subject}/{one.method}-{one.stimulus[1:]}-0.png")


def test_a_stimulus_that_a_method_lacks_is_not_rated(tmp_path):
    tables = reconstruction_tables(tmp_path, ("sub-01",), ("z", "c"), 4)
    tables["sub-01", "z"] = tables["sub-01", "z"].query("stimulus_id != 's2'")
    assert {one.stimulus for one in rated_pictures(SEED, 9, tables)} == {"s0", "s1", "s3"}


def test_names_hide_the_method_and_change_with_the_picture(tmp_path):
    before = some_pictures(tmp_path)
    assert len({one.name for one in before}) == len(before)
    assert all(len(one.name) == 16 and int(one.name, 16) >= 0 for one in before)
    Image.new("RGB", (4, 4)).save(before[0].path)
    tables = reconstruction_tables(tmp_path / "again", ("sub-01",), ("c", "z", "zc"), 6)
    assert [one.name for one in rated_pictures(SEED, 6, tables)] == [one.name for one in before]
    Image.new("RGB", (4, 4)).save(rated_pictures(SEED, 6, tables)[0].path)
    after = rated_pictures(SEED, 6, tables)
    assert [a.name == b.name for a, b in zip(before, after, strict=True)] == [False] + [True] * 17
