"""Serve pages to a browser on this machine: here the report's page and PDF, and what becomes of them.

Only loopback is listened on, and only a few paths are known; none of them is that of a file. Each request must carry
the token of this run in its path, name loopback (`Host`: a foreign page could otherwise have its own name resolved to
here) and come from a page of this server or from none (`Origin`, `Sec-Fetch-Site`): no page of others and, short of
those who can see what the browser was started with, no other user of this machine reads or changes anything through
it. Connections that are slow, idle or too many are closed: the longest open first, and a page that listened comes
again by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import re
import secrets
import socket
import string
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application, HTTPError, RequestHandler

from ..editions.edition import sha256
from ..findings import BriefingError
from ..writers.html import TEMPLATES, policy_hash

ADDRESS, NAMES = "127.0.0.1", ("127.0.0.1", "localhost")
#: The port where nobody asks for one: the same each time, for those who forward it.
PORT = 4649
#: Connections at once; seconds for a request's head, which an idle connection waits for, too, and for its body; bytes
#: of both.
MOST, IDLE, SLOWEST, LONGEST_HEAD, LONGEST_BODY = 256, 30.0, 10.0, 2**14, 2**20

#: How browsers' PDF viewers open: as wide as they are, without pages in small beside.
VIEW = "#navpanes=0&amp;pagemode=none&amp;view=FitH"

#: What is at a path: status, media type, content.
Content = tuple[int, str, bytes]


class Loopback:
    """A server on this machine, run by a thread of its own; use it as `with …`.

    Without a port `usual` is taken, or one that is free; without a token one is drawn. `url` has both. Raises
    BriefingError where the port cannot be had.
    """

    def __init__(self, port: int | None, usual: int, token: str | None = None) -> None:
        self._socket = _listening(port, usual)
        self.port: int = self._socket.getsockname()[1]
        self.token = token or secrets.token_urlsafe(24)
        self.url = f"http://{ADDRESS}:{self.port}/{self.token}/"
        self._listeners: set[Events] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="serving")

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _routes(self) -> dict[str, tuple[type[Answer], dict[str, Any]]]:
        """What answers at each path below the token, and what it is told."""
        raise NotImplementedError

    def _send(self, state: dict[str, Any]) -> None:
        """Send a state to all pages that listen; may be called from any thread."""
        def send() -> None:
            for listener in self._listeners:
                listener.send(state)

        self._loop.call_soon_threadsafe(send)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._socket.setblocking(False)
        routes: list[Any] = [(f"/{re.escape(self.token)}/{re.escape(name)}", *what)
                             for name, what in self._routes().items()]
        server = _Bounded(Application(routes, default_handler_class=_Unknown, log_function=lambda _: None),
                          idle_connection_timeout=IDLE, body_timeout=SLOWEST, max_header_size=LONGEST_HEAD,
                          max_body_size=LONGEST_BODY)
        server.add_socket(self._socket)
        self._ready.set()
        await self._stop.wait()
        server.stop()
        for listener in self._listeners:
            listener.end()
        with contextlib.suppress(TimeoutError):  # so that no page sees a broken answer
            async with asyncio.timeout(1):
                while self._listeners:
                    await asyncio.sleep(0.001)
        await server.close_all_connections()


class _Bounded(HTTPServer):
    """A server that has so many connections at most: for one more, that which is open longest is closed."""

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        held = self.__dict__.setdefault("held", {})  # by order of coming; tornado's servers have no __init__ to add to
        for other in [each for each in held if each.closed()]:
            del held[other]
        if len(held) >= MOST:
            next(iter(held)).close()
        held[stream] = None
        super().handle_stream(stream, address)


class Server(Loopback):
    """The report's pages, and what becomes of them."""

    def __init__(self, root: Path, port: int | None = None, *, beside: bool = False, token: str | None = None) -> None:
        super().__init__(port, PORT, token)
        self._output = root / "_output"
        self._beside = beside
        self._state: dict[str, Any] = {"working": "", "findings": [], "error": "", **self._versions()}

    def tell(self, **news: Any) -> None:
        """Tell every open page, if anything is new: what is being done (`working`), `findings` and `error`, and
        the files' versions."""
        state = {**self._state, **news, **self._versions()}
        if state != self._state:
            self._state = state
            self._send(state)

    def _routes(self) -> dict[str, tuple[type[Answer], dict[str, Any]]]:
        return {"": (_File, {"content": self._both if self._beside else self._report}),
                "report.html": (_File, {"content": self._report}),
                "report.pdf": (_File, {"content": self._pdf}),
                "events": (Events, {"listeners": self._listeners,
                                    "state": lambda: {**self._state, **self._versions()}})}

    # --- what is at the paths ---

    def _versions(self) -> dict[str, str]:
        """What tells one page, and one PDF, from the next; empty where there is none."""
        found = {}
        for kind, name in (("page", "report.html"), ("pdf", "report.pdf")):
            content = _content(self._output / name)
            found[kind] = sha256(content) if content is not None else ""
        return found

    def _report(self) -> Content:
        content = _content(self._output / "report.html")
        if content is None:
            content = (TEMPLATES / "preview.html").read_bytes()
            return 200, "text/html", served(content.decode("utf-8"), "").encode("utf-8")
        return 200, "text/html", _served(content)

    def _pdf(self) -> Content:
        content = _content(self._output / "report.pdf")
        if content is None:
            return 404, "text/plain", b"There is no PDF yet: nothing has been rendered.\n"
        return 200, "application/pdf", content

    def _both(self) -> Content:
        page = string.Template((TEMPLATES / "beside.html").read_text("utf-8"))
        style = (TEMPLATES / "preview.css").read_text("utf-8")
        return 200, "text/html", page.substitute(style=style, style_hash=policy_hash(style),
                                                 pdf=self._versions()["pdf"], view=VIEW).encode("utf-8")


