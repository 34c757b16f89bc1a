"""Rendering: the whole way from `data/` to `_output/`, and none of it twice.

In: a project. Out: its `_output/`, and what tells the next render what it need not do again.
`project` reads data and report, `render` goes the way, `quarto` has the other engine go it, `steps` has the notebooks
run, `cache` keeps and finds results, `manifest` tells at once where nothing has changed, `timings` where the time went.
"""
