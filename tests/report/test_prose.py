"""Each rule for the prose, with a report that breaks it, and ordinary prose that does not."""

import pytest

from briefing.report import report
from briefing.report.rules import prose
from briefing.facts import tables
from briefing.report.rules.prose import Offered
from briefing.report.rules.sentences import sentences, split

HEAD = "---\ntitle: A strike\n---\n\n"
FIRST = 5  # the line on which the body begins
LONG = "A settlement within a week is **unlikely** (20–45%). [Confidence: low.]{.confidence} [@no-return]"
FELL = "Traffic **very likely** (80–95%) fell before the strike. [Confidence: moderate.]{.confidence} [@port-statistics]"
VALUES = {"strikers": "310", "judgement-long-strike": LONG, "judgement-traffic-fell-before": FELL, "plain": "five"}
JUDGED = ('\n\n::: {.judgement row="traffic-fell-before"}\n`{python} value("judgement-traffic-fell-before")`\n:::\n\n'
          '::: {.judgement row="long-strike"}\n`{python} value("judgement-long-strike")`\n:::\n')


@pytest.fixture
def data(project, edit):
    edit("data/judgements.csv", "port-calls;traffic-lost,,", "port-calls;traffic-lost,no-return,")
    return lambda: tables.load(project)


@pytest.fixture
def check(project, data):
    """The findings on a body; all evidence counts as used, and both judgements are shown, unless told otherwise."""

    def run(body, head=HEAD, judged=True, **offered):
        text = head + body + (JUDGED if judged else "")
        (project / "report.qmd").write_text(text, "utf-8")
        loaded = data()
        ids = [row["id"] for name in ("passages", "sources") for row in loaded.rows[name]]
        return prose.check(report.read(project), loaded, Offered(**{"used": ids, "values": VALUES} | offered))

    return run


def found(findings):
    return [(f.code, f.line and f.line - FIRST + 1, f.character) for f in findings]


def only(findings, *codes):
    return [f for f in findings if f.code in codes]


# --- sentences --------------------------------------------------------------------

@pytest.mark.parametrize(("text", "parts"), [
    ("One. Two.", ["One.", "Two."]), ("One [@a]. Two [@b].", ["One [@a].", "Two [@b]."]),
    ("One. [@a] Two.", ["One. [@a]", "Two."]), ("One. [@a; @b, p. 3] [@c]", ["One. [@a; @b, p. 3] [@c]"]),
    ("Calls fell 3.5 percent. So did trade.", ["Calls fell 3.5 percent.", "So did trade."]),
    ("Mr. Brook and Dr. A. Lee came. They sat.", ["Mr. Brook and Dr. A. Lee came.", "They sat."]),
    ("Ships, e.g. Tugs, left.", ["Ships, e.g. Tugs, left."]), ("In the U.S. Navy it sank.", ["In the U.S. Navy it sank."]),
    ("It left the U.S. The crew stayed.", ["It left the U.S.", "The crew stayed."]),
    ("See No. 3 there. No. It was not.", ["See No. 3 there.", "No.", "It was not."]),
    ("“Go.” “Stay.” He left.", ["“Go.”", "“Stay.”", "He left."]),
    ("“Stop!” Ada Brook said [@a]. Then.", ["“Stop!” Ada Brook said [@a].", "Then."]),
    ('"Why?" asked the mayor. He left.', ['"Why?" asked the mayor.', "He left."]),
    ("One (with two.) Three.", ["One (with two.)", "Three."]), ("*One.* **Two.** Three", ["*One.*", "**Two.**", "Three"]),
    ("[One. Two.]{.x} Three.", ["[One.", "Two.]{.x}", "Three."]), ("One.[^1] Two.", ["One.[^1]", "Two."]),
    ("One. Élan. Ўlan.", ["One.", "Élan.", "Ўlan."]), ("船が着いた。次。", ["船が着いた。", "次。"]),
    ("One. @a says two.", ["One.", "@a says two."]), ('One. `{python} value("x. Y")` two.', ["One.", '`{python} value("x. Y")` two.']),
    ("Wait… Then go... Now.", ["Wait…", "Then go...", "Now."]), ("One. two.", ["One. two."]),
    ("See <https://a.b/c. D> now.", ["See <https://a.b/c. D> now."]), ("It rose at 3 p.m. Monday came.", ["It rose at 3 p.m. Monday came."]),
    ("One?! Two!", ["One?!", "Two!"]), ("", []), (" … ", []),
])
def test_sentences_end_where_they_do(text, parts):
    assert [text[start:end] for start, end in split(text)] == parts


