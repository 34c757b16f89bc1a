"""The shelf: all projects below a folder or an address, each by itself, on one machine or a cluster.

In: a folder with projects in it. Out: the `_output/` of each, and one account of all.
`projects` finds them, `workers` are the processes that work on one after another, `batch` spreads the projects over
them, `cluster` over the workers of a Dask cluster, `account` tells how far it is and what came of it.
"""
