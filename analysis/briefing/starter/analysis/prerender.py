"""What Quarto runs before it renders: the notebooks, by this package.

A file and not a command line, because Quarto then runs it with the Python
that it also gives the report.
"""

import sys

from briefing.commands.cli import main

sys.exit(main(["execute"]))
