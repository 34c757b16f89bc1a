"""The preview: what is served and to whom, what a save leads to, the page in a browser, the end."""

import base64
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from accessibility import violations

import briefing
from briefing.commands import preview
from briefing.commands import server as serving
from briefing.rendering import render
from briefing.findings import BriefingError

PACKAGE = Path(briefing.__file__).parent
NOTHING = "There is nothing here. The preview is at the address that the command said.\n"
SLOW = 5 if os.environ.get("CI") else 2  # how much slower than said a machine may be
LONGEST = 60  # seconds that a test waits for what must come


def ask(url, path="/", method="GET", host=None, token=None, body=b"", **headers):
    """One request, its path below the token as it is written: the answer's status, headers and text."""
    address, base = re.fullmatch(r"http://([^/]+)(/[^/]+)/", url).groups()
    connection = http.client.HTTPConnection(address, timeout=LONGEST)
    connection.putrequest(method, f"{base if token is None else token}{path}", skip_host=True)
    connection.putheader("Host", host or address)
    for name, text in headers.items():
        connection.putheader(name.replace("_", "-"), text)
    connection.endheaders(body or None)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, dict(answer.getheaders()), text


class Events:
    """What an open page is told."""

    def __init__(self, url):
        address, base = re.fullmatch(r"http://([^/]+)(/[^/]+)/", url).groups()
        self._connection = http.client.HTTPConnection(address, timeout=LONGEST)
        self._connection.request("GET", f"{base}/events")
        self._lines = self._connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._connection.close()

    def until(self, wanted=lambda state: True):
        """The next state that is as wanted."""
        while line := self._lines.readline().decode("utf-8"):
            if line.startswith("data: ") and wanted(state := json.loads(line[6:])):
                return state
        raise AssertionError("the events have ended")


# --- what is served, and to whom ---------------------------------------------------

@pytest.fixture(scope="module")
def server(rendered):
    with serving.Server(rendered, 0) as running:
        yield running


