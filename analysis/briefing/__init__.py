"""Reproducible briefings: coded facts in, one PDF and one HTML file out.

The modules in the order in which data flow, each importing only from those
before it: findings, unchanged, imports, timings, recording, store, dates, tables, quantities, evidence, anchors, positions,
reliability, exports, sheets, typefaces, drawing, drawer, framing, position_figures, figures,
inline, kernels, provisioning, notebooks, report, archive, crate, edition, compare, cache, editions, rebuild, sentences, prose, tree,
constructs, document, html, pdf, glyphs, review, running, render, serving, preview, cli.
"""

__version__ = "0.1.0"
NOTHING_CHANGED = "Nothing changed: _output/report.html and _output/report.pdf are up to date"
