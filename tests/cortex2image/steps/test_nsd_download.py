"""Step nsd_download against an S3 server on loopback."""

import hashlib
import re
from types import SimpleNamespace

import pytest
from tests.support.loopback import loopback_bucket
from tests.support.studies import as_option

from cortex2image.data.nsd import download as downloads
from cortex2image.data.nsd.bucket import PublicBucket, Refusal
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import BUCKET, needed
from cortex2image.errors import ConfigError, DataError
from cortex2image.steps.nsd_download import main

SUBJECT, SESSIONS = "sub-05", 2
LAYOUT = Layout(".")
BETAS = LAYOUT.session_files(SUBJECT, 1)[0].as_posix()
FILES = [file for file in needed(LAYOUT, [SUBJECT], SESSIONS, "streams") if file.origin == BUCKET]


def content(key):
    """Differs from key to key, and in length; only the table that tells the sessions makes sense."""
    if key.endswith("responses.tsv"):
        rows = [f"{session}\t1\t1\t1\n" for session in range(1, SESSIONS + 1) for _ in range(750)]
        return ("SESSION\tRUN\t73KID\t10KID\n" + "".join(rows)).encode()
    return hashlib.sha256(key.encode()).digest() * (3 + len(key) % 5)


@pytest.fixture(scope="module")
def server():
    with loopback_bucket() as bucket:
        yield bucket


@pytest.fixture
def bucket(server):
    """A bucket that holds everything of the study that is required."""
    server.clear()
    for file in FILES:
        if file.required:
            server.put(file.key, content(file.key))
    return server


@pytest.fixture
def download(tmp_path):
    """Return a function that runs the step into `tmp_path / nsd`."""

    def run(url, accepted=True):
        dataset = {"reader": "nsd", "root": str(tmp_path / "nsd"), "sessions": SESSIONS}
        dataset |= {"rois": {"atlas": "streams"}, "terms_accepted": accepted}
        options = ["--table", str(tmp_path / "table.tsv"), *as_option(subjects=[SUBJECT], dataset=dataset)]
        main(options, endpoint_url=url)

    run.root = tmp_path / "nsd"
    return run