def test_what_is_a_sentence_of_the_body_and_what_is_not(project):
    (project / "report.qmd").write_text(HEAD + """# A heading. With two.

Underlined heading
==================

Lead [@no-return].
On two lines.^[A note. Of two.]

- An item.
  It goes on.
1. A numbered one.

> Quoted words
> on two lines. And more.

| a | b. C |
|---|---|
| d. | e |

: The caption

Term
: Its meaning.

![A picture.](a.png){#fig-a fig-alt="It."}

<!-- Not. Seen. -->

```
Code. Block.
```

[^n]: A footnote.

:::: {.callout-note}
::: bare
Inner.
:::
Outer.
::::
""", "utf-8")
    read = sentences(report.read(project))
    assert [" ".join(s.text.split()).replace("> ", "") for s in read] == [
        "Lead [@no-return].", "On two lines.^[A note. Of two.]", "A note.", "Of two.", "An item.", "It goes on.",
        "A numbered one.", "Quoted words on two lines.", "And more.", "The caption", "Its meaning.", "A footnote.",
        "Inner.", "Outer."]
    assert [[b.attributes for b in s.blocks] for s in read[-2:]] == [["{.callout-note}", "bare"], ["{.callout-note}"]]
    assert read[-2].block("bare") and not read[-1].block("bare") and not read[-1].block("callout")


# --- facts ------------------------------------------------------------------------

@pytest.mark.parametrize("body", [
    "The dockers stopped work [@stopped-work].", "The dockers stopped work. [@stopped-work]", "@stopped-work tells of it.",
    'There are `{python} value("strikers")` of them.', "Calls fell, as @fig-calls shows.",
    "**Power.** They stopped [@stopped-work].", "Three things:\n\n- one [@stopped-work],\n- another [@no-return].",
    "They stopped.^[@stopped-work]", "They stopped.[^1]\n\n[^1]: See @stopped-work.", "# Where the mayor stands",
    "[We suppose so. We go on.]{.assumption} They stayed [@no-return].",
    "::: {.assumption}\nWe assume that nobody returned. Nobody did.\n:::",
    "The mayor, of all people, took no side: not then, not later [@stopped-work].",
    "In a remote harbour the company supposedly had probable cause for alarm [@no-return].",
    "The union calls a deal “highly likely”, and says “we assume so” [@no-return].",
    "[Pier 39]{.name} and CO2, H5N1 or G7 stay [@no-return, p. 12].", "See [the page](https://a.b/2031/03) and @no-return.",
    "In May may they return, as two or three or ten did [@no-return].",
])
def test_ordinary_prose_on_its_evidence_has_no_finding(check, body):
    assert found(check(body)) == []


@pytest.mark.parametrize(("body", "places"), [
    ("They stopped [@stopped-work]. Nobody knew why.", [(1, 31)]), ("# Head\n\nNobody\nknew.", [(3, 1)]),
    ("- One [@no-return].\n- Two.", [(2, 3)]), ("They stopped [@no-return].^[Or so they say.]", [(1, 29)]),
    ("As told in @sec-a. Then @fig-a.", [(1, 1)]), ("**All of the crews were bribed that day.** So [@no-return].", [(1, 1)]),
    ("**Power.**", [(1, 1)]), ("They had reasons:\n\nWords [@no-return].", [(1, 1)]),
    ("> They\n> stopped.", [(1, 3)]), ("🚢 They stopped. É so.", [(1, 1), (1, 17)]),
    ('::: {.judgement-full}\nIt ended.\n:::', [(2, 1)]), ("They left.[^1]\n\n[^1]: So.", [(1, 1), (3, 7)]),
])
def test_sentence_without_evidence(check, body, places):
    assert found(check(body)) == [("sentence-unsupported", *place) for place in places]


def test_expression_that_names_no_value_supports_nothing(check):
    assert found(check("A sum: `{python} 2 + 3`.")) == [("sentence-unsupported", 1, 1), ("value-unnamed", 1, 8)]


def test_value_that_no_notebook_publishes(check):
    assert found(check('So `{python} value("nothing")`.')) == [("value-unknown", 1, 4)]


# --- assumptions and judgements -----------------------------------------------------

def test_assumption_that_is_not_marked(check):
    assert found(check("They left [@no-return]. We assume more [@no-return].")) == [("assumption-unmarked", 1, 28)]


def test_judgement_in_the_guise_of_a_fact(check):
    assert found(check("They left [@no-return], and we judge it final.")) == [("judgement-outside", 1, 29)]


