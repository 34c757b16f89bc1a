// The text of the workbench: paragraphs, highlights, and words that are selected by mouse or keyboard. Places are UTF-16
// units here (`u`) and code points in the tables (`c`). Highlights are painted by CSS custom highlights through the
// annotator's renderer interface, so that no style is made at run time and the text's own elements never change.
"use strict";

// --- the text ------------------------------------------------------------------------

async function load() {
  const found = await ask("text", {source});
  if (found.text === null) return;
  text = found.text;
  loaded = state.text;
  astral = [];
  for (let u = 0, c = 0; u < text.length; u += 1, c += 1) {
    const code = text.charCodeAt(u);
    if (code >= 0xd800 && code < 0xdc00) { astral.push(c); u += 1; }
  }
  const whole = document.createDocumentFragment();
  paragraphs = found.paragraphs.map(([start, end], at) => {
    const from = toU(start), to = toU(end), words = text.slice(from, to);
    const node = document.createTextNode(words);
    const element = h("p", {}, node);
    element.dataset.n = at + 1;
    if (isTitle(words, at)) {
      element.className = "title";
      element.setAttribute("role", "heading");
      element.setAttribute("aria-level", at ? "3" : "2");
    }
    element.style.containIntrinsicBlockSize = `auto ${Math.ceil(words.length / 72) * 1.62 + 0.75}em`;
    whole.append(element);
    return {n: at + 1, start: from, end: to, node, element};
  });
  for (const known of painted.values()) known.clear?.();
  $("words").replaceChildren(whole);
  cursor = null;
  if (!annotator_) annotate();
  else annotator_.state.store.clear();
}