def held(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def place(root, files):
    """Write files as if they had been fetched before."""
    for file in files:
        (root / file.key).parent.mkdir(parents=True, exist_ok=True)
        (root / file.key).write_bytes(content(file.key))


def left_over(root, key, some, etag):
    """Write what an attempt that was cut leaves behind."""
    path = root / key
    path.parent.mkdir(parents=True)
    path.with_name(f"{path.name}.part").write_bytes(some)
    path.with_name(f"{path.name}.part.etag").write_text(etag)


def test_everything_comes_whole_and_the_captions_are_asked_for(bucket, download, tmp_path, capsys):
    download(bucket.url)
    assert held(download.root) == {file.key: content(file.key) for file in FILES if file.required}
    said = capsys.readouterr().out
    assert f"fetched, MD5 checked: {BETAS}" in said
    lines = (tmp_path / "table.tsv").read_text().splitlines()
    assert sum(line.startswith("present") for line in lines) == len(held(download.root))
    assert "captions_val2017.json" in said
    assert "annotations_trainval2017.zip" in said


def test_optional_files_come_where_the_bucket_has_them(bucket, download):
    mask = LAYOUT.valid(SUBJECT, 2).as_posix()
    bucket.put(mask, b"mask")
    download(bucket.url)
    assert (download.root / mask).read_bytes() == b"mask"


def test_a_cut_file_is_gone_on_with(bucket, download, capsys):
    whole = content(BETAS)
    left_over(download.root, BETAS, whole[:-10], hashlib.md5(whole).hexdigest())
    place(download.root, [file for file in FILES if file.key != BETAS])
    download(bucket.url)
    assert (download.root / BETAS).read_bytes() == whole
    assert f"1 of 1 fetched, MD5 checked: {BETAS} (10 bytes of 10 bytes" in capsys.readouterr().out


def test_a_file_of_another_state_of_the_object_starts_anew(bucket, download):
    left_over(download.root, BETAS, b"of old", hashlib.md5(b"of old, whole").hexdigest())
    download(bucket.url)
    assert held(download.root)[BETAS] == content(BETAS)


def test_an_object_stored_in_parts_is_checked_too(bucket, download, capsys):
    bucket.put_in_parts(BETAS, content(BETAS))
    download(bucket.url)
    assert held(download.root)[BETAS] == content(BETAS)
    assert f"fetched, MD5 checked: {BETAS}" in capsys.readouterr().out


def test_where_only_the_size_can_be_checked_that_is_said(bucket, download, capsys, monkeypatch):
    bucket.put_in_parts(BETAS, content(BETAS))
    monkeypatch.setattr(downloads, "OF_PARTS", re.compile("none"))
    download(bucket.url)
    assert f"fetched, only size checked: {BETAS}" in capsys.readouterr().out


@pytest.mark.parametrize("size", [-1, 0])
def test_a_file_of_another_size_is_fetched_anew(bucket, download, capsys, size):
    place(download.root, FILES)
    (download.root / BETAS).write_bytes(content(BETAS)[:size])
    download(bucket.url)
    assert (download.root / BETAS).read_bytes() == content(BETAS)
    said = capsys.readouterr().out
    assert f"{BETAS}: {len(content(BETAS)[:size])} bytes on disk, {len(content(BETAS))} in the bucket" in said
    assert f"1 of 1 fetched, MD5 checked: {BETAS}" in said


def test_a_file_of_another_size_is_no_reason_to_overlook_the_terms(bucket, download):
    place(download.root, FILES)
    (download.root / BETAS).write_bytes(content(BETAS)[:-1])
    with pytest.raises(ConfigError, match="terms_accepted"):
        download(bucket.url, accepted=False)
    assert (download.root / BETAS).read_bytes() == content(BETAS)[:-1]


def test_a_bucket_that_denies_everything_says_so(bucket, download, monkeypatch):
    monkeypatch.setattr(PublicBucket, "describe", lambda self, key: Refusal.FORBIDDEN)
    with pytest.raises(DataError, match=r"access denied to all(.|\n)*firewall"):
        download(bucket.url)
    assert not download.root.exists()


def test_what_came_wrong_fails_alone_and_is_removed(bucket, download):
    whole = content(BETAS)
    left_over(download.root, BETAS, b"wrong", hashlib.md5(whole).hexdigest())
    with pytest.raises(DataError, match=rf"1 failed(.|\n)*MD5(.|\n)*{BETAS}"):
        download(bucket.url)
    assert set(held(download.root)) == {file.key for file in FILES if file.required} - {BETAS}
    download(bucket.url)
    assert held(download.root)[BETAS] == whole


def test_a_key_the_bucket_lacks_is_named_before_anything_is_fetched(bucket, download):
    bucket.client.delete_object(Bucket=BUCKET, Key=BETAS)
    with pytest.raises(DataError, match=rf"no {BETAS}(.|\n)*correct space, betas or rois/atlas"):
        download(bucket.url)
    assert not download.root.exists()


def test_a_complete_copy_is_left_as_it_is(bucket, download, capsys):
    place(download.root, needed(LAYOUT, [SUBJECT], SESSIONS, "streams"))
    download(bucket.url, accepted=False)
    assert "Every file that the study needs is there" in capsys.readouterr().out


def test_nothing_is_fetched_before_the_terms_are_accepted(bucket, download, tmp_path):
    with pytest.raises(ConfigError, match=r"terms_accepted(.|\n)*Data Access Agreement"):
        download(bucket.url, accepted=False)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_fetched_onto_a_disk_without_room(bucket, download, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100))
    with pytest.raises(DataError, match=r"free space(.|\n)*100 bytes"):
        download(bucket.url)
    assert not download.root.exists()
