"""Editions: what was published, and the proof that it follows from its inputs.

In: inputs and outputs by path. Out: the record, the archive and the crate of an edition; the differences of two.
`edition` records, packs and finds one that a person names, `crate` describes it for other programs, `contexts` lets
them expand its JSON-LD without the network, `compare` explains what differs, `rebuild` makes one again, `reading` takes
from one what a shelf of many shows of it.
"""
