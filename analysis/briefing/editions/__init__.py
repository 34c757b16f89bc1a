"""Editions: what was published, and the proof that it follows from its inputs.

In: inputs and outputs by path. Out: the record, the archive and the crate of an edition; the differences of two.
`archive` packs the inputs, `edition` records, `crate` describes for other programs, `editions` finds one that a person
names, `compare` explains what differs, `rebuild` makes one again.
"""
