"""Discourse: who stands where on what, and whether two coders see the same.

In: the rows of `facts`, with the evidence of `sources`. Out: stands, networks and timelines as
frames; coders' agreement.
`positions` has the frames, `reliability` the agreement, `sheets` what a second coder fills in, `exports` what other
programs read.
"""
