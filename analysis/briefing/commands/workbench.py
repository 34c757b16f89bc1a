"""Serve the workbench in which an article is coded: a page on this machine, and what it asks and saves.

Who is let in, `server` says. The page is told by itself when a file changes.

Words are selected, and passages found under the pointer, by Recogito's text-annotator. What it draws with are CSS
custom highlights, through its own renderer interface (see templates/workbench-text.js): its renderers need styles that
the page's policy refuses, and draw by places in the window that content-visibility moves. Of a quick drag it waits
50 ms whether it becomes a click; the page takes the words at once. Measured so in Chromium on 100,000 words with 200
passages: opened in 0.5 s, a selection answered (highlight and filled-in form) in 30 to 40 ms; with 1,000
passages in 1.5 s and up to 60 ms.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from ..coding.sitting import Coding
from ..facts.editing import Conflict
from ..findings import BriefingError
from ..writers.html import TEMPLATES
from .server import Answer, Events, Loopback

PORT = 4650
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
PAGE = "workbench.html"
FILES = ("workbench.css", "annotator.js", "workbench-forms.js", "workbench-text.js", "workbench-panel.js",
         "workbench.js")
MEDIA = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


class Workbench(Loopback):
    """The workbench of one sitting, at `url`; use it as `with Workbench(…)`."""

    def __init__(self, root: Path, coding: Coding, port: int | None = None, source: str | None = None) -> None:
        super().__init__(port, PORT)
        self._coding, self._root = coding, root
        self.url += f"?source={source}" if source else ""
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, name="watching", daemon=True)

    def __enter__(self) -> Self:
        super().__enter__()
        self._watching.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._watching.join()
        super().__exit__(*error)

    def _routes(self) -> dict[str, tuple[type[Answer], dict[str, Any]]]:
        coding = self._coding
        asked: dict[str, Callable[..., Any]] = {
            "state": coding.state, "text": coding.text, "uncoded": coding.uncoded, "slug": coding.slug,
            "select": coding.select, "save": coding.save, "remove": coding.remove, "undo": coding.undo,
            "redo": coding.redo, "move": coding.move, "mark": coding.mark}
        return {"": (_File, {"path": TEMPLATES / PAGE}),
                **{name: (_File, {"path": TEMPLATES / name}) for name in FILES},
                **{name: (_Asked, {"do": do}) for name, do in asked.items()},
                "events": (_News, {"listeners": self._listeners, "state": lambda: {"version": coding.version()}})}

    def _watch(self) -> None:
        """Tell the pages when files change. Events only say when to look; what changed is told from the files."""
        from watchfiles import watch

        told = self._coding.version()
        for _ in watch(self._root / "data", stop_event=self._over, debounce=100, step=25, rust_timeout=1000,
                       yield_on_timeout=True, raise_interrupt=False):
            if (version := self._coding.version()) != told:
                told = version
                self._send({"version": version})


# --- requests -------------------------------------------------------------------

class _Own(Answer):
    what, policy = "workbench", POLICY


class _File(_Own):
    def initialize(self, path: Path) -> None:
        self._path = path

    def get(self) -> None:
        self.set_header("Content-Type", f"{MEDIA[self._path.suffix]}; charset=utf-8")
        self.finish(self._path.read_bytes())


class _Asked(_Own):
    """What the page asks: arguments as a JSON object in a POST, with a media type that no form can send."""

    def initialize(self, do: Callable[..., Any]) -> None:
        self._do = do

    async def post(self) -> None:
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            return self._answer(415, {"error": "Send JSON."})
        try:
            arguments = json.loads(self.request.body)
            answer = await asyncio.to_thread(self._do, **arguments)
        except Conflict as error:
            return self._answer(409, {"error": str(error), "table": error.mine.table, "mine": error.mine.after,
                                      "before": error.mine.before, "there": error.there})
        except BriefingError as error:
            return self._answer(422, {"error": str(error)})
        except (ValueError, TypeError, KeyError) as error:
            return self._answer(400, {"error": f"The request cannot be understood: {error}"})
        self._answer(200, answer)

    def _answer(self, status: int, answer: Any) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(answer, ensure_ascii=False, default=str))


class _News(_Own, Events):
    """Server-sent events: the version of the files, whenever it changes."""
