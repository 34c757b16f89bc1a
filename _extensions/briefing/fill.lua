-- The document that analysis/prerender.py has made goes in: as blocks into a page, as Typst's source into a PDF.
local folder = "_output/quarto/briefing/"

local function ready(name)
  local root = quarto and quarto.project and quarto.project.directory
  local path = (root and root .. "/" or "") .. folder .. name
  local file = io.open(path, "rb")
  if not file then
    error(path .. ": found no such file, expected what analysis/prerender.py writes. "
      .. "Keep `pre-render: analysis/prerender.py` in _quarto.yml, and render in the project.", 0)
  end
  local text = file:read("a")
  file:close()
  return text
end

return { { Pandoc = function(doc)
  if FORMAT:match("typst") then
    doc.blocks = pandoc.Blocks { pandoc.RawBlock("typst", ready("report.typ")) }
  elseif FORMAT:match("html") then
    local page = pandoc.read(ready("page.json"), "json")
    local head = doc.meta["header-includes"] or pandoc.MetaList {}
    if pandoc.utils.type(head) ~= "List" then head = pandoc.MetaList { head } end
    head:insert(page.meta["header-includes"])
    doc.meta["header-includes"] = head
    doc.meta.date = page.meta.date
    doc.blocks = page.blocks
  else
    error("report.qmd: found the format " .. FORMAT .. ", expected html or typst. Name one of these with --to.", 0)
  end
  for _, name in ipairs { "bibliography", "csl", "nocite", "references" } do  -- the citations are made
    doc.meta[name] = nil
  end
  return doc
end } }
