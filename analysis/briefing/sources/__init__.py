"""Sources: what was said where, by whom, and what stands behind a sentence.

In: the rows of `facts`, and the texts of the sources where they are at hand. Out: cards, grades and citations of the
evidence; findings where a passage is not where it is said to be.
`evidence` has the cards and citations, `anchors` the place of a passage in its text.
"""
