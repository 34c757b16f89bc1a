"""Any chart of Altair's gallery goes through both files, as its users write it, with the same bytes each time."""

import json
import re
import shutil
from pathlib import Path

import gallery
import pytest

from briefing.figures import FIGURE
from briefing.render import render
from conftest import HARBOUR

REPORT = """---
title: A gallery
date: 2031-03-10
lang: en
engine: jupyter
---

"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A project whose report is the gallery, rendered twice, the second time elsewhere and from nothing."""
    roots = []
    for n in range(2):
        root = Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp("gallery") / f"project-{n}"))
        (root / "data/islands.geojson").write_text(gallery.ISLANDS, "utf-8")
        cells = [{"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "execution_count": None, "outputs": [],
                  "source": source} for n, source in enumerate([gallery.SETUP, *map(gallery.cell, gallery.CHARTS)])]
        (root / "analysis/gallery.ipynb").write_text(json.dumps(
            {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
        embeds = "\n\n".join(f"{{{{< embed _output/notebooks/gallery.ipynb#fig-{label} >}}}}" for label in gallery.CHARTS)
        (root / "report.qmd").write_text(REPORT + embeds + "\n", "utf-8")
        render(root)
        roots.append(root / "_output")
    return roots


def test_two_renders_give_the_same_bytes(shown):
    for name in ("report.html", "report.pdf", "notebooks/gallery.ipynb"):
        assert (shown[0] / name).read_bytes() == (shown[1] / name).read_bytes(), name
