"""`briefing` and `python -m briefing`: the command line, and a short way where there is nothing to render."""

import os
import sys


def main() -> int:
    """Run the command line; a plain `briefing render` is answered at once where nothing has changed."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["render"] and (root := _project(arguments[1:])):
        from . import NOTHING_CHANGED
        from .rendering.manifest import swept, unchanged

        if unchanged(root):
            print("\n".join(filter(None, [swept(), NOTHING_CHANGED])), file=sys.stderr)
            return 0
    from .commands.cli import main as run

    return run(arguments)


def _project(options: list[str]) -> str | None:
    """The project of a render that asks for nothing else; None where the command line has to look."""
    if options[:1] == ["--project"]:
        return options[1] if len(options) == 2 else None
    folder = None if options else os.getcwd()
    while folder and not os.path.isfile(os.path.join(folder, "data", "datapackage.json")):
        above = os.path.dirname(folder)
        folder = above if above != folder else None
    return folder


if __name__ == "__main__":
    sys.exit(main())
