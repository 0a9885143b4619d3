# SPDX-License-Identifier: MIT
"""The package as a whole: examples, types, processes, synthesis."""

import ast
import doctest
import importlib
import multiprocessing
import operator
import os
import pathlib
import pkgutil
import re
import subprocess
import sys

import numpy as np
import pytest

import eyelid

FOLDER = pathlib.Path(__file__).resolve().parent


@pytest.mark.parametrize("name", ["eyelid", *(f"eyelid.{module.name}" for module in pkgutil.iter_modules(eyelid.__path__))])
def test_examples_in_docstrings(name):
    module = importlib.import_module(name)
    if getattr(module, "__test__", None) is None:
        module.__dict__.setdefault("np", np)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_everything_public_has_a_docstring():
    for name in eyelid.__all__:
        assert getattr(eyelid, name).__doc__, name


def run_mypy(*arguments):
    pytest.importorskip("mypy")
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=600)


def test_types_are_strict(tmp_path):
    config = ("--config-file", FOLDER.parents[2] / "pyproject.toml", "--cache-dir", tmp_path)
    for checked in (("-p", "eyelid"), (FOLDER / "typed_example.py",)):
        done = run_mypy("mypy", "--strict", *config, *checked)
        assert done.returncode == 0, done.stdout + done.stderr


# What is so of every class and function of nanobind, and of no meaning for a caller.
OF_NANOBIND = ("metaclass differs", "is not a function", "isn't marked with @disjoint_base in the stub")


def test_stubs_are_those_of_the_module():
    allowed = ("--allowlist", FOLDER / "stubtest_allowlist.txt", "--ignore-unused-allowlist")
    done = run_mypy("mypy.stubtest", "--concise", "eyelid._native", *allowed)
    assert "eyelid._native" in done.stdout and not done.stderr, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if not line.endswith(OF_NANOBIND)] == []


def stub_functions(body, prefix=""):
    """Names of the functions and methods of a stub, with the names of their arguments."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from stub_functions(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield prefix + node.name, [argument.arg for argument in node.args.args]


def test_stubs_name_the_arguments_of_the_module():
    # stubtest does not look into functions of nanobind.
    tree = ast.parse(pathlib.Path(eyelid.__path__[0], "_native.pyi").read_text(encoding="utf-8"))
    functions = dict(stub_functions(tree.body))
    assert {"track", "FrameByFrame.update"} <= set(functions)
    for name, arguments in functions.items():
        (signature,) = [text for text, *_ in operator.attrgetter(name)(eyelid._native).__nb_signature__]
        (function,) = ast.parse(re.sub(r"ndarray\[[^\]]*\]", "ndarray", signature) + ": ...").body
        assert [argument.arg for argument in function.args.args] == arguments, signature


def measured(path):
    return eyelid.track(path, threads=1).columns["fec"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(method, session, recording):
    # The parent has tracked, with threads, before the fork.
    with multiprocessing.get_context(method).Pool(2) as pool:
        for fec in pool.map(measured, [session.video] * 2):
            np.testing.assert_array_equal(fec, recording.columns["fec"])


def test_fork_after_threads_does_not_hang(session):
    code = "import os, sys, eyelid\nv = sys.argv[1]\neyelid.track(v)\npid = os.fork()\neyelid.track(v)\n" \
        "os._exit(0) if pid == 0 else sys.exit(os.waitpid(pid, 0)[1])"
    assert subprocess.run([sys.executable, "-c", code, session.video], timeout=120).returncode == 0


def test_synthesize(session, program, tmp_path):
    done = subprocess.run(
        [program, "synthesize", "--out", tmp_path / "s", "--seconds", "3", "--trials", "2", "--fps", "100", "--seed", "5"],
        capture_output=True,
    )
    assert done.returncode == 0
    for name in ("video.mkv", "truth.csv", "trials.csv"):
        assert (tmp_path / "s" / name).read_bytes() == (session.folder / name).read_bytes(), name
    assert len(session.truth["fec_right"]) == 300 and len(session.trials["trial"]) == 2
    with pytest.raises(eyelid.InputError, match="seconds 0.1, expected 0.5 to 36000"):
        eyelid.synthesize(tmp_path / "t", seconds=0.1)


def test_import_is_quick_and_takes_nothing_with_it():
    code = "import sys, eyelid; sys.exit(bool({'pandas', 'matplotlib', 'tqdm'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ).returncode == 0
