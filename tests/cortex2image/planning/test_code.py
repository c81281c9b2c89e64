"""What a step depends on: the settings it declares, and its code with the registry entry at hand alone."""

import dataclasses
import importlib
from pathlib import Path

import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.planning import code
from cortex2image.sources import ROOT, module_path, source_files
from cortex2image.study.config import EVERYTHING, resolve
from cortex2image.study.fields import Setting, grouped, parts
from cortex2image.study.methods import METHODS
from cortex2image.study.readers import READERS
from cortex2image.study.spaces import EXTRACTABLE, KINDS

FOLDER = module_path("cortex2image.steps").parent
STEPS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
WILDCARDS = {"subject": "sub-01", "space": "z", "method": "zc"}
OWN_CONFIGS = {"simulated": "config", "haxby2001": "haxby", "bids_categories": "bids-categories"}
# Rules whose jobs use an entry of each registry.
OPENING = {"stimuli", "trials", "single_trial_betas", "prepared_betas", "plan_study"}
DRAWING, EXTRACTING, COMPARING = {"reconstruct_images"}, {"extract_features"}, {"brain_consistency"}
# Every reader whose pictures stand in a table of the user's reads it as one of BIDS.
SHARED = {"cortex2image.data.bids.tables", "cortex2image.data.bids.tsv"}


def study_of(reader):
    return resolve(shipped(OWN_CONFIGS[reader]) if reader in OWN_CONFIGS else distributed(reader))


STUDIES = {reader: study_of(reader) for reader in READERS}
SIMULATED = STUDIES["simulated"]


def modules(step, study=SIMULATED, **wildcards):
    """The modules among the code inputs of a job, such as ``cortex2image.data.haxby2001``."""
    return names(code.code_files(step, study, WILDCARDS | wildcards))


def names(files):
    return {".".join(Path(file).resolve().relative_to(ROOT).with_suffix("").parts) for file in files}


def room(module):
    """The folder of a reader as a package, or its module where that lies in no folder of its own."""
    package = module.rpartition(".")[0]
    return module if package == "cortex2image.data" else package


def within(found, package):
    return {module for module in found if module == package or module.startswith(f"{package}.")}


def using(core, study=SIMULATED, **wildcards):
    return {step for step in STEPS if core in modules(step, study, **wildcards)}


@pytest.mark.parametrize("step", STEPS)
def test_settings_are_declared_as_the_step_itself_declares_them(step):
    module = importlib.import_module(f"cortex2image.steps.{step}")
    assert code.declared_reads(step) == getattr(module, "READS", ())
    assert set(code.declared_reads(step)) <= set(module.COMMAND.reads)
    assert [key for key in module.COMMAND.reads if not exists(module.COMMAND.settings, key)] == []


def exists(section, key):
    """Whether a declared key is a section, a setting, an entry of a mapping, or a group of settings."""
    head, _, rest = key.partition("/")
    if head.startswith("@"):
        return bool(grouped(section, head[1:]))
    part = parts(section).get(head, key == EVERYTHING)
    return exists(part, rest) if rest and not isinstance(part, Setting) else bool(part)


@pytest.mark.parametrize("step", STEPS)
def test_code_inputs_are_the_imports_of_the_step_at_least(step):
    files = code.code_files(step, SIMULATED, WILDCARDS)
    assert files == sorted(set(files))
    imported = {file for file in source_files(f"cortex2image.steps.{step}") if "/study/" not in file}
    assert imported <= set(files)
    assert all(Path(file).exists() and not Path(file).is_absolute() for file in files)


@pytest.mark.parametrize("step", STEPS)
def test_one_more_setting_or_entry_makes_no_job_run_again(step):
    parsing = {f"cortex2image.study.{name.removesuffix('.py')}" for name in code.PARSING}
    assert within(modules(step), "cortex2image.study") <= parsing


def facts(step, study=SIMULATED, **wildcards):
    return [entry.facts for entry in code.entries(step, study, WILDCARDS | wildcards)]


def test_what_an_entry_says_of_a_job_changes_with_it(monkeypatch):
    assert len({*facts("trials"), *facts("trials", STUDIES["bids"]), *facts("trials", STUDIES["nsd"])}) == 3
    assert len({str(facts("extract_features", space=space)) for space in EXTRACTABLE}) == len(EXTRACTABLE)
    before = facts("reconstruct_images", method="zc")
    monkeypatch.setitem(METHODS, "zc", dataclasses.replace(METHODS["zc"], start="noise"))
    assert facts("reconstruct_images", method="zc") != before
    monkeypatch.setitem(METHODS, "zc", dataclasses.replace(METHODS["zc"], inputs={"c": "decoded"}))
    assert facts("reconstruct_images", method="zc") != before