@pytest.mark.parametrize("fence", ["{.judgement}", '{.judgement row="none"}', "judgement"])
def test_judgement_block_that_names_no_row(check, fence):
    (finding,) = only(check(f"::: {fence}\nIt will end. It will not.\n:::"), "judgement-unnamed")
    assert (finding.line - FIRST + 1, finding.character) == (2, 1)


def test_judgement_block_that_does_not_say_what_its_row_says(check):
    body = '::: {.judgement row="long-strike"}\n`{python} value("judgement-traffic-fell-before")`\n:::'
    assert [f.found for f in only(check(body), "judgement-differs")] == ['"very likely"', "confidence moderate"]
    body = '::: {.judgement row="long-strike"}\nIt goes on.\n:::'
    assert [f.found for f in only(check(body), "judgement-differs")] == ['"no likelihood word"', "confidence not given"]


def test_judgement_that_the_report_does_not_show(check):
    findings = check("They left [@no-return].", judged=False)
    assert [(f.code, f.path, f.row) for f in findings] == [("judgement-unused", "data/judgements.csv", n) for n in (2, 3)]
    head = HEAD.replace("\n---\n\n", "\nunused: {long-strike: it ended, traffic-fell-before: told below}\n---\n\n")
    assert check("They left [@no-return].", head=head, judged=False) == []


# --- likelihood and confidence ------------------------------------------------------

@pytest.mark.parametrize(("word", "code"), [
    ("likely", "likelihood-outside"), ("very\nlikely", "likelihood-outside"), ("almost certainly", "likelihood-outside"),
    ("probably", "likelihood-row"), ("with a remote chance", "likelihood-row"), ("improbably", "likelihood-row"),
    ("nearly certain", "likelihood-row"), ("highly likely", "likelihood-bent"), ("not likely", "likelihood-bent"),
    ("more likely", "likelihood-bent"), ("perhaps", "likelihood-vague"), ("might have", "likelihood-vague"),
    ("could well", "likelihood-vague"),
])
def test_likelihood_that_is_no_judgements_or_no_band(check, word, code):
    findings = check(f"They will {word} leave [@no-return].")
    (finding,) = only(findings, code)
    assert {f.code for f in findings} <= {code, "likelihood-outside", "likelihood-range"}
    column = {"with a remote chance": 18}.get(word, 11 + (len(word.split()[0]) + 1 if code == "likelihood-bent" else 0))
    assert (finding.line - FIRST + 1, finding.character) == (1, column)


def test_likelihood_that_a_value_brings_into_a_sentence_of_facts(check):
    findings = check('So it is: `{python} value("judgement-long-strike")`.')
    assert ("likelihood-outside", 1, 11) in found(findings)


def test_words_of_the_other_row_where_the_first_judgement_uses_that(check, edit):
    edit("data/datapackage.json", '"likely",', '"likely", "improbable", "highly probable",')
    edit("data/judgements.csv", "Traffic very likely fell before the strike.,very likely",
         "Traffic highly probable fell before the strike.,highly probable")
    findings = only(check("They left [@no-return]."), "likelihood-row")
    assert [(f.path, f.row) for f in findings if f.row] == [("data/judgements.csv", 3)]
    assert any(f.path == "report.qmd" and f.found == '"very likely"' for f in findings)


def test_confidence_in_the_sentence_of_a_likelihood(check):
    body = '::: {.judgement row="long-strike"}\nWith high confidence a deal is unlikely.\n:::'
    assert ("confidence-with-likelihood", 2, 6) in found(check(body))
    values = VALUES | {"judgement-long-strike": "A deal is **unlikely** (20–45%), with low confidence."}
    assert [f.line for f in only(check("", values=values), "confidence-with-likelihood")]


def test_confidence_in_a_sentence_of_its_own(check):
    assert only(check("They left [@no-return]."), "confidence-with-likelihood") == []


def test_range_is_given_once_for_each_word(check):
    assert only(check("They left [@no-return]."), "likelihood-range") == []
    for text, told in [(LONG.replace(" (20–45%)", ""), "without its range"), (LONG + " Again unlikely (20–45%).", "again"),
                       (LONG.replace("20–45", "20–50"), "with 20 to 50%")]:
        (finding,) = only(check("They left [@no-return].", values=VALUES | {"judgement-long-strike": text}), "likelihood-range")
        assert told in finding.found and finding.line - FIRST + 1 == 8


