"""How jupyter_client starts a kernel by a fork in the nursery, and reaches it without waiting for the clock."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from .kernels import Birth, Nursery, end

#: Seconds between two looks whether a process has ended, and after which nobody waits for it.
AGAIN, SHUTDOWN = 0.002, 5.0
#: Milliseconds between two tries to reach a kernel that has no sockets yet; ZeroMQ's own are 100.
RECONNECT = 5
#: Seconds within which what a kernel publishes must follow its answer, else it is asked again.
PUBLISHED = 0.02


class Client(AsyncKernelClient):
    """A client that is ready when its kernel is. The standard one waits until nothing has come for 0.2 s."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered, and what it publishes of that has come: so nothing of it is lost later.

        Raises RuntimeError where it has died, or is not ready within `timeout` seconds.
        """
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        asked = set()
        while True:
            asked.add(self.kernel_info())
            with contextlib.suppress(Empty):
                reply = await self.shell_channel.get_msg(timeout=1)
                while reply["msg_type"] == "kernel_info_reply":
                    published = await self.iopub_channel.get_msg(timeout=PUBLISHED)
                    if published["parent_header"].get("msg_id") in asked \
                            and published["content"].get("execution_state") == "idle":
                        self._handle_kernel_info_reply(reply)
                        return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")


class Manager(AsyncKernelManager):
    """A manager whose clients reach a kernel as soon as it listens."""

    def client(self, **named: Any) -> Any:
        """A client of its kernel."""
        self.client_factory = Client
        client = super().client(**named)
        client.context.setsockopt(zmq.RECONNECT_IVL, RECONNECT)
        return client


class ForkedProcess:
    """A forked kernel as its provisioner sees a process: it is not our child, so its exit code stays unknown."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 1
        return None

    def wait(self) -> int:
        """Whether it has ended; nobody waits, since it is not our child."""
        return self.poll() or 0

    def send_signal(self, number: int) -> None:
        """Send a signal, where the process still is."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, and all that it has started."""
        end(self.pid)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class ForkProvisioner(LocalProvisioner):
    """jupyter_client's way to say how a kernel's process comes to be: here, by a fork in the nursery."""

    nursery: Nursery
    birth: Birth
    process: Any
    parent: Any

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork instead of starting a program; `cmd` is not used."""
        self.process = ForkedProcess(await asyncio.to_thread(  # it may still be importing
            self.nursery.fork, self.birth, self.parent.connection_file, str(kwargs["cwd"])))
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End it, and wait until it has ended: who asks later looks ten times a second, which is felt."""
        if self.process:
            self.process.kill()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.wait(), SHUTDOWN)

    async def wait(self) -> int | None:
        """Wait until the process has ended."""
        while self.process and self.process.poll() is None:
            await asyncio.sleep(AGAIN)
        self.process = None
        return 0


def provision(manager: Any, within: Nursery, birth: Birth) -> None:
    """Let a kernel manager start its kernel by a fork."""
    provisioner = ForkProvisioner(kernel_id=manager.kernel_id or "", kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.nursery, provisioner.birth = within, birth
    manager.provisioner = provisioner