@functools.lru_cache(maxsize=1)  # many may ask at once, for megabytes
def _served(content: bytes) -> bytes:
    return served(content.decode("utf-8", "replace"), sha256(content)).encode("utf-8")


def served(page: str, version: str) -> str:
    """A page with the preview's script and style in it, and a policy that lets in these and nothing else.

    `version` is what the script holds against the versions that it is told of.
    """
    style, script = ((TEMPLATES / name).read_text("utf-8") for name in ("preview.css", "preview.js"))
    added = f'<style>{style}</style>\n<script data-version="{version}">{script}</script>\n</head>'
    let_in = {"style-src": f"'sha256-{policy_hash(style)}'", "script-src": f"'sha256-{policy_hash(script)}'",
              "connect-src": "'self'"}
    page = re.sub(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)',
                  lambda found: found[1] + _widened(found[2], let_in), page, count=1)
    return page.replace("</head>", added, 1)


def _widened(policy: str, let_in: dict[str, str]) -> str:
    rules = {name: sources for name, *sources in (rule.split() for rule in policy.split(";") if rule.strip())}
    for name, source in let_in.items():
        before = rules.get(name, rules.get("default-src", []))
        rules[name] = [*(other for other in before if other != "'none'"), source]
    return "; ".join(" ".join([name, *sources]) for name, sources in rules.items())


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _listening(port: int | None, usual: int) -> socket.socket:
    try:
        return socket.create_server((ADDRESS, usual if port is None else port), backlog=2 * MOST)
    except OSError as error:
        if port is None:
            return socket.create_server((ADDRESS, 0), backlog=2 * MOST)
        raise BriefingError(f"--port {port}: found {os.strerror(error.errno or 0)}, expected a port that can be "
                            "listened on. Give another, or leave it out: one that is free is then taken.") from error


# --- requests -------------------------------------------------------------------

class Answer(RequestHandler):
    """Answers to names of loopback only, and to pages of this server or to none."""

    what = "preview"  # as messages say it
    policy = "frame-ancestors 'self'"

    def set_default_headers(self) -> None:
        """What each answer says: nothing is kept, guessed at, framed or read by other pages, nor told them."""
        self.clear_header("Server")
        for name, text in (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
                           ("Content-Security-Policy", self.policy), ("Referrer-Policy", "no-referrer"),
                           ("Cross-Origin-Opener-Policy", "same-origin"),
                           ("Cross-Origin-Resource-Policy", "same-origin")):
            self.set_header(name, text)

    def prepare(self) -> None:
        """Refuse a request for another name, or from a page of another."""
        if self.request.host_name not in NAMES:
            raise HTTPError(403, reason=f"{' and '.join(NAMES)} only")
        origin = self.request.headers.get("Origin")
        if origin not in (None, f"http://{self.request.host}") or \
                self.request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise HTTPError(403, reason="its own pages only")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in words why nothing is given."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        told = {403: f"This {self.what} answers to {self._reason}.",
                404: f"There is nothing here. The {self.what} is at the address that the command said."}
        self.finish(f"{told.get(status_code, self._reason)}\n")


class _Unknown(Answer):
    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404)


class _File(Answer):
    def initialize(self, content: Callable[[], Content]) -> None:
        self._content = content

    def get(self) -> None:
        status, media_type, content = self._content()
        self.set_status(status)
        self.set_header("Content-Type", f"{media_type}{'; charset=utf-8' * media_type.startswith('text/')}")
        self.finish(content)


class Events(Answer):
    """Server-sent events: the state at once, and again whenever it changes."""

    def initialize(self, listeners: set[Events], state: Callable[[], dict[str, Any]]) -> None:
        """Take the set of all that listen, and what gives the state."""
        self._listeners, self._state, self._over = listeners, state, asyncio.Event()
        self._sent: dict[str, Any] | None = None
        self._flushed: asyncio.Future[None] | None = None

    async def get(self) -> None:
        """Answer until the page goes, or the server ends."""
        self.set_header("Content-Type", "text/event-stream")
        self._listeners.add(self)
        self.send(self._state())
        await self._over.wait()

    def send(self, state: dict[str, Any]) -> None:
        """Send a state, unless it was the last."""
        if state == self._sent:  # two changes that came at once were sent as one
            return
        if self._flushed is not None and not self._flushed.done():  # who does not read what was sent is not waited for
            self.end()
            return
        self._sent = state
        self.write(f"retry: 1000\ndata: {json.dumps(state, ensure_ascii=False)}\n\n")
        self._flushed = self.flush()

    def end(self) -> None:
        """End the answer."""
        self._over.set()

    def on_connection_close(self) -> None:
        """The page has gone."""
        self.end()

    def on_finish(self) -> None:
        """Nobody listens here any more."""
        self._listeners.discard(self)
