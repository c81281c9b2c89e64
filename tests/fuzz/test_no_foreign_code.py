"""Nothing in the workflow runs code that stands in data, models or settings: no eval, no pickle."""

import ast
import io
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "workflow").rglob("*.py"))
RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]
BUILTINS = {"eval", "exec", "compile", "__import__"}
PICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal"}
ERROR_OF_PICKLES = "UnpicklingError"
YAML_READERS = {"load", "load_all", "full_load", "full_load_all", "unsafe_load", "unsafe_load_all"}
UNSAFE = {"allow_pickle": True, "weights_only": False, "trust_remote_code": True, "shell": True}


def faults(tree: ast.AST) -> Iterator[str]:
    """Yield what runs, or may run, code from outside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in PICKLERS and node.attr != ERROR_OF_PICKLES:
                yield f"{node.lineno}: {node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in PICKLERS:
            yield from (f"{node.lineno}: {n.name}" for n in node.names if n.name != ERROR_OF_PICKLES)
        elif isinstance(node, ast.Import):
            imported = [n for n in node.names if n.name.partition(".")[0] in PICKLERS]
            yield from (f"{node.lineno}: {n.name} as {n.asname}" for n in imported if n.asname)


def _of_call(call: ast.Call) -> Iterator[str]:
    words = {word.arg: getattr(word.value, "value", None) for word in call.keywords}
    unsafe = [word for word, value in UNSAFE.items() if words.get(word, not value) is not (not value)]
    yield from (f"{call.lineno}: {word}" for word in unsafe)
    name = ast.unparse(call.func)
    module, _, function = name.rpartition(".")
    if name in BUILTINS or (function == "eval" and (call.args or call.keywords)):
        yield f"{call.lineno}: {name}()"
    if module == "yaml" and function in YAML_READERS:
        yield f"{call.lineno}: {name}()"
    if name == "torch.load" and words.get("weights_only") is not True:
        yield f"{call.lineno}: torch.load() without weights_only=True"
    if function in ("read_pickle", "to_pickle") or name == "joblib.load":
        yield f"{call.lineno}: {name}()"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules(path):
    assert list(faults(ast.parse(path.read_text("utf-8")))) == []


def called(rules: str) -> set[str]:
    """Return the functions and modules that rules name, from their tokens: they are not quite Python."""
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(rules).readline) if t.string.strip()]
    pairs = pairwise(tokens)
    return {one.string for one, other in pairs if one.type == tokenize.NAME and other.string in ("(", ".")}


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_rules(path):
    assert called(path.read_text("utf-8")) & (BUILTINS | PICKLERS | {"yaml", "torch"}) == set()


@pytest.mark.parametrize(
    "code",
    [
        "eval(text)",
        "exec(open(path).read())",
        "__import__(name)",
        "frame.eval('a + b')",
        "pickle.load(file)",
        "import pickle as p",
        "from pickle import loads",
        "from dill import load",
        "joblib.load(path)",
        "yaml.load(text, Loader=yaml.FullLoader)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "torch.load(path, weights_only=flag)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "kind.from_pretrained(folder, trust_remote_code=True)",
        "subprocess.run(command, shell=True)",
        "pd.read_pickle(path)",
    ],
)
def test_code_that_would_be_found(code):
    assert list(faults(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "network.eval()",
        "np.load(path)",
        "np.load(path, allow_pickle=False)",
        "torch.load(path, weights_only=True)",
        "yaml.safe_load(text)",
        "re.compile(pattern)",
        "import pickle\ntry:\n    pass\nexcept pickle.UnpicklingError:\n    pass",
    ],
)
def test_code_that_may_stand(code):
    assert list(faults(ast.parse(code))) == []


def test_rules_that_would_be_found():
    assert {"eval", "pickle"} <= called("rule a:\n    params: eval('1')\n    run:\n        pickle.load(f)\n")
