"""The shelf: many briefings of one desk, each made by itself, on one machine or a cluster, and kept and read together.

In: a folder or an address with projects below it. Out: the `_output/` of each and one account of all; facts that are
kept once; one page and one feed of all editions.
`projects` finds them, `workers` are the processes that work on one after another, `batch` spreads the projects over
them and tells how far it is and what came of it, `cluster` spreads them over the workers of a Dask cluster. `sharing`
takes facts of a package into projects, renews them there and tells what that moves. `reading` takes from an edition
what a shelf shows of it, `index` writes the page and the feed of all editions.
"""
