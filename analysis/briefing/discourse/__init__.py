"""Discourse: who stands where on what, and whether two coders see the same.

In: the rows of `facts`, with the evidence of `sources`. Out: stands, networks and timelines as frames; the coders'
agreement; files for other programs.
`statements` has those that count, with their time, `positions` the frames, `reliability` the agreement, `sheets` the
blind sheet that a second coder fills in, `exports` statements and networks as files.
"""
