"""Two editions side by side, wherever a person names them."""

import shutil
import subprocess

import pytest

from briefing.commands import cli
from briefing.editions import edition
from briefing.findings import BriefingError
from briefing.rendering.render import render


@pytest.fixture(scope="module")
def two(rendered, tmp_path_factory):
    """An edition, and the next in which one fact was changed."""
    later = shutil.copytree(rendered, tmp_path_factory.mktemp("later") / "harbour")
    table = later / "data" / "quantities.csv"
    table.write_text(table.read_text().replace(",>,40,%", ",>,41,%"))
    render(later)
    return rendered, later


def test_difference_is_told_by_row_mark_sentence_and_page(two, capsys, tmp_path):
    page = tmp_path / "diff.html"
    assert cli.main(["diff", *map(str, two), "--html", str(page)]) == 1
    told = capsys.readouterr().out
    assert 'facts: data/quantities.csv row' in told and '"40" became "41"' in told
    for place in ("_output/notebooks/harbour.ipynb cell", "_output/report.html sentence", "_output/report.pdf page"):
        assert f"facts: {place}" in told
    text = page.read_text()
    assert text.startswith("<!DOCTYPE html>") and text.count("<svg") % 2 == 0 and "<del>40</del>" in text


def test_same_edition_is_said_to_be_the_same(two, capsys):
    assert cli.main(["diff", str(two[0]), str(two[0])]) == 0
    assert "The same edition." in capsys.readouterr().out


def test_pdf_and_revision_are_editions_too(two, tmp_path, monkeypatch):
    root = shutil.copytree(two[0], tmp_path / "harbour")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    monkeypatch.chdir(root)
    assert edition.load("HEAD").outputs == edition.load(str(root)).outputs
    assert edition.load("_output/report.pdf").inputs == edition.load(str(root)).inputs
    assert cli.main(["diff", "_output/report.pdf", "HEAD"]) == 0


@pytest.mark.parametrize("name", ["no-such-thing", "--output=x", "HEAD~999"])
def test_what_is_no_edition_is_said(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BriefingError, match="expected an edition"):
        edition.load(name)
