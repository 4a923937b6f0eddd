"""Make the project's Python environment; every ``make`` target runs this first.

Started by the system's ``python3`` before anything is installed, so: standard library only, no
import of the project, and no syntax that an older Python could not at least read to the point of
saying which Python is needed. A finished environment is recognised by a stamp (a hash of the
requirement files) that is written last: without it, what lies there was cut off half-way.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

PROJECT = Path(__file__).resolve().parents[2]
SUPPORTED = ("3.12", "3.11")
STAMP = "welfarepiu-stamp"
# There from the first moment of making to the stamp: what bears neither is not ours to remove.
MARK = "welfarepiu-unfinished"
REQUIREMENTS = ("build.txt", "engine.txt", "saleor.txt", "tools.txt", "stripe.txt")
# What the finished environment takes, with room for pip to unpack: measured, and rounded up.
NEEDED_BYTES = 1_200_000_000
# django-versatileimagefield and graphene install these at the top level; the first would be
# imported in place of our own `tests` by anything that runs from another folder.
STRAYS = ("tests", "examples")
CATALOGUES = ("marketplace", "plugins", "storefront")


class CannotSetUp(Exception):
    """Holds a sentence that says what to do."""


def environment() -> Path:
    """Where the environment is or goes: ``.venv``, or ``WELFAREPIU_VENV``."""
    return Path(os.environ.get("WELFAREPIU_VENV") or PROJECT / ".venv")


def say(text: str) -> None:
    print(text, flush=True)


def python_version(executable: str) -> str:
    """``"3.11"`` for an interpreter that starts, ``""`` for one that does not.

    Version managers leave a ``python3.12`` on the PATH that only says it is not installed.
    """
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        run = subprocess.run([executable, "-c", ask], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""


def candidates(path: str) -> Iterator[str]:
    """Interpreters in order of preference: the one that runs this, then those named on ``path``."""
    yield sys.executable
    for name in [f"python{version}" for version in SUPPORTED] + ["python3"]:
        for folder in path.split(os.pathsep):
            found = shutil.which(name, path=folder)
            if found:
                yield found


def find_python(path: str) -> str:
    for executable in candidates(path):
        if python_version(executable) in SUPPORTED:
            return executable
    raise CannotSetUp(
        "WELFAREPIU needs Python 3.11 or 3.12, and there is none on the PATH (python3 here is "
        f"{python_version(sys.executable)}). Install one (on Debian 12: apt-get install python3 "
        "python3-venv), then run the same command again."
    )


def digest(folder: Path) -> str:
    """Hash of every requirement file: what the stamp of a finished environment holds."""
    total = hashlib.sha256()
    for name in REQUIREMENTS:
        total.update(name.encode() + (folder / name).read_bytes())
    return total.hexdigest()


def is_ready(venv: Path, wanted: str) -> bool:
    """Whether ``venv`` was finished from the requirement files of now and its Python starts."""
    stamp = venv / STAMP
    if not stamp.is_file() or stamp.read_text(encoding="utf-8").strip() != wanted:
        return False
    return python_version(str(venv / "bin" / "python")) in SUPPORTED


def remove_unfinished(venv: Path) -> None:
    """Take away what an earlier set-up left, and nothing that a set-up did not make.

    Raises:
        CannotSetUp: what lies there bears no mark of ours: somebody's own environment, or files.
    """
    if not venv.exists() or not any(venv.iterdir()):
        return
    if not (venv / MARK).exists() and not (venv / STAMP).exists():
        raise CannotSetUp(
            f"{venv} is in the way: it was not made by this set-up. Move it elsewhere, or name "
            "another place in WELFAREPIU_VENV, then run the same command again."
        )
    finished = (venv / STAMP).exists()
    say(
        "The requirements have changed: making the environment anew."
        if finished
        else f"{venv.name} is half-made (an earlier set-up was cut off): making it anew."
    )
    # The mark stays to the last, so that a removal that is cut off can be gone on with.
    (venv / MARK).touch()
    for child in venv.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child.name != MARK:
            child.unlink()
    shutil.rmtree(venv)


def check_room(folder: Path) -> None:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise CannotSetUp(
            f"The set-up needs about {NEEDED_BYTES / 1e9:.1f} GB and {folder} has "
            f"{free / 1e9:.1f} GB free. Free some, then run the same command again."
        )


def pinned(files: list[Path]) -> int:
    """How many packages the requirement files pin, each counted once."""
    names: set[str] = set()
    for file in files:
        names.update(re.findall(r"^([A-Za-z0-9._-]+)==", file.read_text(encoding="utf-8"), re.M))
    return len(names)


class Progress:
    """One line that is rewritten on a terminal, and a line every so often elsewhere."""

    def __init__(self, total: int, out: TextIO) -> None:
        self.total, self.out = total, out
        self.done = 0
        self.terminal = out.isatty()

    def line(self, text: str) -> None:
        """Take one line of pip's and show what it means."""
        if text.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
            self.done += 1
            name = text.split(" ")[1].rpartition("/")[2] if text[0] in "CP" else ""
            self.show(name, always=self.done == self.total or self.done % 25 == 0)
        elif text.strip().startswith("Building wheel for"):
            self.show("building " + text.strip().split(" ")[3], always=False)
        elif text.startswith("Installing collected packages"):
            self.show("writing the files, a quarter of a minute", always=True)

    def show(self, text: str, *, always: bool) -> None:
        line = f"  packages {self.done:3d}/{self.total}  {text}"
        if self.terminal:
            self.out.write(f"\r\033[K{line[:100]}")
            self.out.flush()
        elif always:
            say(line)

    def end(self) -> None:
        if self.terminal:
            self.out.write("\n")


