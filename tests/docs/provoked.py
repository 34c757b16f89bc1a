"""What goes wrong, provoked on a copy of the invented project: each function gives the messages that come of it."""

import contextlib
import io
import json

from briefing.commands import cli
from briefing.commands.review import review
from briefing.execution import figures
from briefing.findings import BriefingError
from briefing.rendering import render
from briefing.rendering.project import Project
from briefing.shelf import sharing
from conftest import execute

SOURCE = "courier-2031-03-08.txt"


class Broken:
    """A copy of the project, to be damaged, and what the package says of it."""

    def __init__(self, root):
        self.root = root

    def change(self, path, old, new):
        file = self.root / path
        text = file.read_bytes().decode("utf-8")
        assert old in text, f"{path} has no {old!r}"
        file.write_bytes(text.replace(old, new, 1).encode("utf-8"))

    def add(self, path, row):
        with (self.root / path).open("a", encoding="utf-8", newline="") as file:
            file.write(f"{row}\n")

    def described(self, table, change):
        """Change the schema of a table in the descriptor."""
        file = self.root / "data/datapackage.json"
        descriptor = json.loads(file.read_text("utf-8"))
        change(next(each for each in descriptor["resources"] if each["name"] == table)["schema"])
        file.write_text(json.dumps(descriptor), "utf-8")

    def read(self):
        return said(lambda: Project.read(self.root))

    def review(self, **texts):
        return "\n".join(map(str, review(self.root, texts).findings))

    def passage(self, words):
        text = self.root.parent / SOURCE
        (self.root / SOURCE).rename(text)
        with contextlib.redirect_stdout(io.StringIO()):
            cli.main(["source", str(text), "--project", str(self.root)])
        return self.command("passage", "courier", words, "--project", str(self.root))

    def command(self, *arguments):
        return said(lambda: cli.parser().parse_args(arguments).run(cli.parser().parse_args(arguments)))


def said(run):
    try:
        run()
    except BriefingError as error:
        return str(error)
    raise AssertionError("nothing was wrong")


def no_project(broken):
    (broken.root / "data/datapackage.json").unlink()
    return broken.command("render", "--project", str(broken.root))


def folder_is_not_empty(broken):
    (broken.root / "notes.txt").write_text("Mine.", "utf-8")
    return broken.command("new", str(broken.root))


def source_is_empty(broken):
    (broken.root.parent / "gazette.txt").write_text("", "utf-8")
    return broken.command("source", str(broken.root.parent / "gazette.txt"), "--project", str(broken.root))


def source_is_no_text(broken):
    (broken.root.parent / "gazette.txt").write_bytes(bytes(range(256)))
    return broken.command("source", str(broken.root.parent / "gazette.txt"), "--project", str(broken.root))


def source_is_a_scan(broken):
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(broken.root.parent / "scan.pdf")
    return broken.command("source", str(broken.root.parent / "scan.pdf"), "--project", str(broken.root))


def text_inside_the_project(broken):
    return broken.command("source", str(broken.root / SOURCE), "--project", str(broken.root))


def place_of_a_text_unknown(broken):
    return broken.command("passage", "courier", "stopped work", "--project", str(broken.root))


def words_that_stand_nowhere(broken):
    return broken.passage("The dockers went home")


def words_that_stand_twice(broken):
    return broken.passage("cranes")


def number_with_unit(broken):
    broken.change("data/quantities.csv", ">,40,%", ">,40%,%")
    return broken.read()


def saved_by_a_spreadsheet(broken):
    file = broken.root / "data/actors.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    return broken.read()


def column_renamed(broken):
    broken.change("data/actors.csv", "id,label,who,kind", "id,name,who,kind")
    return broken.read()


def _widened(broken, path, column, cell):
    """A table with one column more, filled by each row."""
    file = broken.root / path
    header, *rows = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([f"{header},{column}", *(f"{row},{cell(row)}" for row in rows)]) + "\n", "utf-8")


def column_more(broken):
    _widened(broken, "data/concepts.csv", "note", lambda row: "x")
    return broken.read()


def separated_by_semicolons(broken):
    file = broken.root / "data/actors.csv"
    file.write_text(file.read_text("utf-8").replace(",", ";"), "utf-8")
    return broken.read()


def list_with_an_empty_part(broken):
    broken.change("data/events.csv", "union;port-company", "union;;port-company")
    return broken.read()


def year_and_season(broken):
    broken.change("data/events.csv", "2031-03-03,", "2031-24,")
    return broken.read()


