"""Where the texts of the sources lie: outside the project, since they are not ours to publish.

The file `.sources.json` at the top of a project has the place of each text by the id of its source, as seen from
there. It is one machine's and is not committed; no output depends on it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from ..findings import BriefingError, shown

PLACES = ".sources.json"


def known(root: Path) -> dict[str, Path]:
    """The place of each text that this machine has, by the id of its source; none where nothing is recorded.

    Raises BriefingError for a file that is no such record. Whether a text is still there is not asked.
    """
    try:
        found = json.loads((root / PLACES).read_text("utf-8"))
        if not isinstance(found, dict) or not all(isinstance(place, str) for place in found.values()):
            raise ValueError(shown(json.dumps(found)))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BriefingError(f'{PLACES}: found {error}, expected an object such as {{"gazette": "../gazette.txt"}}. '
                            "Mend the file, or remove it and record the texts anew with `briefing source FILE`.") \
            from error
    return {id: Path(os.path.normpath(root / place)) for id, place in found.items()}


def record(root: Path, id: str, text: Path) -> None:
    """Record where the text of a source lies, as seen from the project."""
    places = {**known(root), id: text}
    try:
        seen = {name: Path(os.path.relpath(place, root)).as_posix() for name, place in sorted(places.items())}
    except ValueError:  # another drive of Windows
        seen = {name: str(place) for name, place in sorted(places.items())}
    (root / PLACES).write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")
