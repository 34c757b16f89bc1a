"""Find an edition where a person names one, and show two of them side by side."""

from __future__ import annotations

import html
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import edition
from .compare import Difference
from .edition import Edition
from ..findings import BriefingError
from ..execution.figures import FIGURE


def load(name: str) -> Edition:
    """The edition that a name means: a project's folder, a PDF, or a revision of the git project around.

    Raises BriefingError for what is none of these, or holds no edition.
    """
    path = Path(name)
    if path.is_dir():
        return edition.load(path)
    if path.is_file():
        content = path.read_bytes()
        return Edition(name, None, edition.inputs_of(content, name), {"report.pdf": content})
    return _revision(name)


def _revision(name: str) -> Edition:
    if name.startswith("-"):
        raise _unknown(name)
    run = subprocess.run(["git", "archive", "--format=tar", name, "_output"], capture_output=True, check=False)
    if run.returncode:
        raise _unknown(name)
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as archive:
        files = {member.name.removeprefix("_output/"): archive.extractfile(member).read()
                 for member in archive.getmembers() if member.isfile()}
    if "report.pdf" not in files:
        raise BriefingError(f"{name}: found no _output/report.pdf in this revision, expected an edition. "
                            "Name a revision that has one.")
    record = files.get(edition.RECORD)
    return Edition(name, edition.read_record(record.decode("utf-8"), f"{name}:_output/{edition.RECORD}") if record
                   else None, edition.inputs_of(files["report.pdf"], f"{name}:_output/report.pdf"), files)


def _unknown(name: str) -> BriefingError:
    return BriefingError(f"{name}: found no folder, PDF or git revision of this name, expected an edition. "
                         "Name a project's folder, a report.pdf, or a revision such as HEAD~1.")


# --- side by side -------------------------------------------------------------------

NOT_THERE = "<p>not there</p>"
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:1320px;margin:2rem auto;padding:0 1rem;color:#1b2530}
table{border-collapse:collapse;font-size:.9rem;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;
border-bottom:1px solid #d5dbe0;overflow-wrap:anywhere}.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));
gap:1.5rem}.pair svg{max-width:100%;height:auto}h1,h2,h3{line-height:1.2}del{background:#f9dcd0}ins{background:#d7ecd9;text-decoration:none}"""


def side_by_side(before: Edition, after: Edition, differences: Sequence[Difference]) -> str:
    """One HTML page: every difference, and each figure that changed, before and after."""
    rows = "".join(f"<tr><td>{html.escape(d.kind)}</td><td>{html.escape(f'{d.path} {d.place}'.strip())}</td>"
                   f"<td>{f'<del>{html.escape(d.before)}</del>' if d.before is not None else ''}</td>"
                   f"<td>{f'<ins>{html.escape(d.after)}</ins>' if d.after is not None else ''}</td></tr>"
                   for d in differences)
    figures = [_figures(side.outputs) for side in (before, after)]
    pairs = "".join(
        f'<h3>{html.escape(label)}</h3><div class="pair">'
        f"{''.join(f'<figure>{side.get(label) or NOT_THERE}</figure>' for side in figures)}</div>"
        for label in dict.fromkeys([*figures[0], *figures[1]]) if figures[0].get(label) != figures[1].get(label))
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width, initial-scale=1"><title>What changed</title><style>{_STYLE}</style></head>'
            f"<body><h1>What changed</h1><p>Before: {html.escape(before.name)}. After: {html.escape(after.name)}.</p>"
            f"<h2>Figures, before and after</h2>{pairs or '<p>No figure changed.</p>'}"
            f"<h2>Every difference</h2><table><thead><tr><th>Kind</th><th>Where</th><th>Before</th><th>After</th></tr>"
            f"</thead><tbody>{rows}</tbody></table></body></html>\n")


def _figures(outputs: Mapping[str, bytes]) -> dict[str, str]:
    """The drawings of an edition by notebook and cell."""
    found = {}
    for name, content in outputs.items():
        if name.startswith("notebooks/"):
            for cell in json.loads(content)["cells"]:
                for output in cell.get("outputs", []):
                    data = output.get("data", {})
                    if FIGURE in data or "image/svg+xml" in data:
                        found[f"{Path(name).stem}, {cell.get('id', '')}"] = "".join(data.get("image/svg+xml", ""))
    return found
