"""Writers: the document as files.

In: the document of `report`. Out: one HTML page, one PDF; findings where a typeface lacks a character.
`html` and `pdf` write, `typesetting` runs Typst, `glyphs` looks for characters that cannot be set.
"""
