"""The set-up: which Python, when an environment counts as finished, what it says when it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from marketplace.embedded import setup


@pytest.fixture
def requirements(tmp_path):
    folder = tmp_path / "requirements"
    folder.mkdir()
    for name in setup.REQUIREMENTS:
        (folder / name).write_text(f"# {name}\nsix==1.17.0\n")
    return folder


@pytest.fixture
def finished(tmp_path, requirements):
    """An environment as a set-up leaves it, as far as the set-up looks at it."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / setup.STAMP).write_text(setup.digest(requirements) + "\n")
    return venv


def executable(folder: Path, name: str, script: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def test_finished_environment_is_ready(finished, requirements):
    assert setup.is_ready(finished, setup.digest(requirements))


def test_without_a_stamp_it_is_half_made_and_removed(finished, requirements, capsys):
    (finished / setup.STAMP).unlink()
    (finished / setup.MARK).touch()
    assert not setup.is_ready(finished, setup.digest(requirements))
    setup.remove_unfinished(finished)
    assert not finished.exists()
    assert "half-made" in capsys.readouterr().out


def test_changed_requirements_make_it_anew(finished, requirements, capsys):
    (requirements / "engine.txt").write_text("six==1.16.0\n")
    assert not setup.is_ready(finished, setup.digest(requirements))
    setup.remove_unfinished(finished)
    assert "have changed" in capsys.readouterr().out


def test_environment_whose_python_is_gone_is_not_ready(finished, requirements):
    (finished / "bin" / "python").unlink()
    assert not setup.is_ready(finished, setup.digest(requirements))


def test_environment_that_no_set_up_made_is_not_removed(finished):
    """Somebody's own, named in WELFAREPIU_VENV or lying in .venv."""
    (finished / setup.STAMP).unlink()
    with pytest.raises(setup.CannotSetUp, match="not made by this set-up"):
        setup.remove_unfinished(finished)
    assert (finished / "pyvenv.cfg").exists()


def test_two_set_ups_wait_for_each_other(tmp_path):
    venv, order = tmp_path / ".venv", []

    def second() -> None:
        with setup.only_one(venv):
            order.append("second")

    with setup.only_one(venv):
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.3)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]


def test_link_to_nothing_is_a_sentence(tmp_path):
    (tmp_path / ".venv").symlink_to(tmp_path / "gone")
    with pytest.raises(setup.CannotSetUp, match="a link to nothing"):
        setup.ensure(tmp_path / ".venv")


def test_python_that_only_says_it_is_missing_is_passed_over(tmp_path, monkeypatch):
    wrong = executable(tmp_path, "python3.12", "echo 'python3.12: command not found' >&2; exit 127")
    right = executable(tmp_path, "python3.11", "echo 3.11")
    monkeypatch.setattr(sys, "executable", str(executable(tmp_path, "python3", "echo 3.13")))
    assert setup.python_version(str(wrong)) == ""
    assert setup.find_python(str(tmp_path)) == str(right)


def test_without_a_python_it_says_which_and_where_from(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(executable(tmp_path, "python3", "echo 3.13")))
    with pytest.raises(setup.CannotSetUp, match=r"3\.11 or 3\.12.*python3 here is 3\.13"):
        setup.find_python(str(tmp_path))


def test_full_disk_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "NEEDED_BYTES", 10**18)
    with pytest.raises(setup.CannotSetUp, match="Free some"):
        setup.check_room(tmp_path / "not" / "there" / "yet")
    said = ["OSError: [Errno 28] No space left on device: '/x'"]
    assert "The disk is full" in setup.why_pip_failed(said)


def test_wrong_hash_is_a_sentence():
    said = ["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."]
    assert "not the one that was pinned" in setup.why_pip_failed(said)


def test_every_pin_has_a_hash_and_no_file_names_a_registry():
    folder = setup.PROJECT / "requirements"
    for name in setup.REQUIREMENTS:
        text = (folder / name).read_text()
        pins = [line for line in text.splitlines() if line and line[0] not in " #-"]
        assert pins
        assert all(line.rstrip().endswith("\\") for line in pins), name
        assert "://" not in text
        assert "--index-url" not in text


def test_second_set_up_takes_no_time(finished, requirements, tmp_path):
    """As a process, on a project folder of its own: nothing is installed, nothing is said."""
    program = tmp_path / "marketplace" / "embedded" / "setup.py"
    program.parent.mkdir(parents=True)
    program.write_text(Path(setup.__file__).read_text())
    done = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
        timeout=20,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
