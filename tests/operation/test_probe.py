"""A container's own check: well or ill by the exit code, with a word of why."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from marketplace.embedded.processes import free_port
from marketplace.embedded.setup import PROJECT
from marketplace.operation import probe


@pytest.fixture
def address():
    """A server that answers with the status that its path names."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.end_headers()
            self.wfile.write(b"because")

        def log_message(self, *_given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_an_answer_of_200_is_well(address, capsys):
    assert probe.main([f"{address}/200"]) == 0
    assert capsys.readouterr().out == ""


def test_another_is_ill_and_says_why(address, capsys):
    assert probe.main([f"{address}/503"]) == 1
    assert capsys.readouterr().out == "it answers 503: because\n"


def test_no_answer_is_ill(capsys):
    assert probe.main([f"http://127.0.0.1:{free_port()}/"]) == 1
    assert "does not answer" in capsys.readouterr().out


def test_a_file_shows_life_for_so_long(tmp_path):
    file = tmp_path / "alive"
    assert probe.main([str(file), "60"]) == 1
    file.touch()
    assert probe.main([str(file), "60"]) == 0
    os.utime(file, (time.time() - 61, time.time() - 61))
    assert probe.main([str(file), "60"]) == 1


@pytest.mark.parametrize("arguments", [[], ["https://a"], ["a", "1", "b"]])
def test_anything_else_is_ill(arguments):
    assert probe.main(arguments) == 1


def test_it_imports_nothing_that_has_to_start():
    code = "import marketplace.operation.probe, sys; print(any(m in sys.modules for m in "
    code += "('django', 'celery', 'saleor')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout == "False\n"
