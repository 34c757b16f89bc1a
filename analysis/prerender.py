"""What Quarto runs before it renders: this package makes what Quarto then sets, in `_output/quarto/`.

Quarto calls it with any Python that it finds. The package is looked for in the project's `.venv`, then in that Python;
a QUARTO_PYTHON of your own comes first. Ends with 0, with 1 on findings, and with 2 where it cannot run.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ASKED = "import importlib.util, sys; sys.exit(importlib.util.find_spec('briefing') is None)"


def has_package(python: str) -> bool:
    """Whether a Python has the package."""
    return subprocess.call([python, "-c", ASKED], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT) == 0


def main() -> int:
    """Make what Quarto needs; the exit code."""
    if os.environ.get("BRIEFING_PREPARED"):  # by `briefing render --engine quarto`
        return 0
    own = [os.path.join(ROOT, ".venv", *place) for place in (("bin", "python"), ("Scripts", "python.exe"))]
    tried = [*filter(os.path.exists, own), sys.executable]
    if os.environ.get("QUARTO_PYTHON"):
        tried.reverse()
    for python in tried:
        if has_package(python):
            return subprocess.call([python, "-m", "briefing", "execute", "--project", ROOT])
    print("analysis/prerender.py: found no package briefing (looked with {}), expected it in {} or in the Python that "
          "Quarto uses. Set the project's environment up once, in {}: `make render`, or `python3 -m venv .venv` and "
          "`.venv/bin/pip install briefing`; or name a Python that has it: QUARTO_PYTHON=/path/to/python quarto render."
          .format(", ".join(tried), os.path.join(ROOT, ".venv"), ROOT), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
