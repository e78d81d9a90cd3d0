"""The check before anything is installed: one sentence, on any Python. 运行环境检查"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.launcher import preflight

PROGRAM = preflight.__file__
OTHERS = ("2.7", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.14", "3.15")


def run(interpreter, **environ):
    """Its exit code and the lines it said."""
    done = subprocess.run(
        [interpreter, PROGRAM], env={**os.environ, **environ}, capture_output=True, timeout=30
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8").splitlines()


def test_this_machine_will_do_and_nothing_is_said():
    assert preflight.reason() is None
    assert run(sys.executable) == (0, [])


@pytest.mark.parametrize("version", OTHERS)
def test_another_python_is_told_in_one_sentence_which_is_needed(version):
    """Bug: Python 2.7 could not even read the file."""
    interpreter = shutil.which(f"python{version}")
    # a shim of pyenv's starts the interpreter this variable names
    chosen = {"PYENV_VERSION": version}
    asked = [interpreter or "", "-c", "print(1)"]
    if (
        not interpreter
        or subprocess.run(asked, env={**os.environ, **chosen}, capture_output=True).returncode
    ):
        pytest.skip(f"no Python {version} on this machine")
    code, said = run(interpreter, **chosen, PYTHONIOENCODING="utf-8")
    assert code == 1
    assert len(said) == 1
    assert "3.11" in said[0]
    assert f"this is {version}" in said[0]


def test_it_is_said_too_where_the_terminal_knows_no_chinese():
    interpreter = next(filter(None, map(shutil.which, ("python3.10", "python3.9"))), None)
    if interpreter is None:
        pytest.skip("no other Python on this machine")
    code, said = run(interpreter, PYENV_VERSION=Path(interpreter).name[6:], LC_ALL="C")
    assert (code, len(said)) == (1, 1)


def test_a_missing_libcrypto_is_told_in_one_sentence(tmp_path):
    (tmp_path / "libcrypto.so.3").touch()
    code, said = run(sys.executable, LD_LIBRARY_PATH=str(tmp_path), PYTHONIOENCODING="utf-8")
    assert (code, len(said)) == (1, 1)
    assert "libcrypto.so.3" in said[0]


@pytest.mark.parametrize(
    "source", ["unsigned long OpenSSL_version_num(void) { return 0x1010117fL; }", "int other;"]
)
def test_a_libcrypto_that_is_too_old_or_no_libcrypto_is_told(source, tmp_path):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler on this machine")
    (tmp_path / "old.c").write_text(source)
    library = ["-shared", "-fPIC", "-o", str(tmp_path / "libcrypto.so.3"), str(tmp_path / "old.c")]
    subprocess.run([compiler, *library], check=True)
    code, said = run(sys.executable, LD_LIBRARY_PATH=str(tmp_path), PYTHONIOENCODING="utf-8")
    assert (code, len(said)) == (1, 1)
    assert "OpenSSL >= 3.0" in said[0]
