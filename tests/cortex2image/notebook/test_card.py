"""The card of a study, read as a browser reads it."""

import shutil
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

import cortex2image

pytestmark = pytest.mark.xdist_group("notebook")
HOSTILE = "lab<script>alert(1)<script>\"'&% Ünï 脳"


class Seen(HTMLParser):
    """Tags and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def copied(written, tmp_path):
    root = tmp_path / "results" / "demo"
    shutil.copytree(written.root, root)
    return root


def test_the_card_has_the_scores_of_all_subjects_together_and_no_column_names(study):
    seen = Seen(study._repr_html_())
    scores = study.scores
    row = scores[(scores.subject == "all") & (scores.method == "zc") & (scores.metric == "pixcorr")].iloc[0]
    assert f"{row.value:.3f} [{row.ci_low:.3f}, {row.ci_high:.3f}]" in seen.texts
    assert not {"pixcorr", "twoway_clip", "ci_low"} & set(" ".join(seen.texts).split())
    assert [tag for tag, _ in seen.tags].count("tr") == 1 + len(study.methods)


def test_a_hostile_folder_is_text_and_a_link(written, tmp_path):
    """Names in a config are letters and digits; the folder is whatever the user called it."""
    root = copied(written, tmp_path / HOSTILE)
    (root / "report").mkdir(exist_ok=True)
    (root / "report" / "index.html").write_text("")
    seen = Seen(cortex2image.open_study(root)._repr_html_())
    assert any(HOSTILE in text for text in seen.texts)
    assert "script" not in [tag for tag, _ in seen.tags]
    (link,) = [attrs["href"] for tag, attrs in seen.tags if tag == "a"]
    assert unquote(link) == str(root / "report" / "index.html")


def test_what_is_missing_is_said_with_its_target_and_the_report_is_linked_once_it_is_there(written, tmp_path):
    root = copied(written, tmp_path)
    (root / "scores.parquet").unlink()
    study = cortex2image.open_study(root)
    texts = Seen(study._repr_html_()).texts
    assert "snakemake --cores all results/demo/scores.parquet" in texts
    assert "snakemake --cores all results/demo/report/index.html" in texts
    (root / "report").mkdir(exist_ok=True)
    (root / "report" / "index.html").write_text("")
    links = [attrs["href"] for tag, attrs in Seen(study._repr_html_()).tags if tag == "a"]
    assert len(links) == 1
    assert links[0].endswith("results/demo/report/index.html")
