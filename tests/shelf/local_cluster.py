"""A Dask cluster of processes on this machine, until standard input ends: `python local_cluster.py WORKERS [pin]`.

The first line of its output has the address of the scheduler, and the process of each worker. With `pin`, each worker
has a processor of its own, as if it were a machine with one.
"""

import json
import os
import sys


def main():
    import dask
    from distributed import LocalCluster

    dask.config.set({"distributed.comm.timeouts.connect": "20s", "distributed.worker.memory.terminate": False})
    with LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=":0", host="127.0.0.1",
                      memory_limit=0, local_directory=os.environ["TMPDIR"]) as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]
        if "pin" in sys.argv:
            for pid, processor in zip(pids, sorted(os.sched_getaffinity(0))):
                for thread in os.listdir(f"/proc/{pid}/task"):
                    os.sched_setaffinity(int(thread), {processor})
        print(json.dumps({"address": cluster.scheduler_address, "workers": pids}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
