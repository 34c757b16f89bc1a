"""Execution: notebooks run on kernels, and what their cells show.

In: notebooks, with the charts in them. Out: executed copies with figures, tables and values, and what they have read.
`notebooks` runs one, `kernels` has the processes to run it on, `provisioning` tells Jupyter of them, `figures` and
`drawing` make a figure of a chart, `store` keeps what was made, `scratch` gives folders for as
long as one runs.
"""