def source(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"


def policy(page):
    written = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    return {name: sources for name, *sources in (rule.split() for rule in written.split(";"))}


def test_page_has_the_script_and_a_policy_that_lets_it_in(rendered, server):
    before = (rendered / "_output/report.html").read_bytes()
    status, headers, page = ask(server.url)
    assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8"
    scripts = re.findall(r"<script(?: data-version=\"\w+\")?>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    rules = policy(page)
    assert len(scripts) == len(styles) == 2
    assert sorted(map(source, scripts)) == sorted(rules["script-src"])
    assert sorted(map(source, styles)) == sorted(rules["style-src"])
    assert rules["default-src"] == ["'none'"] and rules["connect-src"] == ["'self'"]
    given = policy(before.decode("utf-8"))
    assert {name: rules[name] for name in given if name not in ("script-src", "style-src")} == \
        {name: sources for name, sources in given.items() if name not in ("script-src", "style-src")}
    assert (rendered / "_output/report.html").read_bytes() == before
    assert ask(server.url, "/report.html")[2] == page


def test_only_what_was_added_differs_from_the_file(rendered, server):
    page = ask(server.url)[2]
    given = (rendered / "_output/report.html").read_text("utf-8")
    added = re.sub(r"<style>(?:(?!<style>).)*?</style>\n<script data-version=.*?</script>\n</head>", "</head>", page,
                   count=1, flags=re.DOTALL)
    bare = re.compile(r'content="default-src[^"]*"')
    assert bare.sub("", added) == bare.sub("", given)


@pytest.mark.parametrize(("policy_before", "policy_after"), [
    ("default-src 'none'", "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'"),
    ("default-src 'none'; script-src 'none'; connect-src data:",
     "default-src 'none'; script-src {script}; connect-src data: 'self'; style-src {style}"),
])
def test_policy_that_let_nothing_in(policy_before, policy_after):
    page = serving.served(f'<head><meta http-equiv="Content-Security-Policy" content="{policy_before}"></head>', "1")
    style, script = (source((serving.TEMPLATES / f"preview.{kind}").read_text("utf-8")) for kind in ("css", "js"))
    assert f'content="{policy_after.format(style=style, script=script)}"' in page


def test_pdf_and_the_page_with_both(rendered, server):
    status, headers, _ = ask(server.url, "/report.pdf")
    assert status == 200 and headers["Content-Type"] == "application/pdf"
    assert int(headers["Content-Length"]) == (rendered / "_output/report.pdf").stat().st_size
    with serving.Server(rendered, 0, beside=True) as both:
        page = ask(both.url)[2]
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        assert policy(page)["style-src"] == [source(style)] and policy(page)["frame-src"] == ["'self'"]
        assert re.findall(r'<iframe .*?src="([\w.]+)', page) == ["report.html", "report.pdf"]
        assert "data-version" in ask(both.url, "/report.html")[2]


def test_nothing_rendered_yet(project):
    with serving.Server(project, 0) as running:
        status, _, page = ask(running.url)
        assert status == 200 and "Nothing rendered yet" in page and 'data-version=""' in page
        assert policy(page)["script-src"] == [source(*re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL))]
        assert ask(running.url, "/report.pdf")[0] == 404


@pytest.mark.parametrize("host", ["briefing.example", "127.0.0.1.briefing.example:80", "192.0.2.1", "[::1]:80",
                                  "localhost."])
def test_other_names_of_this_machine_are_refused(server, host):
    for path in ("/", "/report.html", "/report.pdf", "/events", "/nowhere"):
        status, headers, text = ask(server.url, path, host=host)
        assert (status, text) == (403, "This preview answers to 127.0.0.1 and localhost only.\n"), path
        assert headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9000", "127.0.0.1", "127.0.0.1:9000"])
def test_names_of_loopback_are_answered_to_at_any_port_that_is_forwarded(server, host):
    assert ask(server.url, host=host)[0] == 200


@pytest.mark.parametrize("path", [
    "/nowhere", "/report", "/report.htm", "/reportxhtml", "/report.html/", "/_output/report.html", "/edition.json",
    "/data/actors.csv", "/../data/actors.csv", "/%2e%2e/data/actors.csv", "/report.html/../../data/actors.csv",
    "/..%2fdata%2factors.csv", "//etc/passwd", "/events/../../data/actors.csv", "/report.html%00",
    "/\\..\\data\\actors.csv"])
def test_other_paths_are_not_there(server, path):
    status, _, text = ask(server.url, path)
    assert (status, text) == (404, NOTHING)


@pytest.mark.parametrize("token", ["", "/", "/guess", "/events", "/../..", "/%2e%2e", "//etc"])
@pytest.mark.parametrize("path", ["/", "/report.html", "/report.pdf", "/events", "/data/actors.csv"])
def test_without_the_token_nothing_is_there(server, token, path):
    assert ask(server.url, path, token=token)[::2] == (404, NOTHING)


def test_token_is_long_another_each_time_and_whole(project, server):
    token = re.fullmatch(r"http://127\.0\.0\.1:\d+/([\w-]{32})/", server.url)[1]
    for wrong in (token[:-1], token.swapcase(), f"{token}a", f"{token}%00", f"a/{token}"):
        assert ask(server.url, token=f"/{wrong}")[0] == 404, wrong
    with serving.Server(project, 0) as other:
        assert other.token != token and len(set(other.token)) > 10


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "http://localhost"},
    {"Origin": ""}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "Same-Origin"}])
def test_other_pages_are_refused_even_with_the_token(server, headers):
    for path in ("/", "/report.html", "/report.pdf", "/events", "/nowhere"):
        assert ask(server.url, path, **headers)[::2] == (403, "This preview answers to its own pages only.\n"), path
    assert ask(server.url, Origin=server.url[:-34], Sec_Fetch_Site="same-origin")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent(server, method):
    assert ask(server.url, method=method)[0] == 405


def test_no_other_site_may_frame_or_use_what_is_served(server):
    for path in ("/", "/report.html", "/report.pdf", "/nowhere"):
        headers = ask(server.url, path)[1]
        assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in headers


def test_only_loopback_is_listened_on(server):
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [address for _, address, _, state, *_ in sockets if state == "0A"]
    assert [address for address in listening if int(address.partition(":")[2], 16) == server.port] == \
        [f"0100007F:{server.port:04X}"]


def test_port_that_is_taken(project, server):
    with pytest.raises(BriefingError, match=f"--port {server.port}: found Address already in use, expected a port"):
        serving.Server(project, server.port)


