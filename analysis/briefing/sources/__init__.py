"""Sources: what was said where, by whom, and what stands behind a sentence.

In: the rows of `facts`, and the texts of the sources where they are at hand. Out: cards, grades and citations of the
evidence; findings where a passage is not where it is said to be.
`passages` holds each against its text, where `searching` finds those that are lost; `selecting` makes a passage of
words, `proposals` offers what may be coded of them. `places` knows where the texts lie, `evidence` has the cards and
citations, `annotations` what other programs read.
"""
