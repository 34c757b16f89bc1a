"""Many projects on a Dask cluster of processes, from a folder and from an S3 on this machine."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import missing
from desks import PACKAGE, desk, project, states, told  # noqa: F401  a fixture

pytest.importorskip("distributed", reason="distributed is missing: pip install -r requirements-test.lock")
pytest.importorskip("obstore", reason="obstore is missing: pip install -r requirements-test.lock")
MOTO = Path(__file__).parents[2] / ".venv/moto" / ("Scripts" if os.name == "nt" else "bin") / "python"
KILL_WORKER = """import os, signal
def above(pid):
    return int(open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[1])
worker = above(above(os.getppid()))  # of the nursery, of the process that renders
"""


@contextmanager
def cluster(count, folder, **variables):
    """The address of a cluster and the processes of its workers."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(PACKAGE), **variables}
    with subprocess.Popen([sys.executable, Path(__file__).with_name("local_cluster.py"), str(count)], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        try:
            about = json.loads(process.stdout.readline())
            yield about["address"], about["workers"]
        finally:
            process.stdin.close()
            process.wait(30)


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    """The variables by which an S3 on this machine is reached, with an empty bucket `desk`."""
    if not MOTO.exists():
        yield {}
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("moto") / "log").open("wb")
    with log, subprocess.Popen([MOTO, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=log,
                               stderr=log) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 60
            while True:
                try:
                    urllib.request.urlopen(urllib.request.Request(f"{address}/desk", method="PUT"), timeout=10).close()
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.1)
            yield {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "invented", "AWS_SECRET_ACCESS_KEY": "invented",
                   "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"}
        finally:
            server.kill()


@pytest.fixture(scope="module")
def dask(tmp_path_factory, s3):
    with cluster(2, tmp_path_factory.mktemp("dask"), **s3) as (address, _):
        yield address


def test_folder_goes_round_the_cluster_and_comes_back_the_same(dask, desk, tmp_path, rendered, snapshot):
    project(desk, "a")
    project(desk, "b", 41)
    (project(desk, "c") / "report.qmd").write_text("no front matter", "utf-8")
    account, code = told("render", "--all", desk, "--scheduler", dask, temporary=tmp_path / "tmp")
    assert code == 1 and states(account) == {"a": "made", "b": "made", "c": "findings"}, json.dumps(account, indent=1)
    assert snapshot(desk / "a/_output") == snapshot(rendered / "_output")
    assert not (desk / "c/_output").exists() and not (desk / "a/_output/.cache").exists()
    account, _ = told("render", "--all", desk, "--scheduler", dask, temporary=tmp_path / "tmp")
    assert states(account) == {"a": "unchanged", "b": "unchanged", "c": "findings"}
    (desk / "a/_output/report.pdf").unlink()
    table = desk / "b/data/quantities.csv"
    table.write_text(table.read_text("utf-8").replace(">,41,%", ">,42,%"), "utf-8")
    account, _ = told("render", "--all", desk, "--scheduler", dask, "--why", temporary=tmp_path / "tmp")
    assert states(account) == {"a": "made", "b": "made", "c": "findings"}, json.dumps(account, indent=1)
    why = {each["project"]: each["why"] for each in account["projects"]}
    assert why["a"][0] == "missing: report.pdf" and why["b"][0] == "changed: data/quantities.csv"
    assert snapshot(desk / "a/_output") == snapshot(rendered / "_output")


def test_s3_holds_the_edition_that_a_render_here_makes(dask, s3, tmp_path, rendered):
    if not s3:
        missing("moto is missing: make .venv/moto/.set-up")
    import obstore
    from obstore.store import S3Store

    store = S3Store("desk", config={"endpoint": s3["AWS_ENDPOINT_URL"], "access_key_id": "invented",
                                    "secret_access_key": "invented", "region": "us-east-1"},
                    client_options={"allow_http": True})
    root = project(tmp_path, "one")
    for path in root.rglob("*"):
        if path.is_file():
            obstore.put(store, f"shelf/one/{path.relative_to(root).as_posix()}", path.read_bytes())
    obstore.put(store, "shelf/one/_output/notes.txt", b"mine")
    words = ("render", "--all", "s3://desk/shelf", "--scheduler", dask)
    account, code = told(*words, temporary=tmp_path / "tmp", **s3)
    assert code == 0 and states(account) == {"one": "made"}, account
    again, _ = told(*words, temporary=tmp_path / "tmp", **s3)
    names = [each["path"].removeprefix("shelf/one/_output/") for page in obstore.list(store, "shelf/one/_output")
             for each in page]
    here = {path.relative_to(rendered / "_output").as_posix(): path.read_bytes()
            for path in (rendered / "_output").rglob("*") if path.is_file() and ".cache" not in path.parts}
    assert set(names) == {*here, "notes.txt"}
    for name, content in here.items():
        assert bytes(obstore.get(store, f"shelf/one/_output/{name}").bytes()) == content, name
    assert states(again) == {"one": "unchanged"}


@pytest.mark.skipif(sys.platform != "linux", reason="a kernel finds the processes above it by /proc")
def test_worker_that_is_killed_on_the_way_loses_nothing(desk, tmp_path):
    mark = tmp_path / "killed"
    project(desk, "a", cell=f"{KILL_WORKER}\nif not os.path.exists({str(mark)!r}):\n"
                            f"    open({str(mark)!r}, 'w').close()\n    os.kill(worker, signal.SIGKILL)")
    project(desk, "b", 41)
    project(desk, "z", 42, cell=f"{KILL_WORKER}\nos.kill(worker, signal.SIGKILL)")
    with cluster(2, tmp_path / "dask", DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1") as (address, _):
        account, code = told("render", "--all", desk, "--scheduler", address, temporary=tmp_path / "tmp")
    assert mark.exists() and code == 1
    assert states(account) == {"a": "made", "b": "made", "z": "failed"}, account
    assert (desk / "a/_output/edition.json").exists() and not (desk / "z/_output").exists()
    last = next(each for each in account["projects"] if each["project"] == "z")
    assert last["error"].startswith("z: found KilledWorker") and "look for what takes much memory" in last["error"]


def test_scheduler_that_is_not_there_is_exit_2(desk, tmp_path):
    project(desk, "a")
    account, code = told("render", "--all", desk, "--scheduler", "tcp://127.0.0.1:9", temporary=tmp_path / "tmp")
    assert code == 2 and "found no scheduler that answers" in account["error"]


def test_names_that_would_leave_the_folder_are_refused(tmp_path):
    from briefing.findings import BriefingError
    from briefing.shelf import cluster as room

    with pytest.raises(BriefingError, match="expected plain names"):
        room._fetch(None, "desk/a", ["data/../../x"], tmp_path, ())
