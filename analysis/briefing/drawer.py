"""One process that draws for all kernels of a render.

Altair and the JavaScript engine that draws take longer to start than all
figures of a briefing take to be drawn: here they start once, beside the
kernels, and a kernel sends its sheets. Where there is no such process, or it
fails, a figure is drawn where it is asked for.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from . import imports, recording
from .drawing import Sheet, svg

#: Tells the kernels where the drawing process listens.
VARIABLE = "BRIEFING_DRAWER"


def drawn(sheet: Sheet) -> dict[str, Any]:
    """The Vega-Lite specification of a sheet and the SVG that it gives."""
    with recording.paused():  # what comes of a sheet depends on nothing else
        place = os.environ.get(VARIABLE)
        with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError):
            if place:
                return _ask(place, sheet)
    return _draw(sheet)


def specified(sheet: Sheet) -> dict[str, Any]:
    """The Vega-Lite specification of a sheet."""
    with imports.light():
        from altair.utils.schemapi import debug_mode

    with debug_mode(False):  # the tests hold every chart to Vega-Lite's schema; readers need not wait for it
        return sheet.chart().to_dict(validate=False)


def _draw(sheet: Sheet) -> dict[str, Any]:
    specification = specified(sheet)
    return {"specification": specification, "svg": svg(specification)}


@contextlib.contextmanager
def drawing(place: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A drawing process that listens at `place`, a socket of the file system, starting at once."""
    with subprocess.Popen([sys.executable, "-m", "briefing.drawer", str(place)], env=dict(environment),
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _ask(place: str, sheet: Sheet) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(place)
        line.sendall(pickle.dumps(sheet))
        line.shutdown(socket.SHUT_WR)
        return pickle.loads(_all(line))


def _all(line: socket.socket) -> bytes:
    with line.makefile("rb") as file:
        return file.read()


# --- inside the drawing process -----------------------------------------------------

def _serve(place: str) -> None:
    """Listen first, so that kernels wait and do not draw themselves; then load both parts, and draw."""
    threading.Thread(target=_end_with_command, daemon=True).start()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen(64)
        engine = threading.Thread(target=_start_engine)
        engine.start()
        with imports.light():
            import altair  # noqa: F401
        engine.join()
        while True:
            line, _ = listening.accept()
            with line, contextlib.suppress(Exception):  # without an answer the kernel draws, and says what is wrong
                line.sendall(pickle.dumps(_draw(pickle.loads(_all(line)))))


def _end_with_command() -> None:
    """End when the command does, even where it was killed: then nothing holds the other end of the input."""
    sys.stdin.buffer.read()
    os._exit(0)


def _start_engine() -> None:
    import vl_convert

    vl_convert.vegalite_to_svg({"mark": "point", "data": {"values": []}})


if __name__ == "__main__":
    _serve(sys.argv[1])
