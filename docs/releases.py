"""`make release`: add the package as it is to the list of known releases; with --check, say whether it is there.

A version stands there once: what was released under it does not change.
"""

import json
import sys

from briefing import __version__
from briefing.editions import edition


def main() -> int:
    """Write the list, or only look."""
    path = edition.PACKAGE / edition.RELEASES
    known, digest = edition.releases(), edition.digest(edition.installed())
    if known.get(__version__, digest) != digest:
        print(f"{path.name}: found version {__version__} with other files, expected each version once. "
              "Raise __version__ in analysis/briefing/__init__.py.")
        return 1
    if "--check" in sys.argv and __version__ not in known:
        print(f"{path.name}: found no version {__version__}, expected the package as it is. Run `make release`.")
        return 1
    path.write_text(json.dumps({**known, __version__: digest}, indent=1) + "\n", encoding="utf-8")
    print(f"{__version__}  {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
