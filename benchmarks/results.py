"""Where the benchmarks write: each has a section of RESULTS.md, those after it and what is kept by hand stay."""

import datetime
import os
import platform
import re
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
HAND = "Kept by hand"


def put(name: str, *lines: str) -> None:
    """Print a result, and put it into its section of the results: in the place of the one before, or at the end."""
    print("\n".join(lines))
    head, *sections = re.split(r"^## ", RESULTS.read_text("utf-8"), flags=re.MULTILINE)
    by_name = {section.partition("\n")[0]: section.strip() for section in sections}
    hand = by_name.pop(HAND)
    by_name[name] = "\n".join([name, "", f"{datetime.date.today()}: {machine()}.", "", *lines]).strip()
    text = "\n\n## ".join([head.strip(), *by_name.values(), hand])
    RESULTS.write_text(f"{text}\n", encoding="utf-8")


def machine() -> str:
    """The machine and its Python, in words."""
    names = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE) \
        if Path("/proc/cpuinfo").exists() else []
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{names[0] if names else platform.processor() or platform.machine()}, {cores} cores, {platform.system()}, " \
           f"Python {platform.python_version()}"