def test_words_for_people_are_no_part_of_it(monkeypatch):
    before = facts("reconstruct_images", method="zc")
    monkeypatch.setitem(METHODS, "zc", dataclasses.replace(METHODS["zc"], title="both", meaning="of late"))
    assert facts("reconstruct_images", method="zc") == before


@pytest.mark.parametrize("step", sorted(set(STEPS) - OPENING - DRAWING - EXTRACTING - COMPARING))
def test_other_steps_use_no_entry(step):
    assert facts(step) == []


def test_a_command_fills_in_every_option_from_what_the_rule_calls_by_its_name():
    start, *options = code.command_line("decode_features").split(" --")
    filled = dict(option.split(" ", 1) for option in options)
    assert start == "python -m cortex2image.steps.decode_features"
    assert filled["settings"] == "{params.settings:q}"
    assert (filled["subject"], filled["space"]) == ("{wildcards.subject:q}", "{wildcards.space:q}")
    assert (filled["betas"], filled["decoded"]) == ("{input.betas:q}", "{output.decoded:q}")
    assert code.command_line("decode_features").endswith(" 2>{log:q}")


def test_a_command_takes_no_settings_for_a_step_that_reads_none():
    assert code.declared_reads("fetch_haxby") == ()
    assert "settings" not in code.command_line("fetch_haxby")


def test_a_step_without_a_literal_command_has_none(monkeypatch, tmp_path):
    (tmp_path / "mine.py").write_text("COMMAND = made_elsewhere\n")
    monkeypatch.setattr(code, "module_path", lambda module: tmp_path / "mine.py")
    with pytest.raises(ValueError, match="step mine: COMMAND must be written as a call"):
        code.command_line("mine")


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_enters_the_rules_that_open_the_data_set(reader):
    fetching = {"fetch_haxby"} if reader == "haxby2001" else set()
    assert using(READERS[reader].module, STUDIES[reader]) == OPENING | fetching


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("step", sorted(OPENING))
def test_no_code_of_other_readers_enters(step, reader):
    others = {room(other.module) for other in READERS.values()} - {room(READERS[reader].module)}
    found = modules(step, STUDIES[reader])
    assert within(found, room(READERS[reader].module))
    assert {module for other in others for module in within(found, other)} <= SHARED


@pytest.mark.parametrize("method", METHODS)
def test_each_method_enters_the_rule_that_draws(method):
    core = METHODS[method].core
    by_import = {"draw_series"} if core == METHODS["zc"].core else set()
    assert using(core, method=method) == DRAWING | by_import


def test_a_step_that_draws_by_import_has_a_plan_without_a_method():
    assert METHODS["zc"].core in names(code.code_files("draw_series", SIMULATED, {"subject": "sub-01"}))


def test_a_method_with_a_core_of_its_own_changes_no_other(monkeypatch):
    core = "cortex2image.tutorial.lesson"
    monkeypatch.setitem(METHODS, "mine", dataclasses.replace(METHODS["zc"], name="mine", core=core))
    assert core in modules("reconstruct_images", method="mine")
    assert METHODS["zc"].core not in modules("reconstruct_images", method="mine")
    assert core not in modules("reconstruct_images", method="zc")


@pytest.mark.parametrize("space", EXTRACTABLE)
def test_each_space_enters_the_rule_that_extracts(space):
    core = KINDS[space].core
    compared = COMPARING if space in SIMULATED.evaluate.brain.spaces else set()
    assert using(core, space=space) - {"sample_features"} == EXTRACTING | compared
    imported = names(source_files(core))
    others = {KINDS[other].core for other in EXTRACTABLE} - {core} - imported
    assert others & modules("extract_features", space=space) == set()


def test_a_comparison_with_the_brain_brings_the_code_of_its_spaces_and_no_other():
    config = change(shipped(), "evaluate/brain", {"spaces": ["e", "depth"]})
    found = modules("brain_consistency", resolve(config))
    assert {KINDS["e"].core, KINDS["depth"].core} <= found
    assert KINDS["blip"].core not in found
    assert len(facts("brain_consistency", resolve(config))) == 2
    assert facts("brain_consistency", STUDIES["haxby2001"]) == []


def test_the_sampler_brings_the_code_of_what_it_is_given_and_no_other():
    found = modules("sample_features")
    assert {"cortex2image.features.denoised", KINDS["c"].core, "cortex2image.diffusion.denoise"} <= found
    assert KINDS["z"].core not in found
    assert within(modules("extract_features", space="z"), "cortex2image.diffusion") == set()


def test_words_come_from_parameters():
    assert "--spaces {params.spaces:q}" in code.command_line("sample_features")
