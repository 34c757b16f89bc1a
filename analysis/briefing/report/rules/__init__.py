"""What a report is held to: its prose, sentence by sentence, and what is said of its figures.

In: the report as read, the tables, what the notebooks offer. Out: findings.
`prose` holds sentences (`sentences`) to their evidence by the words of a language (`wording`), `captions` what is said
of figures to the tables.
"""
