"""Facts: the tables of `data/`, and what their cells mean.

In: CSV files and their descriptor. Out: typed rows; dates as ranges of days; numbers with their hedges.
`tables` reads and checks, by `rules` between cells, `cells` one cell, with what was meant by it; `dates` and
`quantities` say what a cell means, `coders` who coded what and whose statements count, `editing` changes rows and
nothing beside them, `recording` notes who read what.
"""
