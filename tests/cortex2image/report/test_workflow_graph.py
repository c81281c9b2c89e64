import itertools
import re

import pytest
from tests.support.snakemake import ROOT, run_snakemake

from cortex2image.report.workflow_graph import draw, edges, layers
from cortex2image.report.workflow_rules import RULES


def closure(direct: dict[str, set[str]]) -> dict[str, set[str]]:
    found = {rule: set(before) for rule, before in direct.items()}
    for middle, start, end in itertools.product(found, repeat=3):
        if middle in found[end] and start in found[middle]:
            found[end].add(start)
    return found


@pytest.mark.parametrize("config", ["config", "haxby"])
@pytest.mark.parametrize("target", ["all", "attribute", "learning_curve"])
def test_the_declared_rules_are_those_of_the_workflow(tmp_path, config: str, target: str) -> None:
    if (config, target) == ("haxby", "learning_curve"):
        pytest.skip("a cross-validated study has no learning curve")
    options = (target, "--rulegraph", "dot", "--directory", tmp_path)
    done = run_snakemake(*options, cwd=tmp_path, config=ROOT / "config" / f"{config}.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    names = dict(re.findall(r'(\d+)\[label = "([^"]+)"', done.stdout))
    known: dict[str, set[str]] = {name: set() for name in names.values()}
    for before, after in re.findall(r"(\d+) -> (\d+)", done.stdout):
        known[names[after]].add(names[before])
    # Targets make nothing, and the copy of a public data set belongs to no study.
    planned = {rule for rule in known if rule not in (target, "fetch_haxby")}
    assert sorted(planned - set(RULES)) == [], "describe new rules in report/workflow_rules.py"
    drawn = closure(edges(planned))
    for rule, before in closure(known).items():
        if rule in planned:
            assert before & planned == drawn[rule], rule


def test_every_rule_waits_for_known_rules_and_never_for_itself() -> None:
    for rule, facts in RULES.items():
        assert set(facts.after) <= set(RULES)
        assert rule not in closure({name: set(one.after) for name, one in RULES.items()})[rule]


def test_edges_that_follow_from_others_are_left_out() -> None:
    found = edges(["trials", "standardise", "decode_features", "scores"])
    assert found == {
        "trials": set(),
        "standardise": {"trials"},
        "decode_features": {"standardise"},
        "scores": set(),
    }


def test_a_rule_lies_below_all_that_it_waits_for() -> None:
    direct = edges(list(RULES))
    level = {rule: number for number, row in enumerate(layers(direct)) for rule in row}
    assert sorted(level) == sorted(RULES)
    assert all(level[before] < level[rule] for rule in direct for before in direct[rule])


def test_the_drawing_holds_every_rule_and_edge_and_escapes_notes() -> None:
    rules = ["trials", "standardise", "decode_features", "report"]
    drawing = draw(rules, {"trials": "<2 jobs>"}).decode()
    assert drawing.count("<path") == 2
    for rule in rules:
        assert f">{rule.replace('_', ' ')}</text>" in drawing
    assert "&lt;2 jobs&gt;" in drawing
