"""Sources: what was said where, by whom, and what stands behind a sentence.

In: the rows of `facts`, and the texts of the sources where they are at hand. Out: cards, grades and citations of the
evidence; findings where a passage is not where it is said to be.
`texts` reads what somebody has into plain text, `places` knows where the texts lie; `selecting` makes a passage of
words and finds words again, `passages` holds each passage against its text and its quantities against its words,
`proposals` offers what may be coded of them; `evidence` has the cards and citations, `annotations` what other programs
read.
"""
