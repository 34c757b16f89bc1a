"""The report: its prose, what is bound into it, and the document that comes of both.

In: `report.qmd`, and what `execution` has made. Out: a document as pandoc's tree; findings in syntax and prose.
`parameters` has the keys of the front matter, `sections` what of the text they keep; `report` reads and binds;
`rules` hold the text and its figures' captions against their evidence; `citations` formats what it cites, `document`
makes one tree of all (`tree`), and tells what leads nowhere.
"""
