"""Reproducible briefings: coded facts in, one PDF and one HTML file out.

The modules in the order in which data flow, each importing only from those
before it: findings, tables, quantities, evidence, positions, figures,
notebooks, report, document, html, pdf, render, cli.
"""

__version__ = "0.1.0"