def test_usual_port_that_is_taken_gives_way_to_a_free_one(project, server, monkeypatch):
    monkeypatch.setattr(serving, "PORT", server.port)
    with serving.Server(project) as other:
        assert other.port != server.port and ask(other.url)[0] == 200


# --- many, slow and greedy -------------------------------------------------------------

def connected(server, sent=b""):
    one = socket.create_connection(("127.0.0.1", server.port), timeout=LONGEST)
    one.sendall(sent)
    return one


def closed(one):
    """Whether the server has closed a connection, by which it may have said why."""
    try:
        while one.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def test_200_connections_of_which_50_are_slow_hold_nobody_up(server):
    head = f"GET /{server.token}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
    slow = [connected(server, head[:n % len(head) + 1]) for n in range(50)]
    idle = [connected(server) for _ in range(100)]
    asking = [connected(server, head + b"\r\n") for _ in range(50)]
    began = time.monotonic()
    assert ask(server.url)[0] == 200
    took = time.monotonic() - began
    for n, one in enumerate(slow):
        one.sendall((head + b"\r\n")[n % len(head) + 1:][:1])  # a byte now and then
    assert ask(server.url, "/report.pdf")[0] == 200
    assert all(one.recv(12) == b"HTTP/1.1 200" for one in asking)
    for one in (*slow, *idle, *asking):
        one.close()
    assert took < 1 * SLOW, took


