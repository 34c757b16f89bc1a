"""How jupyter_client starts a kernel by a fork in the nursery."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from .kernels import Birth, Nursery, end


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

    async def wait(self) -> int | None:
        """Wait until the process has ended."""
        while self.process and self.process.poll() is None:
            await asyncio.sleep(0.005)  # the standard one looks ten times a second, which is felt
        self.process = None
        return 0


def provision(manager: Any, within: Nursery, birth: Birth) -> None:
    """Let a kernel manager start its kernel by a fork."""
    provisioner = ForkProvisioner(kernel_id=manager.kernel_id or "", kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.nursery, provisioner.birth = within, birth
    manager.provisioner = provisioner
