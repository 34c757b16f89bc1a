"""Forked kernels: at once, and each as much on its own as an ordinary one."""

import asyncio
import errno
import json
import os
import time
from queue import Empty

import nbformat
import pytest

from briefing.findings import BriefingError
from briefing.execution import drawing, kernels, notebooks, provisioning

pytestmark = pytest.mark.skipif(not kernels.available(), reason="kernels are not forked on this system")


def outputs(tmp_path, *codes):
    """What the last cell of each notebook of one cell says, all run side by side in one nursery."""
    books = [nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code, id="only")]) for code in codes]
    environment = kernels.environment({"IPYTHONDIR": str(tmp_path / "ipython")})

    async def one(number, book, within):
        async with notebooks.running(book, f"n{number}.ipynb", tmp_path, timeout=30, environment=environment,
                                     sockets=tmp_path, nursery=within) as run:
            await run()

    async def all_of_them():
        with kernels.nursery(environment, tmp_path / "nursery.log") as within:
            await asyncio.gather(*(one(*item, within) for item in enumerate(books)))

    asyncio.run(all_of_them())
    return [book.cells[0].outputs[-1]["data"]["text/plain"].strip("'") for book in books]


def test_heavy_imports_are_there_before_the_first_cell(tmp_path):
    look = "import sys; str(['pandas' in sys.modules, 'al' 'tair' in sys.modules])"
    assert outputs(tmp_path, look, f"{look}  # of a notebook that names altair") == ["[True, False]", "[True, True]"]


def test_notebook_sees_nothing_of_another_that_ran_in_the_same_nursery(tmp_path):
    spoil = ("import builtins, os, pandas, sys\nbuiltins.leak = 1\nos.environ['LEAK'] = '1'\n"
             "pandas.options.display.max_rows = 7\nsys.path.append('/leak')\nos.chdir('/')\nstr(os.getpid())")
    look = ("import builtins, os, pandas, sys, time\ntime.sleep(1)\n"
            "str([hasattr(builtins, 'leak'), 'LEAK' in os.environ, pandas.options.display.max_rows == 7, "
            "'/leak' in sys.path, os.getcwd() == '/'])")
    spoiler, looked = outputs(tmp_path, spoil, look)
    assert looked == str([False] * 5)
    with pytest.raises(ProcessLookupError):
        os.kill(int(spoiler), 0)  # and nothing of it is left


def test_kernel_works_where_it_is_told_and_imports_from_there(tmp_path):
    (tmp_path / "beside.py").write_text("word = 'found'")
    assert outputs(tmp_path, "import beside, os; f'{beside.word} {os.getcwd()}'") == [f"found {tmp_path}"]


def test_kernel_is_reached_by_sockets_of_the_file_system_however_long_the_path_to_them(tmp_path):
    """Over TCP another program may take the port that was found free before the kernel does."""
    far = tmp_path / ("a-folder-with-a-long-name-" * 5)
    far.mkdir()
    look = "import json, ipykernel; str(json.load(open(ipykernel.get_connection_file()))['transport'])"
    assert outputs(far, look, f"{look}  # again") == ["ipc", "ipc"]


def test_engine_that_draws_is_reached_however_long_the_path_to_it(tmp_path, monkeypatch):
    far = tmp_path / ("a-folder-with-a-long-name-" * 5)
    far.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(far))
    dot = {"data": {"values": [{}]}, "mark": "point", "config": {}}
    with kernels.warm() as at_hand:
        deadline = time.monotonic() + 30
        while not (at_hand.scratch / "renderer").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "svg" in (drawing._ask(str(at_hand.renderer), json.dumps([dot, None, False])) or {})
    assert not list(far.iterdir())


class Channel:
    """Messages that come in turn, or none in time."""

    def __init__(self, *messages):
        self.messages = list(messages)

    async def get_msg(self, timeout):
        if not self.messages or (message := self.messages.pop(0)) is None:
            raise Empty
        return message


def ready(shell, iopub, alive=True, timeout=5):
    """How often a client asked until it was ready, on channels with these messages."""
    class Client(provisioning.Client):
        shell_channel, iopub_channel, asked, protocol = Channel(*shell), Channel(*iopub), 0, ""

        def kernel_info(self):
            self.asked += 1
            return f"request-{self.asked}"

        async def is_alive(self):
            return alive

        def _handle_kernel_info_reply(self, message):
            self.protocol = message["content"]

    client = Client()
    asyncio.run(client.wait_for_ready(timeout))
    assert client.protocol == "5.3"
    return client.asked


def published(of, state="idle"):
    return {"parent_header": {"msg_id": of}, "content": {"execution_state": state}}


ANSWER = {"msg_type": "kernel_info_reply", "content": "5.3"}


def test_client_is_ready_when_the_kernel_answered_and_what_it_published_of_that_has_come():
    assert ready([ANSWER], [published("", "starting"), published("request-1", "busy"), published("request-1")]) == 1


def test_client_asks_again_where_nothing_published_comes():
    assert ready([ANSWER, ANSWER], [None, published("request-2")]) == 2
    assert ready([None, None, ANSWER], [published("request-1")]) == 3  # one that was slow to start


def test_kernel_that_dies_or_stays_silent_is_no_ready_one():
    with pytest.raises(RuntimeError, match="Kernel died before"):
        ready([None], [], alive=False)
    with pytest.raises(RuntimeError, match="Kernel didn't respond in 0 seconds"):
        ready([None], [], timeout=0)


def test_full_disk_before_there_is_a_kernel_is_said(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(kernels, "nursery", full)
    with pytest.raises(BriefingError, match="found No space left on device, expected a folder that can be written"), kernels.warm():
        pass


def test_dead_nursery_is_said(tmp_path):
    with kernels.nursery(kernels.environment({}), tmp_path / "log") as within:
        within.process.kill()
        within.process.wait()
        with pytest.raises(RuntimeError, match="Kernel"):
            within.fork(kernels.Birth(str(tmp_path / "out"), str(tmp_path / "reads"), {}, 1000), "file.json", str(tmp_path))