def test_more_connections_than_are_held_close_the_longest_open(project, monkeypatch):
    monkeypatch.setattr(serving, "MOST", 20)
    with serving.Server(project, 0) as server, Events(server.url) as events:
        assert events.until()["working"] == ""
        waiting = [connected(server) for _ in range(60)]
        assert ask(server.url)[0] == 200
        assert all(map(closed, waiting[:40]))
        waiting[-1].sendall(f"GET /{server.token}/ HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert waiting[-1].recv(12) == b"HTTP/1.1 200"
        with pytest.raises(AssertionError, match="the events have ended"):
            events.until(lambda state: False)
        with Events(server.url) as again:  # as a page does, by itself
            server.tell(working="Rendering")
            assert again.until(lambda state: state["working"])["working"] == "Rendering"
        for one in waiting:
            one.close()


def test_head_or_body_that_does_not_come_is_waited_for_in_vain(project, monkeypatch):
    monkeypatch.setattr(serving, "IDLE", 0.2)
    monkeypatch.setattr(serving, "SLOWEST", 0.2)
    with serving.Server(project, 0) as server:
        request = f"POST /{server.token}/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345".encode()
        began = time.monotonic()
        for sent in (b"", b"GET / HT", request[:40], request):
            with connected(server, sent) as one:
                one.settimeout(20)
                assert closed(one), sent
        assert time.monotonic() - began < 20
        with Events(server.url) as events:  # an answer under way is no idle connection
            events.until()
            time.sleep(0.5)
            server.tell(working="Rendering")
            assert events.until(lambda state: state["working"])["working"] == "Rendering"


@pytest.mark.parametrize("sent", [
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 200,
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0\xff\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_head_or_body_that_is_too_long_or_none_is_refused(server, sent, capfd):
    with connected(server, sent) as one:
        one.shutdown(socket.SHUT_WR)
        answer = b""
        while part := one.recv(65536):
            answer += part
    assert not answer.startswith(b"HTTP/1.1 2") and b"<" not in answer
    assert ask(server.url)[0] == 200 and "Traceback" not in "".join(capfd.readouterr())


def test_page_that_does_not_read_is_not_waited_for(project):
    with serving.Server(project, 0) as server:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(f"GET /{server.token}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert deaf.recv(12) == b"HTTP/1.1 200"
        for n in range(40):
            server.tell(working=f"{n}" * 400_000)
        with Events(server.url) as events:
            events.until()
            server.tell(working="last")
            events.until(lambda state: state["working"] == "last")
            assert len(server._listeners) == 1
        deaf.close()


def test_page_is_told_the_state_at_once_and_each_change_of_it_once(good):
    with serving.Server(good, 0) as server, Events(server.url) as events:
        first = events.until()
        assert first["findings"] == [] and first["error"] == first["working"] == ""
        assert first["page"] == hashlib.sha256((good / "_output/report.html").read_bytes()).hexdigest()
        assert f'data-version="{first["page"]}"' in ask(server.url)[2]
        server.tell(working="Rendering")
        assert events.until()["working"] == "Rendering"
        server.tell(working="Rendering")
        server.tell(working="")
        assert events.until()["working"] == ""
        (good / "_output/report.pdf").write_bytes(b"%PDF-1.7")
        server.tell()
        assert events.until()["pdf"] == hashlib.sha256(b"%PDF-1.7").hexdigest()


# --- what counts as saved -------------------------------------------------------------

def test_inputs_are_what_a_render_reads(project):
    (project / "pictures").mkdir()
    (project / "pictures/quay.png").write_bytes(b"1")
    (project / "pictures/other.png").write_bytes(b"1")
    (project / "README.md").write_text("read me")
    text = (project / "report.qmd").read_text("utf-8")
    (project / "report.qmd").write_text(f"{text}\n![A quay](pictures/quay.png)\n", encoding="utf-8")
    found = preview.inputs(project)
    assert {"report.qmd", "analysis/harbour.ipynb", "data/actors.csv", "data/datapackage.json",
            "pictures/quay.png"} <= set(found)
    assert not {"README.md", "pictures/other.png", "courier-2031-03-08.txt"} & set(found)
    (project / "report.qmd").write_text("broken", encoding="utf-8")
    assert "pictures/quay.png" not in preview.inputs(project)
    assert "pictures/quay.png" in preview.inputs(project, found)


@pytest.mark.parametrize("name", [
    "_output/report.html", "_output/.rendering-x/report.html", "data/actors.csv~", "data/.actors.csv.swp",
    "data/.#actors.csv", "data/#actors.csv#", "data/.~lock.actors.csv#",
    "analysis/.ipynb_checkpoints/harbour-checkpoint.ipynb",
    "analysis/__pycache__/x.pyc", "analysis/harbour.ipynb.swp", ".git/HEAD", ".venv/pyvenv.cfg", ".report.qmd.swp",
    "report.qmd~"])
def test_what_editors_caches_and_renders_leave_is_no_input(project, name):
    before = preview.inputs(project)
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("x")
    assert preview.inputs(project) == before


# --- what a save leads to ----------------------------------------------------------------

@pytest.fixture
def words(project):
    """A project without notebooks, which renders fast."""
    shutil.rmtree(project / "analysis")
    (project / "report.qmd").write_text("---\ntitle: Words\n---\n\nFirst words.\n", encoding="utf-8")
    return project


@pytest.fixture
def running(words):
    """Its outcomes, and its server."""
    with serving.Server(words, 0) as server:
        found = preview.outcomes(words, server, timeout=60)
        yield found, server
        found.close()


def test_save_is_rendered_whatever_way_it_is_made(words, running):
    outcomes, server = running
    first = next(outcomes)
    assert (first.saved, first.findings, first.error) == ((), (), None)
    assert "First words." in ask(server.url)[2]
    saved = words / "report.qmd"

    (words / "report.qmd.tmp").write_text(saved.read_text().replace("First", "Renamed"))  # as most editors do
    os.replace(words / "report.qmd.tmp", saved)
    assert next(outcomes).saved == ("report.qmd",)
    assert "Renamed words." in ask(server.url)[2]

    (words / "data/.new.csv").write_text("nothing to a render")
    (words / "data/actors.csv~").write_text("nor this")
    saved.write_text(saved.read_text())  # nor a save that changes nothing
    (words / "data/notes").mkdir()
    (words / "data/notes/coding.txt").write_text("in a folder that is new")
    assert next(outcomes).saved == ("data/notes/coding.txt",)
    (words / "data/notes/coding.txt").write_text("again")
    assert next(outcomes).saved == ("data/notes/coding.txt",)

    for text in ("One", "Two", "Three"):  # a burst is one save
        saved.write_text(saved.read_text().replace("Renamed", text).replace("One", text).replace("Two", text))
    (words / "data/notes/coding.txt").unlink()
    assert next(outcomes).saved == ("data/notes/coding.txt", "report.qmd")
    assert "Three words." in ask(server.url)[2]


def test_what_is_wrong_is_told_and_the_last_good_page_stays(words, running, edit):
    outcomes, server = running
    next(outcomes)
    with Events(server.url) as events:
        good = events.until()
        edit("data/quantities.csv", ",>,40,%", ",over,<b>40</b>,%")
        (words / "report.qmd").write_text("---\ntitle: Words\n---\n\n{{< video >}}\n", encoding="utf-8")
        outcome = next(outcomes)
        assert [finding.code for finding in outcome.findings] == ["word", "type", "shortcode"]
        state = events.until(lambda state: state["findings"])
        assert [finding["place"] for finding in state["findings"]] == \
            ["data/quantities.csv row 2, hedge", "data/quantities.csv row 2, value", "report.qmd line 5, character 1"]
        assert state["findings"][1]["found"] == '"<b>40</b>"' and state["findings"][1]["remedy"]
        assert state["page"] == good["page"] and "First words." in ask(server.url)[2]

        edit("data/quantities.csv", ",over,<b>40</b>,%", ",>,40,%")
        (words / "report.qmd").write_text("---\ntitle: Words\n---\n\nMended words.\n", encoding="utf-8")
        assert next(outcomes).findings == ()
        state = events.until(lambda state: not state["findings"])
        assert state["page"] != good["page"] and "Mended words." in ask(server.url)[2]


def test_findings_before_anything_was_rendered_are_told_too(words, running, edit):
    outcomes, server = running
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    assert len(next(outcomes).findings) == 1
    with Events(server.url) as events:
        state = events.until()
    assert len(state["findings"]) == 1 and state["page"] == state["pdf"] == ""


def test_render_that_cannot_run_or_has_a_fault_does_not_end_the_preview(words, running, monkeypatch, capsys):
    outcomes, server = running
    (words / "_output").write_text("in the way")
    outcome = next(outcomes)
    assert outcome.findings == () and outcome.error.startswith("_output: found ")
    (words / "_output").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(render, "tables", None)
        (words / "report.qmd").write_text("---\ntitle: Words\n---\n\nSecond words.\n")
        outcome = next(outcomes)
    assert "found AttributeError" in outcome.error and "Traceback" in capsys.readouterr().err
    (words / "report.qmd").write_text("---\ntitle: Words\n---\n\nThird words.\n")
    assert next(outcomes).error is None
    assert "Third words." in ask(server.url)[2]


def test_render_that_a_save_has_overtaken_is_given_up(project, notebook, tmp_path, monkeypatch):
    text = "---\ntitle: Words\njupyter: python3\n---\n\nWords.\n"
    (project / "report.qmd").write_text(text, encoding="utf-8")
    notebook(f"from pathlib import Path\nPath({str(tmp_path / 'began')!r}).touch()\nwhile True: pass")
    monkeypatch.setattr(preview, "PATIENCE", 0.1)

    def mend():
        while not (tmp_path / "began").exists():
            if stop.wait(0.02):
                return
        notebook("1")

    stop = threading.Event()
    mending = threading.Thread(target=mend)
    with serving.Server(project, 0) as server:
        outcomes = preview.outcomes(project, server, timeout=300)
        mending.start()
        try:
            assert next(outcomes).findings == ()
            assert "Words." in ask(server.url)[2]
        finally:
            stop.set()
            mending.join()
            outcomes.close()
    assert [path.name for path in (project / "_output").iterdir() if path.name.startswith(".rendering")] == []


# --- the command -----------------------------------------------------------------------

class Command:
    """`briefing preview` as a process of its own."""

    def __init__(self, project, *arguments, home=PACKAGE.parent, before=(), **environment):
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "briefing", "preview", "--project", str(project), "--no-open", *arguments],
            env={**os.environ, "PYTHONPATH": str(home), **environment}, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self.url = self.line().split()[0]

    def line(self):
        line = self.process.stderr.readline()
        assert line, self.process.wait()
        return line.rstrip("\n")

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=LONGEST)
        return output, errors


@pytest.fixture
def command():
    started = []

    def start(*arguments, **options):
        started.append(Command(*arguments, **options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def test_address_comes_first_then_a_line_a_render_and_other_renders_are_seen(words, command, edit):
    run = command(words, "--port=0")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", run.url)
    with Events(run.url) as events:
        assert re.fullmatch(r"Rendered in \d+\.\d s", run.line())
        edit("data/quantities.csv", ",>,40,%", ",over,40%,%")
        assert run.line() == "data/quantities.csv saved: 2 findings"
        assert run.line().startswith('  data/quantities.csv row 2, hedge: found "over", expected one of')
        assert run.line().startswith('  data/quantities.csv row 2, value: found "40%", expected a number')
        edit("data/quantities.csv", ",over,40%,%", ",>,40,%")
        assert re.fullmatch(r"data/quantities\.csv saved: rendered in \d+\.\d s", run.line())
        page = (words / "_output/report.html").read_bytes() + b"<!-- by a render in a terminal -->"
        (words / "_output/.new").write_bytes(page)
        os.replace(words / "_output/.new", words / "_output/report.html")
        assert events.until(lambda state: state["page"] == hashlib.sha256(page).hexdigest())["findings"] == []
    output, errors = run.stop()
    assert (run.process.returncode, output, errors) == (130, "", "Stopped.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_leaves_nothing_behind(good, notebook, tmp_path, command, snapshot, children, number):
    notebook(f"from pathlib import Path\nPath({str(tmp_path / 'began')!r}).touch()\nimport time; time.sleep(60)")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = snapshot(good)
    run = command(good, "--port=0", TMPDIR=str(scratch))
    with Events(run.url):  # an open page holds nothing up
        waiting = threading.Event()
        while not (tmp_path / "began").exists():
            assert not waiting.wait(0.05) and run.process.poll() is None
        kernels = children(run.process.pid)
        output, errors = run.stop(number)
    assert kernels, errors
    assert (run.process.returncode, output, errors) == (130, "", "Stopped.\n")
    assert snapshot(good) == before and list(scratch.iterdir()) == []
    assert [pid for pid in kernels if Path(f"/proc/{pid}").exists()] == []
    with socket.socket() as port:
        assert port.connect_ex(("127.0.0.1", int(re.search(r":(\d+)/", run.url)[1]))) != 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_where_a_shell_has_started_it_in_the_background(words, command, edit, number):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    run = command(words, "--port=0", before=("/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"))
    run.line()
    _, errors = run.stop(number)
    assert run.process.returncode == 130 and errors.endswith("Stopped.\n")


def test_json_has_an_object_a_line(words, command, edit):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    run = subprocess.Popen([sys.executable, "-m", "briefing", "preview", "--project", str(words), "--no-open", "--json",
                            "--port=0"], env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)}, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    try:
        assert json.loads(run.stdout.readline())["url"].startswith("http://127.0.0.1:")
        outcome = json.loads(run.stdout.readline())
        assert outcome["saved"] == [] and outcome["error"] is None
        assert [(finding["path"], finding["row"]) for finding in outcome["findings"]] == [("data/quantities.csv", 2)]
    finally:
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=LONGEST)
    assert json.loads(output) == {"error": "Stopped."} and errors == ""


@pytest.mark.parametrize(("display", "arguments", "opened"), [
    (":9", [], True), (":9", ["--no-open"], False), ("", [], False)])
def test_address_is_opened_where_there_is_a_display(words, command, edit, tmp_path, display, arguments, opened):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\ncd "{tmp_path}"\necho "$1" > new\nmv new address\n')
    browser.chmod(0o755)
    run = command(words, "--port=0", "--open", *arguments, BROWSER=f"{browser} %s", DISPLAY=display, WAYLAND_DISPLAY="")
    assert run.line() == "1 finding"
    waiting = threading.Event()
    while opened and not (tmp_path / "address").exists():
        assert not waiting.wait(0.05) and run.process.poll() is None
    run.stop()
    assert (tmp_path / "address").exists() is opened
    assert not opened or (tmp_path / "address").read_text() == f"{run.url}\n"


def test_saved_code_of_the_package_is_what_goes_on(words, command):
    home = words / "analysis"
    shutil.copytree(PACKAGE, home / "briefing", ignore=shutil.ignore_patterns("__pycache__"))
    run = command(words, "--port=0", home=home)
    run.line()
    code = home / "briefing/writers/html.py"
    good = code.read_text("utf-8")
    code.write_text("def (:\n" + good, encoding="utf-8")
    assert run.line() == "analysis/briefing/writers/html.py saved: 1 finding"
    assert re.match(r"  analysis/briefing/writers/html\.py line 1: found SyntaxError.*, expected code that can be imported\.",
                    run.line())
    assert good.count(".substitute(values)") == 1
    code.write_text(good.replace(".substitute(values)", '.substitute(values) + "<!-- newer -->" * (name == "page.html")'))
    assert run.line().split()[0] == run.url
    assert run.line().startswith("Rendered in")
    assert ask(run.url)[2].endswith("<!-- newer -->")
    run.stop()
    assert run.process.returncode == 130


# --- in a browser -------------------------------------------------------------------------

def until(browser, script, *arguments):
    """What a script returns in the page, as soon as that is something; the page may be loading again meanwhile."""
    from selenium.common.exceptions import JavascriptException
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, LONGEST, poll_frequency=0.05, ignored_exceptions=[JavascriptException]).until(
        lambda driver: driver.execute_script(f"return document.readyState === 'complete' && ({script})", *arguments))


#: The text of the findings, while they show.
TOLD = "[...document.querySelectorAll('#preview-findings')].map((box) => !box.hidden && box.innerText)[0]"


def let_in(browser):
    """Whether the preview's style counts, and the browser has refused nothing (but `style=` in a page's own tables)."""
    messages = [entry["message"] for entry in browser.get_log("browser")]
    refused = [text for text in messages if "Content Security Policy" in text and "Applying inline style" not in text]
    position = browser.execute_script("return getComputedStyle(document.getElementById('preview-status')).position")
    return position == "fixed" and not refused


def test_reader_stays_where_they_are(good, command, show, edit):
    run = command(good, "--port=0")
    run.line()
    browser = show(f"{run.url}#sec-events", 900, 600)  # a part to which a browser likes to go back
    until(browser, "window.mark = 1")
    block = "[...document.querySelectorAll('main p')].find((p) => p.textContent.includes('by hand'))"
    place = browser.execute_script(f"""
        {block}.scrollIntoView({{block: "start", behavior: "instant"}});
        document.querySelector("main a[href='#ref-no-return']").focus({{preventScroll: true}});
        return [{block}.getBoundingClientRect().top, scrollY]""")
    assert place[1] > 0, "the page is long enough to be scrolled"

    report = good / "report.qmd"
    body = report.read_text("utf-8")
    at = body.index("\n\n", body.index("\n---", 4)) + 2
    body = f"{body[:at]}{'Inserted words above. ' * 60}\n\n{body[at:]}"
    body = body.replace("A sum by hand", f"{'More words in the same part. ' * 20}\n\nA sum by hand")
    report.write_text(body, encoding="utf-8")
    until(browser, "!window.mark && document.body.textContent.includes('Inserted words above.')")
    until(browser, "document.documentElement.style.opacity === ''")
    assert browser.execute_script(f"return {block}.getBoundingClientRect().top") == pytest.approx(place[0], abs=2)
    assert browser.execute_script("return scrollY") > place[1] + 100
    assert browser.execute_script("return document.activeElement.getAttribute('href')") == "#ref-no-return"
    assert let_in(browser)


def test_findings_show_as_text_close_and_clear(good, command, show, edit):
    run = command(good, "--port=0")
    run.line()
    browser = show(run.url, 900, 600)
    until(browser, "window.mark = 1")
    edit("data/quantities.csv", ",>,40,%", ",over,<img src=x onerror=alert(1)>,%")
    text = until(browser, TOLD)
    for words in ("2 findings", "last good page", "data/quantities.csv row 2, hedge", 'Found "over", expected one of',
                  "data/quantities.csv row 2, value", 'Found "<img src=x onerror=alert(1)>", expected a number.'):
        assert words in text, words
    assert browser.execute_script("return document.querySelectorAll('#preview-findings img').length") == 0
    assert browser.execute_script("return document.querySelector('main').textContent.length") > 1000
    button = browser.find_element("css selector", "#preview-findings button")
    assert button.accessible_name == "Close the findings"
    button.click()
    assert browser.execute_script("return document.querySelector('#preview-findings').hidden")

    edit("data/quantities.csv", ",over,<img src=x onerror=alert(1)>,%", ",>,40%,%")
    assert "1 finding\n" in until(browser, TOLD)
    edit("data/quantities.csv", ",>,40%,%", ",>,40,%")
    until(browser, f"!{TOLD} && document.querySelector('#preview-status').textContent === ''")
    assert browser.execute_script("return window.mark") == 1, "the page is the same, and was not loaded again"
    run.stop()
    until(browser, "document.querySelector('#preview-status').textContent === 'The preview has stopped'")
    assert let_in(browser)


def test_findings_before_anything_was_rendered_and_then_the_report(words, command, show, edit):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    run = command(words, "--port=0")
    run.line()
    browser = show(run.url, 900, 600)
    text = until(browser, TOLD)
    assert "data/quantities.csv row 2, value" in text and "last good page" not in text
    edit("data/quantities.csv", ",>,40%,%", ",>,40,%")
    until(browser, "document.querySelector('main').textContent.includes('First words.')")
    assert let_in(browser)


def test_what_is_open_chosen_and_typed_stays(good, show):
    page = good / "_output/report.html"
    more = ("<details id='more'><summary>More</summary><p>Words that were folded away.</p></details><select>"
            "<option>all</option><option>some</option></select><input type=search>")
    page.write_text(page.read_text("utf-8").replace("</main>", f"{more}</main>"), encoding="utf-8")
    look = """return [document.getElementById("panel").hidden, document.getElementById("panel").innerText,
        document.getElementById("more").open, document.querySelector("main > select").value,
        document.querySelector("main > input").value, document.activeElement.id]"""
    with serving.Server(good, 0) as server:
        browser = show(server.url, 900, 600)
        until(browser, "window.mark = 1")
        browser.execute_script("""
            document.querySelector("#more").open = true;
            document.querySelector("main > select").value = "some";
            document.querySelector("main > input").value = "quay";
            document.querySelector("main a[href^='#ref-']").click()""")
        before = browser.execute_script(look)
        assert before[0] is False and before[2:] == [True, "some", "quay", "panel-close"]
        start = '<main id="content">'
        page.write_text(page.read_text("utf-8").replace(start, f"{start}<p>Some more words.</p>"), encoding="utf-8")
        server.tell()
        until(browser, "!window.mark && document.body.textContent.includes('Some more words.')")
        until(browser, "document.documentElement.style.opacity === ''")
        assert browser.execute_script(look) == before


def test_pdf_beside_the_page_is_renewed_with_it(good, show):
    with serving.Server(good, 0, beside=True) as server:
        browser = show(server.url, 900, 600)
        pdf = "document.querySelector('iframe[data-pdf]')"
        first = until(browser, f"{pdf}.dataset.pdf")
        until(browser, "document.querySelector('iframe').contentDocument.querySelector('#preview-findings') !== null")
        (good / "_output/report.pdf").write_bytes((good / "_output/report.pdf").read_bytes() + b"\n")
        server.tell()
        newer = until(browser, f"{pdf}.dataset.pdf !== arguments[0] && {pdf}.dataset.pdf", first)
        assert newer == hashlib.sha256((good / "_output/report.pdf").read_bytes()).hexdigest()
        until(browser, f"{pdf}.contentWindow.location.search === '?' + arguments[0]", newer)
        places = "return [...document.querySelectorAll('iframe')].flatMap((one) => [one.offsetLeft, one.offsetTop])"
        assert browser.execute_script(places) == [0, 0, 452, 0]
        show(server.url, 390, 800)
        assert browser.execute_script(places) == [0, 0, 0, 402]


def test_axe_finds_no_violation_in_the_findings(good, show, axe):
    finding = {"place": "data/actors.csv row 2, id", "found": '"x"', "expected": "an id", "remedy": "Correct it."}
    with serving.Server(good, 0) as server:
        server.tell(working="Running harbour.ipynb", findings=[finding, finding])
        for _ in ("over the report", "over the page of nothing rendered yet"):
            for width, dark in ((390, True), (1280, False), (1280, True)):
                page = show(server.url, width, dark=dark)
                until(page, TOLD)
                assert violations(page, axe, "#preview-findings, #preview-status") == []
            shutil.rmtree(good / "_output", ignore_errors=True)
