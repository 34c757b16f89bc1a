"""The watch over what is shut in, and how the walls are built, without walls: test_confinement.py tries whether they hold."""

import contextlib
import ctypes
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from briefing.editions import confinement, edition
from briefing.editions.confinement import Ended, Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is for Linux")


@pytest.fixture
def unwalled(tmp_path, monkeypatch):
    """Run a command as if it were shut in, in a folder of its own."""
    monkeypatch.setattr(confinement, "_walls", lambda *_: [])

    def run(*command, limits=Limits(seconds=20), environment=(), **more):
        return confinement.run(command, tmp_path, environment=dict(environment), limits=limits, **more)

    return run


def python(code):
    return sys.executable, "-I", "-S", "-c", code


# --- how a command ends -------------------------------------------------------------------

@pytest.mark.parametrize(("code", "ended"), [
    ("pass", Ended(0, "")), ("print(' two\\nlines ')", Ended(0, "two\nlines")),
    ("import sys; print(1, flush=True); print(2, file=sys.stderr); sys.exit(3)", Ended(3, "1\n2")),
    ("import os; os.write(1, b'M\\xc3\\xb6we \\xff')", Ended(0, "Möwe \ufffd")), ("import os; os.kill(os.getpid(), 9)", Ended(-9, "")),
    ("import sys; print(sys.stdin.read() == '')", Ended(0, "True")), ("print('a' * 9000 + 'b' * 19998 + 'c')", Ended(0, "b" * 19998 + "c"))],
    ids=["nothing", "words", "code", "bytes", "signal", "input", "cut"])
def test_a_command_is_told_by_its_code_and_the_end_of_its_words(unwalled, code, ended):
    assert unwalled(*python(code)) == ended


def test_a_command_gets_no_more_variables_than_it_needs(unwalled, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "secret")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.delenv("OPENBLAS_L2_SIZE", raising=False)
    said = unwalled("env", environment={"OWN": "1", "PATH": "/usr/bin:/bin"}).said.splitlines()
    assert {line for line in said if not line.startswith(("PWD=", "_=", "SHLVL=", "OLDPWD="))} == {"OWN=1", "PATH=/usr/bin:/bin",
        "OPENBLAS_CORETYPE=Haswell"}
    assert f"PATH={os.environ['PATH']}" in unwalled("env").said.splitlines()


@pytest.mark.parametrize(("given", "mode"), [({}, 0o755), ({"umask": 0o077}, 0o700)])
def test_a_command_writes_by_the_umask_that_it_is_given(unwalled, tmp_path, given, mode):
    assert unwalled("mkdir", str(tmp_path / "made"), **given) == Ended(0, "")
    assert (tmp_path / "made").stat().st_mode & 0o777 == mode


