"""Lines and branches that the tests ran, by room, from what `coverage combine` left: `make coverage` runs it."""

import collections
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "--quiet", "-o", report], check=True)
        files = json.loads(report.read_text("utf-8"))["files"]
    rooms = collections.defaultdict(collections.Counter)
    for name, about in files.items():
        room = Path(name).parts[Path(name).parts.index("briefing") + 1]
        for key in (room.removesuffix(".py"), "all"):
            rooms[key].update({part: about["summary"][part] for part in (
                "num_statements", "covered_lines", "num_branches", "covered_branches")})
    for room, count in sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])):
        lines, branches = (count[had] / max(count[of], 1) for had, of in (("covered_lines", "num_statements"), ("covered_branches", "num_branches")))
        print(f"{room:12} lines {lines:6.1%} of {count['num_statements']:6,}   branches {branches:6.1%} of {count['num_branches']:6,}")


if __name__ == "__main__":
    main()
