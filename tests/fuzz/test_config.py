"""Configs of studies: any value at any key is taken as it is meant, or refused; YAML never runs code."""

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.support.configs import CONFIGS, change, distributed, shipped
from tests.support.fuzzing import FUZZ, JSON, NASTY, bounded, damaged, read_or_refused

from cortex2image.errors import ConfigError
from cortex2image.study.config import read_slice, resolve
from cortex2image.study.fields import Section, parts
from cortex2image.study.settings import Study
from cortex2image.study.training import read_training


def keys_of(section: type[Section], outer: str = "") -> list[str]:
    """Return the path of every key below a section, and of the section itself."""
    inside = [
        key
        for name, part in parts(section).items()
        for key in (keys_of(part, f"{outer}{name}/") if isinstance(part, type) else [f"{outer}{name}"])
    ]
    return [*([outer[:-1]] if outer else []), *inside]


KEYS = keys_of(Study)
STARTS = [shipped(), distributed("nsd"), distributed("bdpy"), distributed("bold5000"), distributed("bids")]
VALUES = st.one_of(
    JSON,
    NASTY,
    st.sampled_from([0, 1, -1, 2**63, 1e308, True, [], {}, [1], ["z"], ["z", "z"], {"z": ["V1"]}, None]),
    st.lists(NASTY, max_size=3),
    st.dictionaries(NASTY, NASTY | st.lists(NASTY, max_size=2), max_size=3),
)


def changed(start, changes):
    config = copy.deepcopy(start)
    for key, value in changes:
        try:
            change(config, key, value)
        except (AttributeError, TypeError):  # a change before it has put a value where a section was
            continue
    return config


@FUZZ
@given(st.sampled_from(STARTS), st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=3))
def test_any_value_at_any_key(start, changes):
    config = changed(start, changes)
    study = read_or_refused(resolve, config, "config")
    assert study is None or "/" not in study.study


@FUZZ
@given(damaged((CONFIGS / "config.yaml").read_bytes(), 8192))
def test_damaged_text(content):
    """Snakemake reads the text; what is YAML after the damage comes to this project."""
    try:
        config = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError):
        return
    if isinstance(config, dict):
        read_or_refused(resolve, config, "config")


@FUZZ
@given(damaged((CONFIGS / "miniature.yaml").read_bytes(), 8192))
def test_training(tmp_path, content):
    (tmp_path / "miniature.yaml").write_bytes(content)
    read_or_refused(read_training, tmp_path / "miniature.yaml")


@FUZZ
@given(damaged(b'{"seed": 1, "ridge": {"folds": 5}, "evaluate": {"metrics": ["ssim"]}}'))
def test_slices(content):
    read_or_refused(read_slice, Study, content.decode("utf-8", "replace"), ["seed", "ridge"], "--settings")


def laughs(kind: str, levels: int = 12) -> str:
    """Return YAML that stands for nine to the power of `levels` entries ("billion laughs")."""
    lists, lines = kind == "lists", ["a0: &a0 x"]
    for level in range(1, levels):
        inner = ", ".join(f"{'' if lists else f'k{k}: '}*a{level - 1}" for k in range(9))
        lines.append(f"a{level}: &a{level} [{inner}]" if lists else f"a{level}: &a{level} {{{inner}}}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("text", [laughs("lists"), laughs("mappings"), "a: &a [*a]\n", "a: &a {b: *a}\n"])
@pytest.mark.parametrize("key", ["subjects", "decode/rois", "unknown"])
def test_yaml_without_end(tmp_path, text, key):
    endless = yaml.safe_load(text)
    config = change(shipped(), key, endless)
    with bounded(5), pytest.raises(ConfigError, match="bounded size"):
        resolve(config)
    (tmp_path / "miniature.yaml").write_text((CONFIGS / "miniature.yaml").read_text() + text)
    with bounded(5), pytest.raises(ConfigError, match="bounded size"):
        read_training(tmp_path / "miniature.yaml")


def test_yaml_that_would_run_code(tmp_path):
    (tmp_path / "miniature.yaml").write_text(f"seed: !!python/object/apply:os.mkdir [{tmp_path / 'made'}]\n")
    with pytest.raises(ConfigError, match="python/object"):
        read_training(tmp_path / "miniature.yaml")
    assert not (tmp_path / "made").exists()
