"""The whole review: with the source and without it, as text and as JSON, and the grades of sources."""

import json

import pytest

from briefing.sources import evidence
from briefing.facts import tables
from briefing.commands.cli import main
from briefing.facts.quantities import Value, publish
from briefing.commands.review import review

SOURCE = "courier-2031-03-08.txt"
VALUES = "application/vnd.briefing.values+json"
REPORT = """---
title: A strike
unused: {strike-unlawful: the court has not spoken}
---

The dockers stopped work [@stopped-work] and stay out [@no-return; @cranes-without-crews].
Of the traffic `{python} value("traffic-lost")` is gone, and `{python} value("strikers")` joined.

::: {.judgement row="traffic-fell-before"}
`{python} value("judgement-traffic-fell-before")`
:::

::: {.judgement row="long-strike"}
`{python} value("judgement-long-strike")`
:::
"""


@pytest.fixture
def clean(project, edit, notebook):
    """The invented briefing without a finding, its notebook executed."""
    edit("data/judgements.csv", "port-calls;traffic-lost,,", "port-calls;traffic-lost,no-return,")
    (project / "report.qmd").write_text(REPORT, "utf-8")
    notebook("values")
    data = tables.load(project)
    values = {"traffic-lost": Value("over 40%", ("traffic-moved",)), "strikers": Value("310", ("dockers-joined",))}
    values |= {f"judgement-{row['id']}": Value(evidence.judgement(data, row)) for row in data.rows["judgements"]}
    executed = json.loads((project / "analysis/harbour.ipynb").read_text())
    bundle = json.loads(json.dumps(publish(values)._repr_mimebundle_()))
    executed["cells"][0]["outputs"] = [{"output_type": "execute_result", "data": bundle, "metadata": {}, "execution_count": 1}]
    (project / "_output/notebooks").mkdir(parents=True)
    (project / "_output/notebooks/harbour.ipynb").write_text(json.dumps(executed))
    return project


def codes(root, **texts):
    return [finding.code for finding in review(root, texts).findings]