def install(python: Path, files: list[Path]) -> None:
    """Install hashed requirement files exactly as they are: no resolving, no other version."""
    command = [
        str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
        "--progress-bar=off", "--no-deps", "--ignore-requires-python", "--require-hashes",
        # The few packages without a wheel build with the pinned setuptools, not with today's.
        "--no-build-isolation", "--use-pep517",
    ]  # fmt: skip
    for file in files:
        command += ["-r", str(file)]
    progress = Progress(pinned(files), sys.stdout)
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=str(PROJECT)
    ) as pip:
        assert pip.stdout is not None  # noqa: S101
        for text in pip.stdout:
            said.append(text.rstrip())
            progress.line(text)
    progress.end()
    if pip.returncode:
        raise CannotSetUp(why_pip_failed(said))


def why_pip_failed(said: list[str]) -> str:
    tail = "\n".join("  | " + line for line in said[-12:])
    if any("No space left on device" in line for line in said):
        return f"{tail}\nThe disk is full. Free some space, then run the same command again."
    if any("HASH" in line and "MATCH" in line for line in said):
        return (
            f"{tail}\nA package is not the one that was pinned (its hash differs): nothing of it "
            "was installed. Check what your package registry serves."
        )
    return (
        f"{tail}\npip could not install the packages. Check that this machine reaches its Python "
        "package registry, then run the same command again."
    )


def site_packages(venv: Path) -> Path:
    return next((venv / "lib").glob("python3*")) / "site-packages"


def remove_strays(venv: Path) -> None:
    for name in STRAYS:
        shutil.rmtree(site_packages(venv) / name, ignore_errors=True)


def create(venv: Path, python: str) -> None:
    made = subprocess.run([python, "-m", "venv", str(venv)], capture_output=True, text=True)
    if made.returncode == 0:
        return
    said = (made.stdout + made.stderr).strip()
    if "ensurepip" in said:
        raise CannotSetUp(
            f"{python} cannot make environments: its venv module is not installed. Install it (on "
            f"Debian: apt-get install python{python_version(python)}-venv), then run the same "
            "command again."
        )
    if "No space left" in said:
        raise CannotSetUp("The disk is full. Free some space, then run the same command again.")
    raise CannotSetUp(f"{said}\n{python} could not make {venv}.")


def make(venv: Path, wanted: str, path: str) -> None:
    """Make ``venv`` from nothing; the stamp comes last."""
    folder = PROJECT / "requirements"
    python = find_python(path)
    remove_unfinished(venv)
    check_room(venv.parent)
    started = time.monotonic()
    say(f"Making {venv} with Python {python_version(python)}, once: a minute or two.")
    venv.mkdir(parents=True, exist_ok=True)
    (venv / MARK).touch()
    create(venv, python)
    first, *rest = [folder / name for name in REQUIREMENTS]
    install(venv / "bin" / "python", [first])
    install(venv / "bin" / "python", rest)
    remove_strays(venv)
    unfinished = venv / (STAMP + ".new")
    unfinished.write_text(wanted + "\n", encoding="utf-8")
    unfinished.replace(venv / STAMP)
    (venv / MARK).unlink()
    say(f"The environment is ready ({time.monotonic() - started:.0f} s).")


def compile_catalogues(venv: Path, root: Path) -> int:
    """Compile each gettext catalogue that is newer than its compiled form; return how many."""
    compiled = 0
    for top in CATALOGUES:
        for source in sorted((root / top).glob("**/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            unfinished = target.with_suffix(f".mo.{os.getpid()}")
            subprocess.run(
                [str(venv / "bin" / "pybabel"), "-q", "compile", "-i", str(source),
                 "-o", str(unfinished)],
                check=True,
            )  # fmt: skip
            unfinished.replace(target)
            compiled += 1
    return compiled


@contextmanager
def only_one(venv: Path) -> Iterator[None]:
    """Two set-ups at once would trample on each other: the second waits for the first.

    The lock is on the folder that holds the environment, since two clones may share one.
    """
    folder = os.open(venv.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is running: waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def ensure(venv: Path) -> None:
    wanted = digest(PROJECT / "requirements")
    venv.parent.mkdir(parents=True, exist_ok=True)
    with only_one(venv):
        if venv.is_symlink() and not venv.exists():
            raise CannotSetUp(f"{venv} is a link to nothing. Remove it, then run make again.")
        # A link is somebody's own environment: used as it is, never removed.
        if not venv.is_symlink() and not is_ready(venv, wanted):
            make(venv, wanted, os.environ.get("PATH", os.defpath))
        compile_catalogues(venv, PROJECT)


def main() -> int:
    try:
        ensure(environment())
    except CannotSetUp as error:
        say(str(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say("The disk is full. Free some space, then run the same command again.")
    except KeyboardInterrupt:
        say("\nStopped. The next start makes the environment anew.")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
