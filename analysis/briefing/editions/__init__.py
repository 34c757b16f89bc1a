"""Editions: what was published, and the proof that it follows from its inputs.

In: inputs and outputs by path. Out: the record, the archive and the crate of an edition; the differences of two.
`edition` records, packs and finds one that a person names, `publishing` brings it into `_output/`, whole or not at all,
`crate` describes it for other programs, `compare` explains what differs, `rebuild` makes one again, `confinement`
shuts in the code of a stranger's, `attestation` signs and reads what came of it.
"""
