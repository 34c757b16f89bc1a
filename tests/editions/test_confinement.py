"""A stranger's code is shut in: each way out is tried from inside, and each fails and is told."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest

from briefing.editions import confinement, edition, rebuild
from briefing.editions.confinement import Limits
from briefing.findings import BriefingError

pytestmark = pytest.mark.skipif(confinement.missing() != "", reason=f"nothing is shut in here: {confinement.missing()}")
QUICK = Limits(memory=600, disk=20, seconds=120, tasks=40)


@pytest.fixture
def inside(tmp_path):
    """Run Python code shut in, in a folder of its own."""
    own = tmp_path / "own"
    own.mkdir()

    def run(code, limits=QUICK, **more):
        return confinement.run([sys.executable, "-I", "-S", "-c", code], own, environment={}, limits=limits, **more)

    return run


# --- walls ------------------------------------------------------------------------------

def test_own_folder_and_temporary_files_can_be_written(inside, tmp_path):
    ended = inside("import tempfile; tempfile.NamedTemporaryFile().write(b'x'); open('made', 'w').write('x'); print('done')")
    assert ended == confinement.Ended(0, "done") and (tmp_path / "own/made").read_text() == "x"


def test_what_is_beside_the_own_folder_is_neither_seen_nor_written(inside, tmp_path):
    (tmp_path / "secret").write_text("secret")
    assert "No such file" in inside(f"open({str(tmp_path / 'secret')!r}).read()").said
    inside(f"open({str(tmp_path / 'new')!r}, 'w').write('x')")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("path", ["/etc/shadow", "/etc/passwd", "/etc/hostname", "/var/log", "~/.profile", "~/.ssh", "/sys", "/run"])
def test_files_of_the_machine_and_its_users_are_not_there(inside, path):
    ended = inside(f"import os; p = {os.path.expanduser(path)!r}; print(os.listdir(p) if os.path.isdir(p) else open(p).read())")
    assert ended.code == 1 and ("No such file" in ended.said or "Permission denied" in ended.said)


@pytest.mark.parametrize("path", [sys.prefix, sys.base_prefix, "/usr/lib", "/dev", "/", str(edition.PACKAGE)])
def test_system_interpreter_and_package_are_for_reading_only(inside, path):
    ended = inside(f"open({path + '/briefing-test'!r}, 'w')")
    assert "Read-only" in ended.said or "Permission denied" in ended.said
    assert not Path(path, "briefing-test").exists()


def test_no_variable_of_the_users_is_let_through(inside, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "secret")
    assert set(eval(inside("import os; print([*os.environ])").said)) <= {*confinement.LET_THROUGH, confinement.VARIABLE, "TMPDIR", "PWD", "LC_CTYPE"}


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
def test_no_network_is_there(inside, address):
    ended = inside(f"import socket; socket.create_connection(({address!r}, 4649), 2)")
    assert ended.code == 1 and ("refused" in ended.said or "unreachable" in ended.said)


def test_a_server_of_this_machine_is_not_reached(inside):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 2).close()
        assert "refused" in inside(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)").said


def test_no_other_process_is_seen_and_no_more_rights_are_got(inside):
    assert inside("import os; print(sorted(int(p) for p in os.listdir('/proc') if p.isdecimal()))").said in ("[1, 2]", "[1, 2, 3]")
    assert inside("print(*[l.split()[1] for l in open('/proc/self/status') if l.startswith(('CapEff', 'NoNewPrivs'))])").said in (
        "0000000000000000 1", "1 0000000000000000")
    assert "0" != inside("import ctypes; print(ctypes.CDLL(None, use_errno=True).unshare(0x10000000))").said  # a user namespace within


# --- the watch ----------------------------------------------------------------------------

@pytest.mark.parametrize("code, told", [
    ("import os\nwhile True: os.fork()", "tasks at a time"),
    ("import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()", "tasks at a time"),
    ("import os, time\nfor n in range(8):\n  if not os.fork(): x = bytearray(2**20 * 200); time.sleep(60)\ntime.sleep(60)", "MB of memory taken"),
    ("import os\nfor n in range(99): open(f'{n}', 'wb').write(os.urandom(2**20))\nimport time; time.sleep(60)", "MB written"),
], ids=["forks", "threads", "memory", "disk"])
def test_what_takes_too_much_is_ended_and_told(inside, code, told):
    ended = inside(code)
    refused_by_the_system = told == "tasks at a time" and os.geteuid() != 0 and "temporarily unavailable" in ended.said
    assert (told in ended.why or refused_by_the_system) and ended.code != 0


def test_forks_that_double_are_stopped_by_the_kernel_before_the_watch_looks(inside, monkeypatch):
    """Ten seconds without a watch: were they not counted, there would be thousands."""
    monkeypatch.setattr(confinement, "_EACH", 3)
    most, ended = 0, threading.Event()

    def count():
        nonlocal most
        while not ended.wait(0.2):
            most = max(most, confinement._taken(os.getpid())[0])

    with confinement._counted(10) as (counting, _):
        if not counting:
            pytest.skip("neither a control group nor another user than root here: the watch is all")
    before = confinement._taken(os.getpid())[0]
    counter = threading.Thread(target=count)
    counter.start()
    told = inside("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass").why
    ended.set()
    counter.join()
    assert "tasks at a time" in told and most - before < QUICK.tasks + 40


def test_forks_that_end_at_the_kernels_refusal_before_the_watch_looks_are_told(inside, monkeypatch):
    """Processes that end themselves when no more of them is let in leave nothing for a watch to see."""
    monkeypatch.setattr(confinement, "_EACH", 3)
    with confinement._counted(10) as (_, refused):
        if refused is bool:
            pytest.skip("no control group here, which alone tells of it")
    ended = inside("import os\nwhile True: os.fork()")
    assert "found more than 60 tasks at a time, expected at most 40" in ended.why and ended.code != 0


def test_ten_gigabytes_in_one_process_are_refused_by_the_system(inside):
    assert "MemoryError" in inside("bytearray(10 * 2**30)").said


def test_endless_loop_is_ended_and_told(inside):
    assert inside("while True: pass", Limits(seconds=1)).why == "found it still running after 1 seconds, expected an end"


def test_a_large_file_is_refused_by_the_system(inside):
    assert "File too large" in inside("f = open('f', 'wb'); f.truncate(2**30)").said


def test_flood_of_words_is_cut(inside):
    assert len(inside("for n in range(10**6): print('words and words')").said) <= 20_000


def test_what_lives_on_is_ended_with_the_command(inside, tmp_path):
    ended = inside("import os, time\nif not os.fork():\n  os.setsid(); time.sleep(1.5); open('late', 'w')")
    time.sleep(2)
    assert ended.code == 0 and not (tmp_path / "own/late").exists()


def test_it_can_be_stopped_from_without(inside):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    assert inside("import time; time.sleep(60)", stop=stop).why == "it was stopped"


def test_nothing_is_left_when_it_is_ended_at_once(inside, tmp_path):
    """Also while bubblewrap still builds the walls, when its own end is not yet that of what it has begun."""
    for wait in (0, 0.001, 0.002, 0.004, 0.008, 0.016):
        process = subprocess.Popen([*confinement._walls(tmp_path / "own", [tmp_path / "own"], [], QUICK), "sleep", "60"])
        time.sleep(wait)
        confinement._end(process)
        process.wait()
    time.sleep(0.2)
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path / "own").encode() in read(path)]
    assert left == []


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


# --- whether it holds -----------------------------------------------------------------------

def test_walls_that_do_not_hold_are_found_before_they_are_relied_on(monkeypatch):
    for lacking in ("--unshare-all", "--cap-drop"):
        walls = confinement._walls
        monkeypatch.setattr(confinement, "_walls", lambda *given: [])
        assert "does not shut in here" in confinement._tried() and "the network is reached" in confinement._tried()
        monkeypatch.setattr(confinement, "_walls", walls)
    assert confinement._tried() == ""


def test_a_machine_without_bubblewrap_says_so(monkeypatch):
    monkeypatch.setattr(confinement.shutil, "which", lambda name: None if name == "bwrap" else name)
    assert confinement.missing.__wrapped__().startswith("bwrap is not installed")
    monkeypatch.setattr(confinement.sys, "platform", "darwin")
    assert "for Linux" in confinement.missing.__wrapped__()


def test_nothing_is_ended_outside():
    """`alone` ends all processes that it may: so never where this is not bubblewrap's namespace, whatever is set."""
    script = f"import os; os.environ[{confinement.VARIABLE!r}] = '1'; os.kill = print; from briefing.editions import confinement; confinement.alone()"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == ""


