"""Coding: what one coder sees of a project, is offered for words, and saves.

In: the tables of `facts`, and the texts of `sources`. Out: plain data for a page, and changes of the tables.
`sitting` is one coder's sitting, `sight` who sees what, `offers` what is proposed for words, `sheets` the blind sheet
that a second coder fills in, `passage` makes one by itself, from the shell.
"""