def check(capsys, root, *arguments):
    code = main(["check", "--no-rebuild", "--project", str(root), *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


# --- the command --------------------------------------------------------------------

def test_check_with_the_source(clean, capsys):
    code, out, _ = check(capsys, clean, "--source", f"courier={clean / SOURCE}")
    assert code == 0 and out.startswith("Passages: 6 checked against their source.\n") and "0 findings." in out
    assert "Coders: 1 (a); no alpha: agreement takes two." in out


def test_check_without_the_source_says_what_it_could_not_check(clean, capsys):
    code, out, _ = check(capsys, clean)
    assert code == 0 and "0 checked against their source, 6 could not be checked" in out


def test_check_as_json(clean, capsys):
    code, out, err = check(capsys, clean, "--json", "--source", f"courier={clean / SOURCE}")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["reliability"]["coders"] == ["a"] and found["reliability"]["overall"]["alpha"] is None
    assert found | {"differences": [], "reliability": None} == {
        "findings": [], "passages_checked": 6, "passages_unchecked": 0, "coders": ["a"], "patch": "",
        "reliability": None, "differences": [], "notes": []}


def test_check_of_a_changed_source_offers_a_patch_and_changes_nothing(clean, capsys, snapshot):
    path = clean / SOURCE
    path.write_bytes(b"EXTRA\n" + path.read_bytes())
    before = snapshot(clean)
    code, out, _ = check(capsys, clean, "--source", f"courier={path}")
    assert code == 1 and "source courier: found SHA-256" in out and "apply this patch" in out and "7 findings." in out
    assert "+stopped-work,courier,63,98," in out and snapshot(clean) == before
    assert "+++ b/data/sources.csv" in json.loads(check(capsys, clean, "--json", "--source", f"courier={path}")[1])["patch"]


def test_check_of_two_coders(clean, capsys, edit):
    edit("data/statements.csv", "strike-unlawful,a,\n", "strike-unlawful,a,\nunion,crews-needed,agree,said,no-return,b,\n"
         "port-company,crews-needed,agree,said,cranes-without-crews,b,\n")
    code, out, _ = check(capsys, clean)
    assert code == 0 and "  all concepts: " in out and "  strike-lawful: not defined" not in out
    assert ("disagreement in courier on port-company, crews-needed: a: disagree in cranes-without-crews; "
            "b: agree in cranes-without-crews") in out
    assert "disagreement in courier on port-company, strike-lawful: a: disagree in strike-unlawful; b: none" in out


@pytest.mark.parametrize("arguments", [["--source", "gazette=x"], ["--source", "courier=/nowhere.txt"],
                                       ["--source", "courier=a", "--source", "courier=b"]])
def test_source_that_cannot_be_taken_exits_2(clean, capsys, arguments):
    code, _, err = check(capsys, clean, *arguments)
    assert code == 2 and "--source" in err and "expected" in err


@pytest.mark.parametrize("text", ["courier", "=x", "courier="])
def test_source_without_id_or_file(clean, capsys, text):
    with pytest.raises(SystemExit) as error:
        check(capsys, clean, "--source", text)
    assert error.value.code == 2 and "expected ID=FILE" in capsys.readouterr().err


def test_sheet_is_written_and_read_by_the_command(clean, capsys, tmp_path):
    path = tmp_path / "sheet.csv"
    assert main(["sheet", str(path), "--project", str(clean)]) == 0
    assert "with 6 passages to code" in capsys.readouterr().out
    path.write_text(path.read_text().replace("quotation,Ada Brook,,,,,", "quotation,Ada Brook,union,crews-needed,agree,said,"))
    assert main(["sheet", str(path), "--read", "b", "--json", "--project", str(clean)]) == 0
    assert json.loads(capsys.readouterr().out) ["count"] == 1
    assert main(["sheet", str(path), "--read", "b", "--project", str(clean)]) == 1
    assert main(["sheet", str(path), "--read", "", "--project", str(clean)]) == 2
    assert main(["sheet", str(path), "--project", str(clean)]) == 2


# --- what is put together ------------------------------------------------------------

def test_clean_briefing_has_no_finding(clean):
    found = review(clean, {"courier": clean / SOURCE})
    assert (found.findings, found.patch, found.passages_checked) == ([], "", 6)


def test_notebook_not_executed_or_executed_as_another(clean, notebook):
    notebook("values, more")
    assert codes(clean) == ["not-executed"]
    (clean / "_output/notebooks/harbour.ipynb").unlink()
    assert codes(clean).count("not-executed") == 1


def test_check_tells_agreement_by_source_and_pair_and_where_nobody_read_the_same(dossier, capsys):
    with (dossier / "data/codings.csv").open("a") as file:
        file.write("carl,bote\n")
    _, out, _ = check(capsys, dossier)
    assert "Coders: anna, ben, carl. Krippendorff's alpha (nominal)" in out and "in what two of them coded (bote, gazette):" in out
    for line in ("  source bote: ", "  source gazette: 0.", "  anna and carl: 0.", "  ben and carl: "):
        assert line in out
    assert "anna and ben" not in out and "source herald" not in out
    (dossier / "data/codings.csv").write_text("coder,source\nanna,gazette\n")
    statements = (dossier / "data/statements.csv").read_text("utf-8")
    (dossier / "data/statements.csv").write_text("".join(line for line in statements.splitlines(True) if ",carl," not in line), "utf-8")
    _, out, _ = check(capsys, dossier)
    assert "Coders: anna, ben; no alpha: no source was coded by two coders." in out
    _, out, _ = check(capsys, dossier, "--json")
    assert json.loads(out)["reliability"]["sources"] == []


@pytest.mark.parametrize(("coders", "missing"), [(["a", "b"], 1), ("a", 0), ("b", 1), ([], 0), (None, 0)])
def test_coder_who_should_have_coded(clean, coders, missing):
    path = clean / "data/datapackage.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"coders": coders}), "utf-8")
    assert codes(clean) == ["coder-without-statements"] * missing


def test_report_that_cannot_be_read_does_not_hide_the_rest(clean, edit):
    edit("data/passages.csv", "Port company > Northwire > Courier", "Port company > > Courier")
    (clean / "report.qmd").write_text("Words.\n")
    assert codes(clean) == ["chain-broken", "front-matter"]


# --- sources and grades -----------------------------------------------------------------

@pytest.fixture
def graded(clean, edit):
    """Give the quantities a credibility, and sources that corroborate it."""
    path = clean / "data/datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    fields = next(r for r in package["resources"] if r["name"] == "quantities")["schema"]["fields"]
    fields += [{"name": "credibility", "type": "integer"},
               {"name": "corroborated_by", "type": "string", "listOf": {"delimiter": ";", "references": ["sources.id"]}}]
    path.write_text(json.dumps(package), "utf-8")
    table = clean / "data/quantities.csv"
    lines = table.read_text("utf-8").splitlines()

    def grade(credibility, others):
        cells = [",credibility,corroborated_by", ",,", ",,", f",{credibility},{others}"]
        table.write_text("".join(f"{line}{more}\n" for line, more in zip(lines, cells)), "utf-8")
        return [(f.code, f.row, f.column) for f in review(clean, {}).findings]

    return grade


@pytest.mark.parametrize(("credibility", "others", "code"), [
    (1, "", "credibility-unconfirmed"), (1, "port-statistics", "credibility-unconfirmed"), (1, "courier", None),
    (1, "port-statistics;courier", None), (2, "", None), (6, "", None), (7, "", "grade-unknown"), ("", "", "grade-unknown"),
    (1, "nobody", "id-dangling"),
])
def test_confirmed_takes_two_independent_sources(graded, credibility, others, code):
    try:
        found = graded(credibility, others)
    except tables.InvalidData as error:
        found = [(f.code, f.row, "credibility") for f in error.findings]
    assert found == ([(code, 4, "credibility")] if code else [])


def test_two_names_of_one_origin_are_not_independent(graded, edit):
    edit("data/sources.csv", "courier,Sandhaven Courier,", 'courier,"Port company, via Sandhaven Courier",')
    assert ("credibility-unconfirmed", 4, "credibility") in graded(1, "courier")


def test_passage_that_is_confirmed_by_nobody(clean, edit):
    edit("data/passages.csv", "The dockers stopped work on a Monday.,2", "The dockers stopped work on a Monday.,1")
    assert codes(clean) == ["credibility-unconfirmed"]


@pytest.mark.parametrize("credibility", range(1, 7))
@pytest.mark.parametrize("reliability", "ABCDEF")
def test_source_and_information_are_graded_apart(clean, edit, reliability, credibility):
    edit("data/sources.csv", ",541,B,", f",541,{reliability},")
    edit("data/passages.csv", "for other ports.,4", f"for other ports.,{credibility}")
    data = tables.load(clean)
    facts = dict(evidence.cards(data)["traffic-moved"]["facts"])
    assert facts["Grade"] == (f"{reliability}{credibility} ({evidence.RELIABILITY[reliability]}, "
                              f"{evidence.CREDIBILITY[credibility]})")
    assert codes(clean) == (["credibility-unconfirmed"] if credibility == 1 else [])


def test_reader_sees_the_chain_and_the_descriptor(clean):
    cards = evidence.cards(tables.load(clean))
    assert cards["strike-unlawful"]["chain"] == ["Port company", "Northwire", "Courier"]
    assert ("Judged on", "The town's daily paper; talked to both sides.") in cards["courier"]["facts"]


@pytest.mark.parametrize(("table", "column", "cell", "code"), [
    ("sources", "descriptor", None, "descriptor-missing"), ("sources", "reliability", "G", "grade-unknown"),
    ("passages", "chain", "A > > B", "chain-broken"), ("passages", "chain", "", "chain-broken"),
])
def test_source_without_grade_or_descriptor_and_chain_with_a_gap(clean, monkeypatch, table, column, cell, code):
    loaded, _ = tables.read(clean)
    loaded.rows[table][1][column] = cell
    monkeypatch.setattr("briefing.facts.tables.read", lambda root: (loaded, []))
    assert [(f.code, f.row, f.column) for f in review(clean, {}).findings] == [(code, 3, column)]


def test_check_says_that_the_edition_is_older_than_its_data(good, capsys, edit):
    assert "was made before" not in check(capsys, good)[1]
    edit("data/quantities.csv", "=,310,people", "=,311,people")
    out = check(capsys, good)[1]
    assert "The edition in _output/ was made before data/quantities.csv changed: run `briefing render`." in out


def test_before_a_render_nothing_is_called_unused(project, capsys):
    code, out, _ = check(capsys, project)
    assert code == 1 and "found no executed copy" in out and "used nowhere" not in out and "in no block" not in out