# --- through a whole check --------------------------------------------------------------------

@pytest.fixture
def checked(rendered, tmp_path):
    """Render, as a check does, what a PDF carries of the invented briefing with a cell of a stranger's in its notebook."""
    def render(cell, limits=Limits(), timeout=60):
        inputs = edition.inputs_of((rendered / "_output/report.pdf").read_bytes(), "report.pdf")
        notebook = nbformat.reads(inputs["analysis/harbour.ipynb"].decode(), as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(cell, id="stranger"))
        inputs["analysis/harbour.ipynb"] = nbformat.writes(notebook).encode()
        return rebuild._render(tmp_path / "0", inputs, next(rebuild._conditions(tmp_path)), rebuild.How(limits, timeout))

    return render


WAYS_OUT = """
import socket
held = []
for name, way in {
    "network": lambda: socket.create_connection(("127.0.0.1", PORT), 2),
    "shadow": lambda: open("/etc/shadow").read(),
    "files": lambda: open(SECRET).read(),
    "system": lambda: open("/usr/lib/briefing-test", "w").write("x"),
    "render": lambda: open("/proc/2/mem", "r+b"),
}.items():
    try:
        way()
    except OSError:
        held.append(name)
raise RuntimeError(f"held: {held}")
"""


def test_a_notebook_that_looks_for_a_way_out_finds_none(checked, tmp_path):
    (tmp_path / "secret").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = WAYS_OUT.replace("PORT", str(server.getsockname()[1])).replace("SECRET", repr(str(tmp_path / "secret")))
        with pytest.raises(BriefingError, match=r"held: \['network', 'shadow', 'files', 'system', 'render'\]"):
            checked(code)