/** A line as short as a title that does not end as a sentence does. */
function isTitle(words, at) {
  return words.length < 120 && !/[.!?…:;,"”»)\]。！？」』]\s*$/.test(words) && (at < 3 || words.length < 70);
}

/** Units of a place in code points, and back. */
function toU(c) {
  let low = 0, high = astral.length;
  while (low < high) { const middle = (low + high) >> 1; if (astral[middle] < c) low = middle + 1; else high = middle; }
  return c + low;
}
function toC(u) {
  let low = 0, high = astral.length;
  while (low < high) { const middle = (low + high) >> 1; if (astral[middle] + middle < u) low = middle + 1; else high = middle; }
  return u - low;
}

function paragraphAt(u) {
  let low = 0, high = paragraphs.length - 1;
  while (low < high) { const middle = (low + high + 1) >> 1; if (paragraphs[middle].start <= u) low = middle; else high = middle - 1; }
  return paragraphs[low];
}

function rangeOf({start, end}, Kind = null) {
  const first = paragraphAt(start), last = paragraphAt(Math.max(end - 1, start));
  const at = {startContainer: first.node, startOffset: Math.min(start - first.start, first.node.length),
              endContainer: last.node, endOffset: Math.min(end - last.start, last.node.length)};
  if (Kind) return new Kind(at);
  const range = document.createRange();
  range.setStart(at.startContainer, at.startOffset);
  range.setEnd(at.endContainer, at.endOffset);
  return range;
}

/** The place of a point of the document. */
function placeOf(node, offset) {
  const element = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("p[data-n]");
  if (element) {
    const each = paragraphs[element.dataset.n - 1];
    return each.start + (node.nodeType === Node.TEXT_NODE ? offset : offset > 0 ? each.node.length : 0);
  }
  const next = node.childNodes[offset]?.dataset?.n;
  return next ? paragraphs[next - 1].start : text.length;
}

/** Words that the mouse cut at either end made whole; not where words are written without spaces. */
function wholeWords(span) {
  const {start, end} = trimmed(span);
  if (start >= end) return span;
  const cut = (u) => segments(paragraphAt(u), "word").find((word) => word.start < u && u < word.end
    && !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u.test(text.slice(word.start, word.end)));
  return {start: cut(start)?.start ?? start, end: cut(end)?.end ?? end};
}

function trimmed({start, end}) {
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  return {start, end};
}

// --- highlights ----------------------------------------------------------------------

const painted = new Map();

function paintOne(name, ranges, priority) {
  if (!window.CSS?.highlights) return;
  if (!painted.has(name)) {
    const made = new Highlight();
    made.priority = priority;
    painted.set(name, made);
    CSS.highlights.set(name, made);
  }
  const highlight = painted.get(name);
  if (!highlight.size && !ranges.length) return;
  highlight.clear();
  for (const range of ranges) highlight.add(range);
}

function spanOf(passage) {
  const moved = state.changed && state.moves.find((move) => move.passage === passage.id);
  const place = moved || passage;
  const start = toU(Number(place.start)), end = toU(Number(place.end));
  return Number.isInteger(start) && start >= 0 && start < end && end <= text.length ? {start, end} : null;
}

let last = {};  // what was painted last
function paint() {
  if (!annotator_) return;
  const hovered = annotator_.state.hover.current, plain = [], nested = [], one = [], over = [];
  paintOne("draft", [cursor, draft].filter(Boolean).map((span) => rangeOf(span)), 6);
  if (last.passages === placedNow && last.chosen === chosen && last.hovered === hovered) return;  // as after each scroll
  last = {passages: placedNow, chosen, hovered};
  for (const each of placed()) {
    const range = annotator_.state.store.getAnnotation(each.id)?.target.selector[0].range;
    if (!range) continue;
    if (each.id === chosen) one.push(range);
    else if (each.id === hovered) over.push(range);
    else (each.depth ? nested : plain).push(range);
  }
  paintOne("passage", plain, 1);
  paintOne("nested", nested, 2);
  paintOne("chosen", one, 3);
  paintOne("hovered", over, 4);
}

function paintMarks() {
  const ranges = (spans) => spans.map(([start, end]) => rangeOf({start: toU(start), end: toU(end)}, StaticRange));
  paintOne("number", ranges(uncoded.numbers), 0);
  paintOne("name", ranges(uncoded.names), 0);
}

let placedNow = [];
/** The passages of this source with their places, by place; `depth` is how many others hold them. */
function placed() { return placedNow; }

/** Let the annotator know the passages that there are, and no others; only what changed is touched. */
function synchronise() {
  if (!annotator_ || !paragraphs.length) { placedNow = []; return; }
  const lostOnes = new Set(state.findings.filter((each) => LOST.includes(each.code)).map((each) => each.row));
  placedNow = rows("passages").filter((row) => row.cells.source === source && !lostOnes.has(row.row))
    .map((row) => ({id: row.cells.id, span: spanOf(row.cells), row})).filter((each) => each.span)
    .sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  const around = [];
  for (const each of placedNow) {
    while (around.length && around[around.length - 1].span.end <= each.span.start) around.pop();
    each.depth = around.length;
    around.push(each);
  }
  const store = annotator_.state.store, wanted = new Map(placedNow.map((each) => [each.id, each]));
  for (const known of store.all()) {
    const each = wanted.get(known.id);
    if (!each || known.bodies[0]?.value !== `${each.span.start} ${each.span.end}`) store.deleteAnnotation(known.id, REMOTE);
  }
  const added = placedNow.filter((each) => !store.getAnnotation(each.id)).map((each) => ({
    id: each.id, bodies: [{id: each.id, annotation: each.id, value: `${each.span.start} ${each.span.end}`}],
    target: {annotation: each.id, selector: [{quote: "", ...each.span, range: rangeOf(each.span)}]}}));
  if (added.length) store.bulkAddAnnotations(added, false, REMOTE);
  paint();
}

function annotate() {
  const painter = {redraw: paint, setVisible() {}, destroy() {}};
  const words = $("words");
  annotator_ = annotator.createTextAnnotator(words, {
    renderer: (container, itsState, viewport) => annotator.createRenderer(painter, container, itsState, viewport),
    offsetReferenceSelector: "p, #words, #text"});
  let pointed = 0, early = null;
  words.addEventListener("pointerup", () => { pointed = performance.now(); }, true);
  annotator_.state.selection.subscribe(({selected}) => {
    if (!selected.length) {
      if (performance.now() - pointed < 300 && document.getSelection().isCollapsed && !draft) choose(null);
      return;
    }
    const {id} = selected[0];
    if (placed().some((each) => each.id === id)) return choose(id, {scroll: false});
    const target = annotator_.state.store.getAnnotation(id)?.target;
    if (!target?.selector.length) return;
    const range = target.selector[0].range, last = target.selector[target.selector.length - 1].range;
    const span = wholeWords({start: placeOf(range.startContainer, range.startOffset), end: placeOf(last.endContainer, last.endOffset)});
    queueMicrotask(() => {
      annotator_.state.selection.clear();
      annotator_.state.store.deleteAnnotation(id, REMOTE);
      document.getSelection().removeAllRanges();
    });
    const known = early && early.start === span.start && early.end === span.end;
    early = null;
    if (!known) select(span);
  });
  // of a quick drag the annotator waits 50 ms whether it becomes a click: what was selected is taken at once
  words.addEventListener("mouseup", (event) => {
    const selection = document.getSelection();
    if (event.detail > 1 || event.button || selection.isCollapsed || !words.contains(selection.anchorNode)) return;
    const range = selection.getRangeAt(0);
    if (words.contains(range.startContainer) && words.contains(range.endContainer)) {
      early = wholeWords({start: placeOf(range.startContainer, range.startOffset), end: placeOf(range.endContainer, range.endOffset)});
      select(early);
    }
  });
  annotator_.state.hover.subscribe((id) => {
    const passage = id && row("passages", id);
    if (passage) say(describe(passage), true);
  });
  words.addEventListener("dblclick", (event) => {
    const selection = document.getSelection();
    if (!selection.anchorNode || !words.contains(selection.anchorNode)) return;
    const span = sentenceAt(placeOf(selection.anchorNode, selection.anchorOffset));
    const range = rangeOf(span);
    selection.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    early = span;
    select(span);
  });
}

function describe(cells) {
  if (!cells.gist && !cells.speaker) return `Words that you coded: ${coders(cells.id).join(", ")}`;
  const by = coders(cells.id);
  return `${cells.id}: ${cells.gist} (${cells.speaker || "no speaker"}; ${by.length ? `coded by ${by.join(", ")}` : "no statement yet"})`;
}

function coders(id) {
  return [...new Set(rows("statements").filter((each) => each.cells.passage === id).map((each) => each.cells.coder).filter(Boolean))];
}

// --- words that are selected ---------------------------------------------------------

async function select(span) {
  const at = trimmed(span);
  if (at.start >= at.end) return;
  if (respan) return takeWords(at);
  if (form && form.dirty) keep();
  draft = at;
  cursor = null;
  chosen = null;
  paint();
  let offered;
  try { offered = await ask("select", {source, start: toC(at.start), end: toC(at.end)}); } catch (problem) { return say(problem.error); }
  if (draft !== at) return;
  if (offered.equal) { draft = null; say("These words are a passage already."); return choose(offered.equal); }
  if (offered.attached) return attach(offered);
  if (offered.crossing.length) return crossing(offered);
  openPassage(offered);
}

let respan = null;  // the passage that takes the next words that are selected
function changeWords() {
  withChosen((one) => {
    respan = one.cells.id;
    say(`Select the words that ${respan} should have. Esc leaves it as it is.`);
  });
}
async function takeWords(at) {
  const one = rows("passages").find((each) => each.cells.id === respan);
  respan = null;
  cursor = null;
  if (!one) return;
  const after = {...one.cells, start: String(toC(at.start)), end: String(toC(at.end))};
  try {
    await take(await ask("save", {label: "other words of passage", source, changes: [{table: "passages", before: one.cells, after}]}));
    choose(after.id, {scroll: false});
    say(`Saved: ${after.id} has these words now. Undo: Ctrl Z.`);
  } catch (problem) { complain("Its words were not changed", problem); }
}

function openPassage(offered) {
  const values = {source, start: offered.start, end: offered.end, kind: offered.kind, speaker: offered.speaker,
                  chain: offered.chain, quote: offered.quote, credibility: "6"};
  openForm({table: "passages", values, proposed: Object.keys(values), offered,
            span: {start: offered.start, end: offered.end}});
}

/** Words of a passage that another made: the statement is this coder's, and so is its span. */
function attach(offered) {
  openForm({table: "statements", passage: offered.attached, offered, span: {start: offered.start, end: offered.end},
            values: {passage: offered.attached, coder: state.coder, start: offered.start, end: offered.end, actor: offered.actor, mode: "said"},
            proposed: ["actor", "mode"], note: `These words lie in a passage that is there already. Your statement is attached to it${
              state.schemas.statements.fields.some((field) => field.name === "start") ? ", and your own words are noted with it" : ""}.`});
}

function crossing(offered) {
  const own = {start: offered.start, end: offered.end};
  const go = (span) => select({start: toU(span.start), end: toU(span.end)});
  const other = offered.crossing[0];
  const outside = own.start < other.start ? {start: own.start, end: other.start} : {start: other.end, end: own.end};
  const holding = {start: Math.min(own.start, ...offered.crossing.map((each) => each.start)),
                   end: Math.max(own.end, ...offered.crossing.map((each) => each.end))};
  closeForm();
  $("form").replaceChildren(h("div", {className: "notice", role: "alert"},
    h("h2", {}, "These words cross a passage"),
    h("p", {}, "Passages lie apart, or one inside the other: words that belong to two halves belong to neither."),
    offered.crossing.map((each) => h("p", {}, h("code", {}, each.id), ` ${each.gist || ""}`)),
    h("div", {className: "actions"},
      h("button", {type: "button", className: "main", onclick: () => go(outside)}, "Take only the words outside it"),
      h("button", {type: "button", onclick: () => go(holding)}, "Widen to hold it"),
      h("button", {type: "button", onclick: () => { cancel(); choose(other.id); }}, `Open ${other.id}`),
      h("button", {type: "button", onclick: cancel}, "Leave it"))));
  $("view").replaceChildren();
  $("form").querySelector("button").focus();
  say("These words cross a passage; choose what to do.");
}

// --- going about ---------------------------------------------------------------------

function choose(id, {scroll = true} = {}) {
  if (form && form.dirty) keep();
  closeForm();
  draft = null;
  chosen = id;
  if (id) cursor = null;
  renderView();
  $("panel").scrollTop = 0;
  if (!id) return;
  if (scroll) scrollTo(id);
  say(describe(row("passages", id)));
}

function scrollTo(id) {
  const each = placed().find((one) => one.id === id);
  if (each) reveal(each.span);
}
function isInView(id) {
  const each = placed().find((one) => one.id === id);
  if (!each) return true;
  const box = rangeOf(each.span).getBoundingClientRect(), frame = $("text").getBoundingClientRect();
  return box.top >= frame.top && box.bottom <= frame.bottom;
}
/** Bring words into view; twice, since what is above may only now be laid out. */
function reveal(span) {
  const go = () => {
    const box = rangeOf(span).getBoundingClientRect(), frame = $("text").getBoundingClientRect();
    if (box.top < frame.top + 40 || box.bottom > frame.bottom - 40) $("text").scrollTop += box.top - frame.top - frame.height / 3;
  };
  paragraphAt(span.start).element.scrollIntoView({block: "nearest"});
  go();
  requestAnimationFrame(go);
}

function nextPassage(by) {
  const all = placed();
  if (!all.length) return say("No passage yet.");
  let at = all.findIndex((each) => each.id === chosen);
  if (at < 0) {
    const place = cursor ? cursor.start : placeInView();
    at = by > 0 ? all.findIndex((each) => each.span.start >= place) - 1 : all.findIndex((each) => each.span.start >= place);
    if (at < -1) at = by > 0 ? all.length - 1 : all.length;
  }
  choose(all[(at + by + all.length) % all.length].id);
}

function placeInView() {
  const frame = $("text").getBoundingClientRect();
  const found = paragraphs.find((each) => each.element.getBoundingClientRect().bottom > frame.top + 20);
  return found ? found.start : 0;
}

const segmenters = {};
function segments(each, granularity) {
  const key = `${granularity}s`;
  if (!each[key]) {
    segmenters[granularity] ||= new Intl.Segmenter($("words").lang || undefined, {granularity});
    each[key] = [...segmenters[granularity].segment(each.node.data)]
      .filter((part) => (granularity === "word" ? part.isWordLike : part.segment.trim()))
      .map((part) => trimmed({start: each.start + part.index, end: each.start + part.index + part.segment.length}));
  }
  return each[key];
}
function sentenceAt(u) {
  const all = segments(paragraphAt(u), "sentence");
  return {...(all.find((part) => u < part.end) || all[all.length - 1])};
}
/** The next segment that begins at or after a place (by 1), or the last that ends at or before it (by -1). */
function beside(u, granularity, by) {
  let n = paragraphAt(Math.max(0, Math.min(u, text.length - 1))).n - 1;
  for (; n >= 0 && n < paragraphs.length; n += by) {
    const all = segments(paragraphs[n], granularity);
    const found = by > 0 ? all.find((part) => part.start >= u) : all.findLast((part) => part.end <= u);
    if (found) return {...found};
  }
  return null;
}

/** Move the keyboard's selection: a sentence or word on or back, or its end, or its start. */
function move(granularity, by, part = null) {
  if (!paragraphs.length) return;
  const at = cursor || draft || (chosen && placed().find((each) => each.id === chosen)?.span);
  let now = null;
  if (!at) {
    const place = placeInView();
    now = granularity === "sentence" ? sentenceAt(place) : beside(place, "word", 1);
  } else if (!part) {
    now = beside(by > 0 ? at.end : at.start, granularity, by);
  } else if (part === "end") {
    const next = by > 0 ? beside(at.end, granularity, 1) : beside(segmentBefore(at.end, granularity).start, granularity, -1);
    if (next && next.end > at.start) now = {start: at.start, end: next.end};
  } else {
    const next = by < 0 ? beside(at.start, granularity, -1) : beside(at.start + 1, granularity, 1);
    if (next && next.start < at.end) now = {start: next.start, end: at.end};
  }
  if (!now) return;
  if (granularity === "sentence" && part === "end" && by > 0) now.end = Math.max(now.end, at.end);
  const shown = chosen || form;
  if (form) { if (form.dirty) keep(); closeForm(); }
  if (!respan) chosen = null;
  draft = null;
  cursor = now;
  if (shown) renderView(); else paint();
  reveal(by < 0 || part === "start" ? {start: now.start, end: now.start + 1} : {start: now.end - 1, end: now.end});
  say(text.slice(now.start, now.end));
}
function segmentBefore(u, granularity) {
  const all = segments(paragraphAt(u - 1), granularity);
  return all.findLast((part) => part.start < u) || all[0];
}

function openUnderCursor() {
  const at = cursor || {start: placeInView(), end: placeInView()};
  const under = placed().filter((each) => each.span.start <= at.start && at.start < each.span.end);
  if (under.length) choose(under[under.length - 1].id); else say("No passage here.");
}