def statement_twice(broken):
    broken.add("data/statements.csv", "union,crews-needed,disagree,said,no-return,a,")
    return broken.read()


def two_coders_undeclared(broken):
    broken.change("data/datapackage.json", '"adjudicated": "a",', "")
    broken.add("data/statements.csv", "union,crews-needed,disagree,said,no-return,b,")
    return broken.read()


def coder_not_declared(broken):
    broken.change("data/passages.csv", "no-return,courier,", "no-return,port-statistics,")
    broken.change("data/statements.csv", "said,no-return,a", "said,no-return,b")
    return broken.read()


def member_of_itself(broken):
    _widened(broken, "data/actors.csv", "member_of", lambda row: "union" if row.startswith("union,") else "")
    broken.described("actors", lambda schema: schema["fields"].append({"name": "member_of"}))
    return broken.read()


def key_without_columns(broken):
    broken.described("actors", lambda schema: schema.update(primaryKey=[]))
    return broken.read()


def comma_in_a_cell(broken):
    broken.change("data/actors.csv", "the mayor of Sandhaven", "the mayor, of Sandhaven")
    return broken.read()


def id_that_is_no_row(broken):
    broken.change("data/statements.csv", "union,crews-needed,agree,said", "unions,crews-needed,agree,said")
    return broken.read()


def other_word(broken):
    broken.change("data/statements.csv", "agree,said,no-return", "agrees,said,no-return")
    return broken.read()


def long_quote(broken):
    broken.change("data/passages.csv", "until the cranes have crews", "one two three four five six seven eight nine ten eleven twelve thirteen")
    return broken.read()


def key_of_front_matter(broken):
    broken.change("report.qmd", "subtitle:", "subtitel:")
    return broken.read()


def dates_differ(broken):
    broken.change("report.qmd", "date: 2031-03-10", "date: 2031-03-11")
    return broken.read()


def foreign_cell(broken):
    broken.change("report.qmd", "A sum by hand", "```{r}\n1 + 1\n```\n\nA sum by hand")
    return broken.read()


def text_changed(broken):
    broken.change(SOURCE, "Dockers stop work", "The dockers stop work")
    return broken.review(courier=broken.root / SOURCE)


def words_gone(broken):
    broken.change(SOURCE, "The dockers of Sandhaven stopped work", "The crane drivers stopped work")
    return broken.review(courier=broken.root / SOURCE)


def not_rendered(broken):
    return broken.review()


def number_typed(broken):
    broken.change("report.qmd", "The dockers stopped work", "The 310 dockers stopped work")
    return broken.review()


def sentence_alone(broken):
    broken.change("report.qmd", "# Who stands where", "Everybody knows this.\n\n# Who stands where")
    return broken.review()


def citation_of_nothing(broken):
    broken.change("report.qmd", "[@stopped-work]", "[@stoped-work]")
    return broken.review()


def likelihood_outside(broken):
    broken.change("report.qmd", "# Who stands where", "More will likely leave [@no-return].\n\n# Who stands where")
    return broken.review()


def evidence_unused(broken):
    broken.change("report.qmd", "[@traffic-moved; @port-statistics]", "[@port-statistics]")
    broken.change("report.qmd", '`{python} value("traffic-lost")`', "much")
    execute(broken.root)  # what is unused is known when all has run
    return broken.review()


def cell_failed(broken):
    notebook = json.loads((broken.root / "analysis/harbour.ipynb").read_text("utf-8"))
    notebook["cells"][-1]["source"] = "#| label: values\ndata.row('quantities', 'striker')"
    (broken.root / "analysis/harbour.ipynb").write_text(json.dumps(notebook), "utf-8")
    return said(lambda: execute(broken.root))


def value_of_no_id(broken):
    broken.change("report.qmd", 'value("strikers")', 'value("striker")')
    return said(lambda: render.render(broken.root))


def letter_without_a_face(broken):
    broken.change("report.qmd", "A strike in Sandhaven", "A strike in 砂")
    return said(lambda: render.render(broken.root))


def chart_of_a_field_that_is_none(broken):
    import altair as alt
    import pandas as pd

    calls = pd.DataFrame({"year": [2029, 2030], "calls": [1190, 871]})
    return _chart(alt.Chart(calls, title="Calls fell").mark_bar().encode(x="year:O", y="call:Q"))


def chart_without_title(broken):
    import altair as alt
    import pandas as pd

    return _chart(alt.Chart(pd.DataFrame({"year": [2030], "calls": [871]})).mark_bar().encode(x="year:O", y="calls:Q"))