def test_walls_are_built_around_the_folders_that_are_given(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(confinement, "_walls", lambda *arguments: given.append(arguments) or ["echo"])
    limits = Limits(seconds=5)
    assert confinement.run(["a", "b"], tmp_path, beside=[Path("/b")], readable=[Path("/r")], environment={"PATH": os.environ["PATH"]},
                           limits=limits) == Ended(0, "a b")
    assert given == [(tmp_path, [tmp_path, Path("/b")], [Path("/r")], limits)]


def test_a_command_is_stopped_from_without(unwalled):
    stop = threading.Event()
    stop.set()
    assert unwalled("sleep", "30", stop=stop) == Ended(-signal.SIGKILL, "", "it was stopped")


@pytest.mark.parametrize("place", ["own", "beside"])
def test_what_is_written_is_watched_in_all_folders_that_can_be(monkeypatch, tmp_path, place):
    monkeypatch.setattr(confinement, "_walls", lambda *_: [])
    for name in ("own", "beside"):
        (tmp_path / name).mkdir()
    code = f"import os, time; f = open({str(tmp_path / place / 'made')!r}, 'wb'); f.write(os.urandom(3 * 2**20)); f.flush(); os.fsync(f); time.sleep(9)"
    ended = confinement.run(python(code), tmp_path / "own", beside=[tmp_path / "beside"], environment={}, limits=Limits(disk=1, seconds=8))
    assert ended == Ended(-signal.SIGKILL, "", "found 3 MB written, expected at most 1")


def test_tasks_that_the_kernel_refused_are_told_though_nobody_saw_them(unwalled, monkeypatch):
    @contextlib.contextmanager
    def counted(most):
        yield ["env", f"MOST={most}"], lambda: True

    monkeypatch.setattr(confinement, "_counted", counted)
    ended = unwalled("sh", "-c", "echo $MOST", limits=Limits(tasks=40))
    assert ended == Ended(0, "60", "found more than 60 tasks at a time, expected at most 40")


def test_what_the_watch_saw_first_is_told(unwalled, monkeypatch):
    monkeypatch.setattr(confinement, "_refused", lambda _: True)
    assert unwalled("sleep", "30", limits=Limits(seconds=0)).why == "found it still running after 0 seconds, expected an end"


# --- the watch ----------------------------------------------------------------------------

class Process:
    """One that ends after it was looked at so often."""

    pid = 7

    def __init__(self, looks):
        self.looks = looks

    def poll(self):
        self.looks -= 1
        return 0 if self.looks < 0 else None


def watched(monkeypatch, taken=(1, 1), disk=0, looks=25, seconds=900):
    monkeypatch.setattr(confinement, "_EACH", 0)
    monkeypatch.setattr(confinement, "_taken", lambda pid: taken if pid == 7 else pytest.fail(f"{pid}"))
    monkeypatch.setattr(confinement, "_disk", lambda folders: disk if folders == ["a"] else pytest.fail(f"{folders}"))
    process = Process(looks)
    return confinement._watch(process, ["a"], Limits(memory=8000, disk=2000, seconds=seconds, tasks=1000), threading.Event()), looks - process.looks


@pytest.mark.parametrize(("given", "told"), [
    ({}, ("", 26)),
    ({"taken": (1000, 8000), "disk": 2000}, ("", 26)),
    ({"taken": (1001, 9999)}, ("found 1001 tasks at a time, expected at most 1000", 1)),
    ({"taken": (1000, 8001), "disk": 9999}, ("found 8,001 MB of memory taken, expected at most 8,000", 1)),
    ({"disk": 2001}, ("found 2,001 MB written, expected at most 2,000", 10)),
    ({"disk": 2001, "looks": 9}, ("", 10)),
    ({"seconds": -1, "taken": (9999, 9999)}, ("found it still running after -1 seconds, expected an end", 1)),
])
def test_what_takes_more_than_it_may_is_told(monkeypatch, given, told):
    assert watched(monkeypatch, **given) == told


@pytest.fixture
def family():
    """A shell with two children, each of one task."""
    process = subprocess.Popen(["sh", "-c", "sleep 30 & sleep 30 & wait"], stdout=subprocess.DEVNULL)
    ends = time.monotonic() + 10
    while len(confinement._kin(process.pid)[0]) < 3 and time.monotonic() < ends:
        time.sleep(0.01)
    yield process
    for each in reversed(confinement._kin(process.pid)[0]):
        with contextlib.suppress(OSError):
            os.kill(each, signal.SIGKILL)
    process.wait()


def test_a_process_is_seen_with_all_that_descend_from_it(family):
    found, tasks, pages = confinement._kin(family.pid)
    assert found[0] == family.pid and len(found) == 3 and all(tasks[each] == 1 and pages[each] > 0 for each in found)
    assert {Path(f"/proc/{each}/comm").read_text() for each in found[1:]} == {"sleep\n"}
    assert confinement._taken(family.pid)[0] == 3
    assert {os.getpid(), family.pid} <= set(confinement._kin(os.getpid())[0])
    assert confinement._kin(2**22 + 1)[0] == [2**22 + 1] and confinement._taken(2**22 + 1) == (0, 0)


def test_memory_is_counted_where_it_is_a_processes_own():
    code = "x = bytearray(b'x' * (64 * 2**20)); print(flush=True); input()"
    with subprocess.Popen(python(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        taken = confinement._taken(process.pid)[1]
        assert 64 <= taken < 90 and isinstance(taken, int)
        process.stdin.write(b"\n")


def test_a_process_is_ended_with_all_that_descend_from_it(family):
    each = confinement._kin(family.pid)[0]
    confinement._end(family)
    assert family.wait() == -signal.SIGKILL
    ends = time.monotonic() + 5
    while (left := [one for one in each[1:] if lives(one)]) and time.monotonic() < ends:
        time.sleep(0.01)
    assert left == []
    confinement._end(family)  # which has ended


def lives(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    return False


def test_what_is_written_is_counted_in_all_folders(tmp_path):
    for name in ("a/one", "a/deep/two", "b/three"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        with open(tmp_path / name, "wb") as file:
            file.write(os.urandom(2**20))
            file.flush()
            os.fsync(file.fileno())
    with open(tmp_path / "a/sparse", "wb") as file:
        file.truncate(2**30)
    (tmp_path / "a/link").symlink_to(tmp_path / "b/three")
    assert confinement._disk([tmp_path / "a"]) == 2 and confinement._disk([tmp_path / "a", tmp_path / "b"]) == 3
    assert confinement._disk([tmp_path / "none"]) == confinement._disk([]) == 0


# --- counted by the kernel ----------------------------------------------------------------

@pytest.mark.parametrize(("allowed", "told"), [(-1, 17), (17, 17), (16, 16), (99, 17)])
def test_a_user_may_have_so_many_tasks_more_than_now_and_never_more_than_allowed(monkeypatch, allowed, told):
    import resource

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(confinement, "_own_tasks", lambda: 7)
    monkeypatch.setattr(resource, "getrlimit", lambda what: (1, allowed) if what == resource.RLIMIT_NPROC else pytest.fail(f"{what}"))
    with confinement._counted(10) as (counting, refused):
        assert counting == ["prlimit", f"--nproc={told}"] and not refused()


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Folders in the place of the kernel's control groups; to which `pids.max` cannot be written in those of `deaf`."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    tops, made, deaf, real = {}, [], [], Path.write_text

    def mkdtemp(prefix, dir):
        if dir not in tops:
            raise FileNotFoundError(dir)
        made.append(tops[dir] / f"{prefix}{len(made)}")
        made[-1].mkdir()
        return str(made[-1])

    def write_text(path, *given, **more):
        if path.parents[1] in deaf:
            raise PermissionError(path)
        return real(path, *given, **more)

    monkeypatch.setattr(confinement.tempfile, "mkdtemp", mkdtemp)
    monkeypatch.setattr(Path, "write_text", write_text)

    def make(number, place, hears=True):
        (tmp_path / str(number)).mkdir()
        tops[place] = tmp_path / str(number)
        if not hears:
            deaf.append(tmp_path / str(number))

    make.made = made
    return make


@pytest.mark.parametrize("places", [["/sys/fs/cgroup/pids"], ["/sys/fs/cgroup"], ["/sys/fs/cgroup", "/sys/fs/cgroup/pids"]])
def test_tasks_of_root_are_counted_by_a_group_that_is_gone_afterwards(groups, places):
    for number, place in enumerate(places):
        groups(number, place, hears=len(places) == 1 or place == "/sys/fs/cgroup")
    with confinement._counted(10) as (counting, refused):
        group = groups.made[-1]
        assert counting == ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(group)] and group.name.startswith("briefing-")
        assert (group / "pids.max").read_text() == "10"
        subprocess.run([*counting, "true"], check=True)
        assert (group / "cgroup.procs").read_text().strip().isdecimal()
        assert not refused()
        (group / "pids.events").write_text("max 1\n")
        assert refused()
        for file in group.iterdir():
            file.unlink()
    assert [path for path in groups.made if path.exists()] == []


def test_where_root_can_make_no_group_the_watch_is_all(groups):
    with confinement._counted(10) as (counting, refused):
        assert (counting, refused()) == ([], False)
    groups(0, "/sys/fs/cgroup", hears=False)
    with confinement._counted(10) as (counting, refused):
        assert (counting, refused()) == ([], False)
    assert len(groups.made) == 1 and not groups.made[0].exists()


@pytest.mark.parametrize(("events", "refused"), [("max 0\n", False), ("max 1\n", True), ("max 12\nmax.imposed 0\n", True), ("", False),
                                                 ("max\n", False), ("max x\n", False), (None, False)])
def test_whether_the_kernel_refused_a_task_is_read_from_its_events(tmp_path, events, refused):
    if events is not None:
        (tmp_path / "pids.events").write_text(events)
    assert confinement._refused(str(tmp_path)) is refused


def test_own_tasks_are_all_threads_of_a_user():
    assert confinement._own_tasks() >= len(os.listdir("/proc/self/task"))
    end = threading.Event()
    threads = [threading.Thread(target=end.wait) for _ in range(3)]
    before = len(os.listdir("/proc/self/task"))
    for thread in threads:
        thread.start()
    assert confinement._own_tasks() >= before + 3
    end.set()


# --- the walls ----------------------------------------------------------------------------

def mounts(walls):
    """What bubblewrap is told to show of the machine, by path, the last word on each; and in which order."""
    kinds = {"--ro-bind": 2, "--ro-bind-try": 2, "--bind": 2, "--symlink": 2, "--proc": 1, "--dev": 1, "--tmpfs": 1, "--remount-ro": 1}
    left, found = list(walls), []
    while left:
        kind = left.pop(0)
        given = [left.pop(0) for _ in range(kinds.get(kind, 0))]
        if given:
            found.append((kind, *given))
    return found


def test_walls_show_what_is_named_and_nothing_else_and_only_the_own_folders_can_be_written(tmp_path):
    limits = Limits(memory=3, disk=5, seconds=7, tasks=9)
    walls = confinement._walls(tmp_path / "own", [tmp_path / "own", tmp_path / "beside"], [tmp_path / "readable"], limits)
    assert walls[:walls.index("bwrap")] == ["prlimit", "--core=0", "--fsize=5242880", "--nofile=4096", "--cpu=7", "--data=3145728"]
    assert {"--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"} <= set(walls)
    assert walls[walls.index("--cap-drop") + 1] == "ALL"
    assert walls[-9:] == ["--setenv", "BRIEFING_SHUT_IN", "1", "--setenv", "TMPDIR", "/tmp", "--chdir", str(tmp_path / "own"), "--"]
    found = mounts(walls)
    assert [each[1:] for each in found if each[0] == "--bind"] == [(str(tmp_path / name),) * 2 for name in ("own", "beside")]
    shown = [each for each in found if each[0] == "--ro-bind"]
    assert all(source == target for _, source, target in shown)
    named = {source for _, source, _ in shown}
    assert {str(path) for path in (*confinement._interpreter(), edition.PACKAGE, tmp_path / "readable")} <= named
    system = {name for name in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32") if os.path.isdir(name)}
    links = {target: source for kind, source, target in (each for each in found if len(each) == 3) if kind == "--symlink"}
    assert links == {name: os.readlink(name) for name in system if os.path.islink(name)}
    assert named == {str(path) for path in (*confinement._interpreter(), edition.PACKAGE, tmp_path / "readable")} | (system - links.keys())
    assert {each[1:] for each in found if each[0] == "--ro-bind-try"} == {
        (name, name) for name in ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")}
    assert [each for each in found if each[0] in ("--proc", "--dev", "--tmpfs", "--remount-ro")] == [
        ("--proc", "/proc"), ("--dev", "/dev"), ("--tmpfs", "/dev/shm"), ("--remount-ro", "/dev"), ("--tmpfs", "/tmp"), ("--remount-ro", "/")]
    assert found.index(("--tmpfs", "/tmp")) < min(found.index(each) for each in found if str(tmp_path) in each[1])  # which lie below it
    assert found[-1] == ("--remount-ro", "/")
    for at in (at for at, word in enumerate(walls) if word == "--tmpfs"):
        assert walls[at - 2:at] == ["--size", "5242880"]


def test_the_interpreter_is_shown_by_the_fewest_folders(tmp_path, monkeypatch):
    for name in ("venv/bin", "venv/lib/site-packages", "base/lib", "base-other", "more/site-packages", "more/dist-packages", "more/others"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "venv/bin/python").symlink_to(tmp_path / "base/python")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    monkeypatch.setattr(sys, "exec_prefix", str(tmp_path / "base-other"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv/bin/python"))
    monkeypatch.setattr(sys, "path", ["", "/usr/lib/python3/dist-packages", *(str(tmp_path / name) for name in (
        "more/site-packages", "more/dist-packages", "more/others", "none/site-packages"))])
    monkeypatch.setattr(confinement.sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path / "base/lib"), "data": str(tmp_path / "none"),
        "purelib": "/usr/lib"})
    assert confinement._interpreter() == [tmp_path / name for name in ("base", "base-other", "more/dist-packages", "more/site-packages", "venv")]


# --- inside -------------------------------------------------------------------------------

@pytest.mark.parametrize(("variable", "first", "parent", "own", "ends"), [
    ("1", "bwrap\n", 1, 2, True), ("", "bwrap\n", 1, 2, False), (None, "bwrap\n", 1, 2, False), ("1", "systemd\n", 1, 2, False),
    ("1", "bwrap\n", 2, 2, False), ("1", "bwrap\n", 1, 3, False)])
def test_a_render_ends_all_others_only_where_it_is_alone_with_bubblewrap(monkeypatch, variable, first, parent, own, ends):
    ended = []
    with monkeypatch.context() as patched:
        patched.setattr(os, "kill", lambda *given: ended.append(given))
        patched.setattr(os, "getppid", lambda: parent)
        patched.setattr(os, "getpid", lambda: own)
        patched.setattr(confinement, "open", lambda path, **_: io.StringIO(first) if path == "/proc/1/comm" else pytest.fail(path), raising=False)
        patched.delenv(confinement.VARIABLE, raising=False)
        if variable is not None:
            patched.setenv(confinement.VARIABLE, variable)
        confinement.alone()
    assert ended == ([(-1, signal.SIGKILL)] if ends else [])


@pytest.mark.parametrize(("variable", "platform", "hidden"), [("1", "linux", True), ("0", "linux", False), ("1", "darwin", False)])
def test_a_render_hides_its_memory_only_where_it_is_shut_in(monkeypatch, variable, platform, hidden):
    calls = []

    class Library:
        def __init__(self, name):
            assert name is None

        def prctl(self, *given):
            calls.append(given)

    monkeypatch.setenv(confinement.VARIABLE, variable)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", platform)
        patched.setattr(ctypes, "CDLL", Library)
        assert confinement.hide() is hidden
    assert calls == ([(4, 0)] if hidden else [])


# --- whether it holds ---------------------------------------------------------------------

@pytest.mark.parametrize(("platform", "there", "told"), [
    ("darwin", ("bwrap", "prlimit"), "this system has no bubblewrap, which is for Linux"),
    ("linux", (), "bwrap and prlimit is not installed (on Debian: apt-get install bubblewrap util-linux)"),
    ("linux", ("bwrap",), "prlimit is not installed (on Debian: apt-get install bubblewrap util-linux)"),
    ("linux", ("bwrap", "prlimit"), "tried")])
def test_a_machine_that_cannot_shut_in_says_what_it_lacks(monkeypatch, platform, there, told):
    monkeypatch.setattr(confinement, "_tried", lambda: "tried")
    monkeypatch.setattr(confinement.shutil, "which", lambda name: f"/usr/bin/{name}" if name in there else None)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", platform)
        assert confinement.missing.__wrapped__() == told


@pytest.mark.parametrize(("ended", "told"), [
    (Ended(0, ""), ""), (Ended(0, "files of others\nare read"), "files of others are read"), (Ended(1, "a" * 100 + " " + "b" * 150),
        "a" * 49 + " " + "b" * 150),
    (Ended(2, ""), "exit code 2"), (Ended(-9, "words", "found it still running after 60 seconds, expected an end"),
                                    "found it still running after 60 seconds, expected an end")])
def test_walls_that_do_not_hold_are_told_by_what_got_through(monkeypatch, ended, told):
    def run(command, folder, *, environment, limits):
        port, secret, outside, process, own = command[-5:]
        assert Path(secret).read_text() == "secret" and not Path(outside).exists() and Path(outside).parent == Path(secret).parent
        assert (int(process), Path(own), environment, limits) == (os.getpid(), folder, {}, Limits(seconds=60))
        assert Path(own) not in Path(secret).parents and command[:4] == [*python("")[:4]]
        confinement.socket.create_connection(("127.0.0.1", int(port)), 1).close()
        compile(command[4], "trial", "exec")
        (folder / "here").write_text("here")
        return ended

    monkeypatch.setattr(confinement, "run", run)
    assert confinement._tried() == (f"bubblewrap does not shut in here ({told})" if told else "")


def test_walls_in_which_nothing_ran_do_not_hold(monkeypatch):
    monkeypatch.setattr(confinement, "run", lambda *_, **__: Ended(0, ""))
    assert confinement._tried() == "bubblewrap does not shut in here (exit code 0)"
    monkeypatch.setattr(confinement, "run", lambda *_, **__: (_ for _ in ()).throw(OSError(13, "Permission denied")))
    assert confinement._tried() == "bubblewrap does not run here (Permission denied)"
