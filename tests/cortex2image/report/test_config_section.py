from tests.support.report_study import config_of

from cortex2image.report.config_section import config_rows


def test_every_setting_is_a_row_and_choices_are_marked() -> None:
    rows = {row.key: row for row in config_rows(config_of(("z",), ("z",), "bids", {}))}
    assert rows["reconstruct/methods"].value == '["z"]'
    assert rows["reconstruct/methods"].chosen
    assert not rows["reconstruct/samples"].chosen
    assert rows["reconstruct/samples"].value == "5"
    assert "Pictures per stimulus" in rows["reconstruct/samples"].meaning
    assert rows["study"].chosen
    assert rows["dataset/split/kind"].value == '"given"'
    assert len(rows) > 80