def test_range_that_an_embedded_cell_repeats(check):
    embed = "_output/notebooks/harbour.ipynb#judgements"
    body = f"They left [@no-return].\n\n{{{{< embed {embed} >}}}}"
    assert only(check(body, embeds={embed: "A deal is unlikely. Talks."}), "likelihood-range") == []
    assert "again" in only(check(body, embeds={embed: "A deal is unlikely (20–45%)."}), "likelihood-range")[0].found


# --- numbers ------------------------------------------------------------------------

@pytest.mark.parametrize("number", ["310", "3.5", ".5", "−7", "10,000", "95%", "2031", "½", "fifteen", "Twenty-two", "two hundred",
                                    "five percent", "ten per cent", "3rd", "dozen"])
def test_number_typed_by_hand(check, number):
    assert found(check(f"They lost {number} of it [@no-return].")) == [("number-typed", 1, 11)]


@pytest.mark.parametrize(("body", "column"), [("# In 2031", 6), ("| 5 |\n|---|", 3), ("**In 5.** They left [@no-return].", 6)])
def test_number_typed_outside_sentences(check, body, column):
    assert ("number-typed", 1, column) in found(check(body))


# --- the table of judgements --------------------------------------------------------

@pytest.mark.parametrize("column", ["basis", "supported_by", "against", "alternative", "would_change_it", "confidence"])
def test_judgement_that_lacks_a_part(check, project, data, column):
    loaded = data()
    loaded.rows["judgements"][1][column] = None
    (project / "report.qmd").write_text(HEAD + JUDGED, "utf-8")
    findings = prose.check(report.read(project), loaded, Offered())
    assert [(f.row, f.column) for f in only(findings, "judgement-incomplete")] == [(3, column)]


@pytest.mark.parametrize(("text", "code"), [
    ("Traffic very likely fell, and is likely to.", "judgement-likelihood"),
    ("Traffic very likely fell, with high confidence.", "confidence-with-likelihood")])
def test_judgement_whose_text_breaks_a_rule(check, edit, text, code):
    edit("data/judgements.csv", "Traffic very likely fell before the strike.", f'"{text}"')
    assert [(f.row, f.column) for f in only(check("They left [@no-return]."), code) if f.row] == [(2, "text")]


# --- use ----------------------------------------------------------------------------

def test_citation_of_nothing_and_of_a_source_whose_passages_are_held(check):
    assert found(check("They left [@nobody].")) == [("citation-unresolved", 1, 12)]
    assert found(check("They left [@no-return; @courier].")) == [("citation-without-passage", 1, 24)]


def test_evidence_that_is_used_nowhere(check):
    findings = check("They left [@no-return].", used=[])
    unused = [f for f in findings if f.code == "evidence-unused"]
    assert [(f.path, f.row, f.column) for f in unused] == [
        *(("data/passages.csv", row, "id") for row in (2, 3, 5, 6, 7)), ("data/sources.csv", 3, "id")]


def test_reason_for_what_is_not_used(check, data):
    used = [row["id"] for name in ("passages", "sources") for row in data().rows[name] if row["id"] != "dockers-joined"]

    def codes(unused):
        head = HEAD.replace("\n---\n\n", f"\nunused: {unused}\n---\n\n")
        return [f.code for f in check("They left [@no-return].", head=head, used=used)]

    assert codes("{dockers-joined: told by the union alone}") == []
    assert codes("{dockers-joined: ''}") == ["unused-reason", "evidence-unused"]
    assert codes("{dockers-joined: why, no-return: why}") == ["unused-stale"]


def test_figure_and_table_that_are_embedded_nowhere(check):
    labels = {"fig-a": "n.ipynb", "tbl-b": "n.ipynb", "values": "n.ipynb", "fig-c": "n.ipynb"}
    findings = check("They left [@no-return].\n\n{{< embed n.ipynb#fig-c >}}", labels=labels)
    assert [(f.code, f.path, f.found) for f in findings] == [
        ("figure-unused", "n.ipynb", "fig-a, embedded nowhere"), ("figure-unused", "n.ipynb", "tbl-b, embedded nowhere")]
    head = HEAD.replace("\n---\n\n", "\nunused: {fig-a: too small, tbl-b: too large}\n---\n\n")
    assert check("They left [@no-return].\n\n{{< embed n.ipynb#fig-c >}}", head=head, labels=labels) == []


def test_table_of_facts_of_which_no_row_is_used(check, data):
    used = ["stopped-work", "no-return"]
    findings = only(check("They left [@no-return].", used=used), "table-unused")
    assert [(f.path, f.found) for f in findings] == [
        (f"data/{name}.csv", f"the table {name}, no row of which is used") for name in ("quantities", "series")]
    assert only(check("They left [@no-return]."), "table-unused") == []
