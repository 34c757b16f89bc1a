-- What Quarto read of report.qmd goes before its filters run: they would look for code, figures and references that
-- `fill.lua` brings, ready, when they are done.
return { { Pandoc = function(doc)
  doc.blocks = pandoc.Blocks {}
  return doc
end } }