def chart_from_the_network(broken):
    import altair as alt

    return _chart(alt.Chart("https://example.org/calls.csv", title="Calls fell").mark_bar().encode(x="year:O", y="calls:Q"))


def _chart(chart):
    problems = figures.bundle(chart)[figures.FIGURE]["problems"]
    return "\n".join(f"found {p['found']}, expected {p['expected']}. {p['remedy']}" for p in problems)


def units_mixed(broken):
    import pandas as pd
    from briefing import charts

    frame = pd.DataFrame({"value": [1, 2], "hedge": ["=", "="], "unit": ["%", "calls"]})
    return said(lambda: charts.with_words(frame))


def no_edition(broken):
    return broken.command("diff", str(broken.root), str(broken.root))


def no_such_edition(broken):
    return broken.command("diff", "last-week", str(broken.root))


def pdf_of_others(broken):
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(broken.root / "other.pdf")
    return broken.command("check", str(broken.root / "other.pdf"))


def broken_pdf(broken):
    (broken.root / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    return broken.command("check", str(broken.root / "broken.pdf"))


def _carrying(broken):
    """A PDF that carries a report."""
    import pypdf

    from briefing.editions import edition

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment(edition.ARCHIVE, edition.pack({"report.qmd": b"x"}))
    writer.write(broken.root / "report.pdf")
    return str(broken.root / "report.pdf")


def unasked_pdf(broken):
    with contextlib.redirect_stdout(io.StringIO()):
        return broken.command("check", _carrying(broken))


def nothing_shuts_in(broken):
    from unittest import mock

    from briefing.editions import confinement

    with mock.patch.object(confinement, "missing", lambda: "bwrap is not installed"):
        return broken.command("check", _carrying(broken), "--trust")


def not_signed(broken):
    from briefing.editions import attestation

    attestation.write(broken.root / "report.json", attestation.statement({}, {}))
    (broken.root / "signers").write_text("")
    return broken.command("verify", str(broken.root / "report.json"), "--signers", str(broken.root / "signers"))


def sheet_is_there(broken):
    (broken.root / "blind.csv").write_text("", "utf-8")
    return broken.command("sheet", str(broken.root / "blind.csv"), "--project", str(broken.root))


def _shared(broken, row):
    """A package of facts beside the project, with one actor."""
    desk = broken.root.parent / "facts"
    desk.mkdir()
    descriptor = json.loads((broken.root / "data/datapackage.json").read_text("utf-8"))
    actors = [each for each in descriptor["resources"] if each["name"] == "actors"]
    (desk / "datapackage.json").write_text(json.dumps({"name": "desk", "resources": actors}), "utf-8")
    (desk / "actors.csv").write_text(f"id,label,who,kind\n{row}\n", "utf-8")
    return desk


def shared_file_changed(broken):
    sharing.take(broken.root, str(_shared(broken, "minister,Minister,the minister,state")))
    broken.change("data/shared/desk/actors.csv", "the minister", "a minister")
    return broken.read()


def row_of_a_package_too(broken):
    desk = _shared(broken, "mayor,Mayor,the mayor,state")
    return broken.command("facts", str(desk), "--project", str(broken.root))


def sheet_of_no_source(broken):
    return broken.command("sheet", str(broken.root / "blind.csv"), "--source", "couriers", "--project", str(broken.root))


def sheet_with_an_unknown_actor(broken):
    sheet = broken.root / "blind.csv"
    cli.main(["sheet", str(sheet), "--project", str(broken.root)])
    broken.change("blind.csv", "Courier,,,,,", "Courier,dockers,crews-needed,agree,said,")
    return broken.command("sheet", str(sheet), "--read", "b", "--project", str(broken.root))


def source_of_no_id(broken):
    return said(lambda: review(broken.root, {"gazette": broken.root / SOURCE}))


def language_missing(broken):
    broken.change("report.qmd", "lang: en", "lang: pt")
    return broken.read()


def words_of_a_project(broken):
    (broken.root / "analysis/words").mkdir()
    (broken.root / "analysis/words/pt.po").write_text('msgid "Page {page} of {all}"\nmsgstr "Página {pag} de {all}"\n', "utf-8")
    return language_missing(broken)


PROVOKED = {name.replace("_", "-"): thing for name, thing in list(globals().items())
            if callable(thing) and getattr(thing, "__module__", "") == __name__ and not name.startswith("_")
            and name not in ("said", "Broken")}
