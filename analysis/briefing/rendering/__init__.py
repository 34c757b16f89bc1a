"""Rendering: the whole way from `data/` to `_output/`, and none of it twice.

In: a project. Out: its `_output/`, and what tells the next render what it need not do again.
`render` goes the way, `running` has the notebooks run, `cache` keeps and finds results, `unchanged` answers at once
where nothing is to be done, `timings` says where the time went.
"""
