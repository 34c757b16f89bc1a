"""Discourse: who stands where on what, and whether two coders see the same.

In: the rows of `facts`, with the evidence of `sources`. Out: stands, networks and timelines as frames; the coders'
agreement; files for other programs.
`statements` has those that count, with their time, `networks` the networks by the rules of the Discourse Network
Analyzer, `camps` who stands together in them, `windows` both over time. `positions` has the frames, `reliability` the
agreement, `exports` statements and networks as files.
"""