@pytest.mark.parametrize("code, told, limits", [
    ("x = bytearray(10 * 2**30)", "a cell that needs more than 4000 MB of memory", Limits()),
    ("while True: pass", "a cell still running after 3 s", Limits()),
    ("import subprocess\nall = []\nwhile True: all.append(subprocess.Popen(['sleep', '60']))", "tasks at a time", Limits(tasks=150)),
], ids=["memory", "loop", "processes"])
def test_a_notebook_that_takes_too_much_is_ended_and_told(checked, code, told, limits):
    with pytest.raises(BriefingError, match=told):
        checked(code, limits, timeout=3)


LIVES_ON = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", '''
import glob, os, time
while True:
    for made in glob.glob("../_output/**/report.pdf", recursive=True):
        try:
            os.unlink(made)
            open(made, "wb").write(b"%PDF finished bytes")
        except OSError:
            pass
    time.sleep(0.002)
'''], start_new_session=True)
"""


def test_code_that_lives_on_beside_the_render_changes_nothing_of_it(checked):
    assert checked(LIVES_ON).outputs["report.pdf"].startswith(b"%PDF-1.7")


def test_code_that_changes_its_inputs_is_told(checked):
    with pytest.raises(BriefingError, match="report.qmd: found (it changed|a change while)"):
        checked("open('../report.qmd', 'a').write('\\n')")


def test_a_link_that_is_laid_for_the_check_is_not_followed(checked, tmp_path):
    (tmp_path / "secret").write_bytes(b"%PDF secret")
    code = LIVES_ON.replace('open(made, "wb").write(b"%PDF finished bytes")', f"os.symlink({str(tmp_path / 'secret')!r}, made)")
    assert checked(code).outputs["report.pdf"].startswith(b"%PDF-1.7")
    project = tmp_path / "project"
    (project / "_output").mkdir(parents=True)
    (project / "_output/report.pdf").symlink_to(tmp_path / "secret")
    with pytest.raises(BriefingError, match="or a link"):
        rebuild._fetched(project, {})
