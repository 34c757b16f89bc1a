"""Facts: the tables of `data/`, and what their cells mean.

In: CSV files and their descriptor. Out: typed rows; dates as ranges of days; numbers with their hedges.
`tables` reads and checks, `cells` one cell, for which `guesses` tells what was meant; `dates` and `quantities` say
what a cell means, `editing` changes rows and nothing beside them, `recording` notes who read what.
"""
