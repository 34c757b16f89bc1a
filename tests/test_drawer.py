"""One process that draws for all kernels: what it gives, and what happens without it."""

import socket
import time

import pytest

from briefing import drawer, kernels
from briefing.drawing import Sheet

pytestmark = pytest.mark.skipif(not kernels.available(), reason="where kernels are not forked, each draws itself")


def sheet(text):
    made = Sheet(340)
    made.text(0, 12, text)
    made.symbol(20, 30, says="A mark.")
    made.y = 40
    return made


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where a drawing process listens."""
    place = tmp_path_factory.mktemp("drawer") / "drawer"
    with drawer.drawing(place, kernels.environment({})):
        deadline = time.monotonic() + 30
        while not place.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield place


def test_process_draws_as_a_kernel_itself_would(place, monkeypatch):
    monkeypatch.setenv(drawer.VARIABLE, str(place))
    given = drawer._ask(str(place), sheet("Улаанбаатар <&>"))
    monkeypatch.delenv(drawer.VARIABLE)
    assert given == drawer.drawn(sheet("Улаанбаатар <&>")) and "Улаанбаатар" in given["svg"]


def test_process_survives_what_it_cannot_draw(place):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(place))
        line.sendall(b"no sheet")
        line.shutdown(socket.SHUT_WR)
        assert drawer._all(line) == b""
    with pytest.raises(EOFError):
        drawer._ask(str(place), "no sheet either")
    assert "<svg" in drawer._ask(str(place), sheet("still there"))["svg"]


def test_without_the_process_a_figure_is_drawn_where_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv(drawer.VARIABLE, str(tmp_path / "nobody"))
    assert "<svg" in drawer.drawn(sheet("alone"))["svg"]


def test_process_ends_with_its_context(tmp_path):
    with drawer.drawing(tmp_path / "drawer", kernels.environment({})) as process:
        assert process.poll() is None
    assert process.poll() is not None
