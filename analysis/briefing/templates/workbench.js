// The workbench: the text at the left, the codes at the right. Places are UTF-16 units here (`u`) and code points in the
// tables (`c`). Highlights are painted by CSS custom highlights through the annotator's renderer interface, so that no
// style is made at run time and the text's own elements never change.
"use strict";

const $ = (id) => document.getElementById(id);
let source = new URLSearchParams(location.search).get("source");
let state = null;                                  // what the server last said
let text = "", loaded = null, paragraphs = [];     // the text, its hash, its paragraphs {n, start, end, node, element}
let astral = [];                                   // code points (by number) that take two units
let annotator_ = null;                             // Recogito's annotator
let chosen = null;                                 // the id of the passage that is shown
let draft = null;                                  // the words that were selected: {start, end} in u
let cursor = null;                                 // where the keyboard is: {start, end} in u
let form = null;                                   // the open form
let uncoded = {paragraphs: [], numbers: [], names: []};
let single = localStorage.getItem("briefing-single-keys") !== "off";
const REMOTE = "REMOTE";                           // not for the annotator's own undo: the server has that
const steps = {paragraphs: -1, numbers: -1, names: -1, findings: -1};

// --- the server -------------------------------------------------------------------

async function ask(name, values) {
  let answer;
  try {
    answer = await fetch(name, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(values || {})});
  } catch {
    lost();
    throw {error: "The workbench does not answer. What you typed is kept in this tab."};
  }
  const body = await answer.text();
  let data;
  try { data = JSON.parse(body); } catch { data = {error: body}; }
  if (!answer.ok) {
    if (answer.status === 403 || answer.status === 404) lost();
    throw {status: answer.status, ...data};
  }
  return data;
}

let gone = false;
function lost() {
  gone = true;
  notices();
}

function listen() {
  const events = new EventSource("events");
  events.onmessage = (event) => {
    if (gone) { gone = false; notices(); }
    if (state && JSON.parse(event.data).version !== state.version) refresh();
  };
  events.onerror = () => lost();
}

let refreshing = false, again = false;
async function refresh() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  try { await take(await ask("state", {source})); } catch (problem) { say(problem.error || String(problem)); }
  refreshing = false;
  if (again) { again = false; refresh(); }
}

/** Show a state of the files, and of the text only if that is another. */
async function take(now) {
  state = now;
  if (state.source) source = state.source;
  if (state.text && state.text !== loaded) await load();
  if (!state.text) { loaded = null; paragraphs = []; $("words").replaceChildren(); }
  problem();
  synchronise();
  render();
  lookForUncoded();
}

let looking = 0;
function lookForUncoded() {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    if (!state.text) return;
    try { uncoded = await ask("uncoded", {source}); } catch { return; }
    const without = new Set(uncoded.paragraphs);
    for (const each of paragraphs) each.element.classList.toggle("uncoded", without.has(each.n));
    paintMarks();
    renderSteps();
    if (!chosen && !form) renderView();
  }, 60);
}

// --- the text ---------------------------------------------------------------------

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
  return words.length < 120 && !/[.!?…:;,"”»)\]]\s*$/.test(words) && (at < 3 || words.length < 70);
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

function trimmed({start, end}) {
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  return {start, end};
}

// --- highlights -------------------------------------------------------------------

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
  highlight.clear();
  for (const range of ranges) highlight.add(range);
}

function spanOf(passage) {
  const moved = state.changed && state.moves.find((move) => move.passage === passage.id);
  const place = moved || passage;
  const start = toU(Number(place.start)), end = toU(Number(place.end));
  return Number.isInteger(start) && start >= 0 && start < end && end <= text.length ? {start, end} : null;
}

function paint() {
  if (!annotator_) return;
  const hovered = annotator_.state.hover.current, plain = [], nested = [], one = [], over = [];
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
  paintOne("draft", [cursor, draft].filter(Boolean).map((span) => rangeOf(span)), 6);
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
  const lostOnes = new Set(state.findings.filter((each) => ["passage-absent", "passage-ambiguous"].includes(each.code)).map((each) => each.row));
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
    const span = {start: placeOf(range.startContainer, range.startOffset), end: placeOf(last.endContainer, last.endOffset)};
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
      early = {start: placeOf(range.startContainer, range.startOffset), end: placeOf(range.endContainer, range.endOffset)};
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

// --- words that are selected ------------------------------------------------------

async function select(span) {
  const at = trimmed(span);
  if (at.start >= at.end) return;
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

function openPassage(offered) {
  const values = {source, start: offered.start, end: offered.end, kind: offered.kind, speaker: offered.speaker,
                  chain: offered.chain, quote: offered.quote};
  openForm({table: "passages", values, proposed: Object.keys(values), offered,
            span: {start: offered.start, end: offered.end}});
}

/** Words of a passage that another made: the statement is this coder's, and so is its span. */
function attach(offered) {
  openForm({table: "statements", passage: offered.attached, offered, span: {start: offered.start, end: offered.end},
            values: {passage: offered.attached, coder: state.coder, start: offered.start, end: offered.end, actor: offered.actor, mode: "said"},
            proposed: ["actor", "mode"], note: "These words lie in a passage that is there already. Your statement is attached to it, with your own words marked."});
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

// --- forms ------------------------------------------------------------------------

const draftKey = () => `briefing-drafts-${state.project}-${source}-${state.coder}`;
function drafts() { try { return JSON.parse(sessionStorage.getItem(draftKey())) || {}; } catch { return {}; } }
function store(all) { sessionStorage.setItem(draftKey(), JSON.stringify(all)); }
function nameOf(at) { return JSON.stringify([at.table, at.before || null, at.passage || null, at.before ? null : at.span || null]); }

function keep(open = false) {
  if (!form) return;
  const {table, before, values, proposed, passage, span, note, offered} = form;
  store({...drafts(), [nameOf(form)]: {at: {table, before, values, proposed, passage, span, note, offered}, cells: form.fields.draft(), open}});
}
function forget(at) {
  const all = drafts();
  delete all[nameOf(at)];
  store(all);
}

/** Open a form on a row: a new one, or one that is there (`before`). What was typed into it before comes back. */
function openForm(at) {
  if (form) { if (form.dirty) keep(); form = null; }
  const schema = state.schemas[at.table];
  if (!schema) return say(`This project has no table ${at.table}.`);
  const known = new Set(schema.fields.map((field) => field.name));
  at.values = Object.fromEntries(Object.entries(at.values || {}).filter(([name]) => known.has(name)).map(([name, value]) => [name, String(value ?? "")]));
  const made = fields({...at, schema, schemas: state.schemas, taken, findings: at.findings,
                       options: (table) => state.tables[table]?.map((each) => each.cells),
                       asked: (table, words) => ask("slug", {table, words})});
  form = {...at, fields: made, dirty: false};
  const saved = drafts()[nameOf(at)];
  if (saved) { made.restore(saved.cells); form.dirty = true; }
  const words = at.span ? text.slice(toU(at.span.start), toU(at.span.end)) : "";
  const name = SINGULAR[at.table];
  const element = h("form", {className: "code", noValidate: true, onsubmit: (event) => { event.preventDefault(); save(); }, "aria-label": `${at.before ? "Change the" : "New"} ${name}`},
    h("h2", {}, `${at.before ? "Change the" : "New"} ${name}`),
    words ? h("p", {className: "soft"}, "“", h("span", {}, words.length > 220 ? `${words.slice(0, 140)} … ${words.slice(-60)}` : words), "”") : null,
    at.note ? h("p", {className: "explain"}, at.note) : null,
    saved ? h("p", {className: "explain"}, "What you had typed is here again.") : null,
    offers(at, made),
    made.element,
    at.table === "passages" && at.offered ? h("p", {className: "soft"}, `Paragraph ${at.offered.paragraph}`, at.offered.prefix ? ` · after “${at.offered.prefix}”` : "", at.offered.suffix ? ` · before “${at.offered.suffix}”` : "") : null,
    h("div", {className: "finding", role: "alert", id: "refused"}),
    h("div", {className: "actions"},
      h("button", {className: "main"}, "Save ", h("kbd", {}, "Ctrl Enter")),
      h("button", {type: "button", onclick: () => { if (form.dirty) { keep(); } cancel(); }}, "Close ", h("kbd", {}, "Esc")),
      h("button", {type: "button", className: "quiet", onclick: () => { forget(form); cancel(); }}, "Discard")));
  element.addEventListener("input", () => { form.dirty = true; keep(true); });
  element.addEventListener("change", () => { form.dirty = true; keep(true); });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.target.tagName === "TEXTAREA" || event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); }
  });
  $("form").replaceChildren(element);
  renderView();
  $("panel").scrollTop = 0;
  made.first()?.input.focus({preventScroll: false});
  say(`${at.before ? "Change the" : "New"} ${name}.${at.proposed?.length ? " Values marked as proposed are to be looked at." : ""}`);
}

/** Values that the words give, to be taken by one press. */
function offers(at, made) {
  const chips = [];
  const chip = (label, values) => chips.push(h("button", {type: "button", onclick: () => { made.set(values); form.dirty = true; keep(true); }}, label));
  const offered = at.offered;
  if (!offered || at.before) return null;
  if (at.table === "passages") {
    if (offered.words && !offered.quote) chip("Quote these words", {quote: offered.words});
    for (const name of offered.speakers) if (name !== offered.speaker) chip(`Speaker: ${name}`, {speaker: name, chain: `${name} > ${publisher()}`});
    if (offered.speaker !== publisher()) chip(`Speaker: ${publisher()}`, {speaker: publisher(), chain: publisher()});
  }
  if (at.table === "quantities" && offered.numbers.length > 1) {
    for (const each of offered.numbers) chip(each.words, {hedge: each.hedge, value: each.value, unit: each.unit});
  }
  if (at.table === "events" && offered.dates.length > 1) {
    for (const each of offered.dates) chip(each.words, {date: each.date, resolved: String(each.resolved)});
  }
  return chips.length ? h("div", {className: "chips", role: "group", "aria-label": "Offered from the words"}, chips) : null;
}

function publisher() { return state.sources.find((each) => each.id === source)?.publisher || ""; }
function taken() {
  return new Set(Object.values(state.tables).flatMap((each) => each.map((one) => one.cells.id)).concat(state.sources.map((each) => each.id)));
}
function rows(table) { return state.tables[table] || []; }
function row(table, id) { return rows(table).find((each) => each.cells.id === id)?.cells; }
function keyOf(table, cells) { return [state.schemas[table].primaryKey || []].flat().map((column) => cells[column]).join(" "); }

async function save(changes) {
  if (!form || form.saving) return;
  const at = form, name = SINGULAR[at.table];
  if (!changes) {
    const after = at.fields.read();
    changes = [...at.fields.made(), {table: at.table, before: at.before || null, after}];
    if (at.span && at.table === "passages" && !at.before) Object.assign(after, {start: String(at.span.start), end: String(at.span.end)});
  }
  at.saving = true;
  try {
    const now = await ask("save", {label: `${at.before ? "change of" : "new"} ${name}`, source, changes});
    forget(at);
    form = null;
    draft = null;
    const last = changes[changes.length - 1].after;
    if (at.table === "passages") chosen = last.id;
    else if (at.passage) chosen = at.passage;
    $("form").replaceChildren();
    $("conflict").replaceChildren();
    await take(now);
    done(at, last);
  } catch (problem) {
    at.saving = false;
    if (problem.status === 409) return conflict(problem, changes, at);
    if (!problem.error) throw problem;
    keep(true);
    if ($("refused")) $("refused").textContent = problem.error;
    say(problem.error);
  }
}

/** After a save: back to the text, or to the fields where something was found. */
function done(at, last) {
  const kept = rows(at.table).find((each) => keyOf(at.table, each.cells) === keyOf(at.table, last)
    || (at.table === "passages" && each.cells.start === last.start && each.cells.end === last.end && each.cells.source === last.source));
  if (kept && at.table === "passages") { chosen = kept.cells.id; render(); }
  const found = kept ? findingsOf(at.table, kept.row) : [];
  if (found.length) {
    edit(at.table, kept);
    return say(`Saved, with ${found.length} finding${found.length > 1 ? "s" : ""}: ${found[0].message}`);
  }
  if (chosen && !isInView(chosen)) scrollTo(chosen);
  $("text").focus({preventScroll: true});
  const then = at.table === "passages" ? " s adds a statement, q a quantity, v an event." : "";
  say(`Saved. Undo: Ctrl Z.${then}`);
}

function closeForm() {
  form = null;
  $("form").replaceChildren();
}
function cancel() {
  closeForm();
  $("conflict").replaceChildren();
  draft = null;
  const all = drafts();
  for (const each of Object.values(all)) each.open = false;
  store(all);
  renderView();
  paint();
  $("text").focus({preventScroll: true});
}

function conflict(problem, changes, at) {
  const there = problem.there[0], mine = problem.mine;
  const again = (before) => {
    $("conflict").replaceChildren();
    const same = (one) => one.table === problem.table && JSON.stringify(one.before) === JSON.stringify(changes.find((each) => each.table === problem.table && each.before).before);
    save(changes.map((each) => (same(each) ? {...each, before, after: before && each.after ? {...before, ...each.after} : each.after} : each)));
  };
  const columns = Object.keys({...problem.before, ...(mine || {}), ...(there || {})})
    .filter((column) => !there || (mine || {})[column] !== there[column] || problem.before?.[column] !== there[column]);
  $("conflict").replaceChildren(
    h("h2", {}, there ? "This row was changed meanwhile, by somebody else" : "This row was removed meanwhile, by somebody else"),
    h("p", {}, "Nothing was written, and nothing you typed is lost."),
    h("table", {}, h("thead", {}, h("tr", {}, ["Column", "Yours", "There now"].map((name) => h("th", {scope: "col"}, name)))),
      h("tbody", {}, columns.map((column) => h("tr", {}, h("th", {scope: "row"}, h("code", {}, column)),
        h("td", {className: mine && there && mine[column] !== there[column] ? "differs" : ""}, mine ? mine[column] ?? "" : "(removed)"),
        h("td", {className: mine && there && mine[column] !== there[column] ? "differs" : ""}, there ? there[column] ?? "" : "(removed)"))))),
    h("div", {className: "actions"},
      h("button", {type: "button", className: "main", onclick: () => again(there || null)}, there ? "Save mine over it" : "Save mine as a new row"),
      h("button", {type: "button", onclick: () => { forget(at); cancel(); refresh(); }}, there ? "Keep what is there" : "Let it be gone")));
  refresh();
  $("conflict").querySelector("button").focus();
  $("panel").scrollTop = 0;
}

function edit(table, one) {
  const cells = one.cells;
  if (table === "passages" && spanOf(cells)) choose(cells.id, {scroll: false});
  openForm({table, before: cells, values: cells, proposed: [], passage: table === "passages" ? null : cells.passage || null,
            findings: findingsOf(table, one.row),
            span: table === "passages" ? {start: Number(cells.start), end: Number(cells.end)} : null});
}

async function remove(table, one, also = false) {
  try {
    const now = await ask("remove", {label: `removal of ${SINGULAR[table]}`, source, table, before: one.cells, also});
    if (now.refers) return confirmRemoval(table, one, now.refers);
    if (table === "passages") chosen = null;
    closeForm();
    await take(now);
    $("text").focus({preventScroll: true});
    say("Removed. Undo: Ctrl Z.");
  } catch (problem) { say(problem.error); refresh(); }
}

function confirmRemoval(table, one, refers) {
  const go = refers.filter((each) => each.removed), stay = refers.filter((each) => !each.removed);
  const line = (each) => h("li", {}, h("span", {}, h("code", {}, each.table), ` ${[each.cells.id, each.cells.actor, each.cells.concept, each.cells.gist || each.cells.title || each.cells.text].filter(Boolean).join(" · ")}`));
  $("form").replaceChildren(h("div", {className: "notice", role: "alert"},
    h("h2", {}, `Other rows name the ${SINGULAR[table]} ${one.cells.id}`),
    go.length ? [h("p", {}, "These are removed with it:"), h("ul", {className: "list"}, go.map(line))] : null,
    stay.length ? [h("p", {}, "In these it is taken out of a list:"), h("ul", {className: "list"}, stay.map(line))] : null,
    h("div", {className: "actions"},
      h("button", {type: "button", className: "main", onclick: () => remove(table, one, true)}, `Remove all ${refers.length + 1}`),
      h("button", {type: "button", onclick: cancel}, "Keep it"))));
  $("panel").scrollTop = 0;
  $("form").querySelector("button").focus();
}

async function back(name) {
  const label = state[name];
  if (!label) return say(`Nothing to ${name}.`);
  try {
    if (form && form.dirty) keep();
    closeForm();
    draft = null;
    await take(await ask(name, {source}));
    say(`${name === "undo" ? "Taken back" : "Made again"}: ${label}.`);
  } catch (problem) { say(problem.error); notice = {title: `Cannot ${name}`, text: problem.error}; notices(); }
}

// --- the panel --------------------------------------------------------------------

let notice = null;
function render() {
  const about = state.sources?.find((each) => each.id === source);
  $("title").textContent = about?.title || "Coding";
  document.title = `${about?.title || "Coding"} – coding`;
  $("coder").textContent = `Coder ${state.coder}${state.blind ? ", blind" : ""}`;
  $("sources").hidden = !(state.sources?.length > 1);
  $("source").replaceChildren(...(state.sources || []).map((each) => h("option", {value: each.id, selected: each.id === source}, each.id)));
  $("undo").disabled = !state.undo;
  $("undo").title = state.undo || "";
  $("redo").disabled = !state.redo;
  $("redo").title = state.redo || "";
  $("words").lang = about?.language || "";
  if (chosen && !rows("passages").some((each) => each.cells.id === chosen)) chosen = null;
  renderSteps();
  notices();
  renderView();
}

function notices() {
  const found = [];
  const say_ = (title, ...rest) => found.push(h("div", {className: "notice"}, h("h2", {}, title), rest));
  if (gone) say_("The workbench does not answer", h("p", {}, "It was stopped, or started anew. Start it with ", h("code", {}, "briefing code"), " and open the address that it says in this tab. What you typed is kept here."));
  if (notice) { say_(notice.title, h("p", {}, notice.text), h("div", {className: "actions"}, h("button", {type: "button", onclick: () => { notice = null; notices(); }}, "Good"))); }
  if (state && !window.CSS?.highlights) say_("This browser cannot highlight words", h("p", {}, "It has no CSS custom highlights. Use a newer one: Chrome 105, Safari 17.2, Firefox 140."));
  for (const [table, why] of Object.entries(state?.unreadable || {})) say_(`The table ${table} cannot be read`, h("p", {}, why));
  if (state?.changed) {
    const absent = state.findings.filter((each) => ["passage-absent", "passage-ambiguous"].includes(each.code));
    say_("The text has changed since it was coded",
      h("p", {}, `${state.moves.length} passage${state.moves.length === 1 ? " stands" : "s stand"} elsewhere now; ${absent.length} ${absent.length === 1 ? "is" : "are"} not found.`),
      absent.map((each) => h("p", {className: "finding"}, `${rows("passages").find((one) => one.row === each.row)?.cells.id || each.place}: ${each.found}`)),
      h("div", {className: "actions"}, h("button", {type: "button", className: "main", onclick: moveAll},
        state.moves.length ? `Move ${state.moves.length} passage${state.moves.length === 1 ? "" : "s"}` : "Take this text for the source")));
  }
  if (state?.blind) found.push(h("div", {className: "notice plain"}, h("p", {}, "You code blind: what other coders coded is not shown, and has not left the server.")));
  $("notices").replaceChildren(...found);
}

async function moveAll() {
  try { await take(await ask("move", {source})); say("Moved. Undo: Ctrl Z."); } catch (problem) { say(problem.error); }
}

function problem() {
  const wrong = state.problem;
  $("problem").hidden = !wrong;
  if (wrong) $("problem").replaceChildren(h("h2", {}, wrong.title), h("p", {}, wrong.text), h("p", {}, h("strong", {}, wrong.todo)));
}

const STEPS = [["paragraphs", "1", "paragraph", "without a passage"], ["numbers", "2", "number", "without a quantity"], ["names", "3", "name", "without an actor"], ["findings", "4", "finding", ""]];
function renderSteps() {
  const count = (kind) => (kind === "findings" ? (state.findings || []).length : uncoded[kind].length);
  $("steps").replaceChildren(h("span", {className: "soft"}, "Not coded: "), ...STEPS.map(([kind, key, word, what]) => h("button", {
    type: "button", id: `step-${kind}`, className: count(kind) ? "" : "done", title: `${what ? `${word}s ${what}` : "findings of the check"}: ${key} goes to the next, Shift ${key} back`, onclick: () => step(kind, 1)},
    h("b", {}, count(kind)), ` ${word}${count(kind) === 1 ? "" : "s"} `, h("kbd", {}, key))));
}

/** Go to the next that is not coded. */
function step(kind, by) {
  const spans = kind === "findings" ? state.findings : kind === "paragraphs"
    ? uncoded.paragraphs.map((n) => paragraphs[n - 1]).filter(Boolean) : uncoded[kind].map(([start, end]) => ({start: toU(start), end: toU(end)}));
  if (!spans.length) return say(`No ${kind} left.`);
  steps[kind] = (steps[kind] + by + spans.length) % spans.length;
  if (steps[kind] < 0) steps[kind] = 0;
  const at = spans[steps[kind]];
  if (kind === "findings") return toFinding(at);
  const span = {start: at.start, end: at.end};
  cursor = kind === "paragraphs" ? sentenceAt(span.start) : span;
  reveal(cursor);
  paint();
  $("text").focus({preventScroll: true});
  say(`${kind.slice(0, -1)} ${steps[kind] + 1} of ${spans.length}: ${text.slice(cursor.start, cursor.end).slice(0, 120)}. Enter makes a passage, ↓ takes the sentence.`);
}

function toFinding(finding) {
  const one = rows(finding.table).find((each) => each.row === finding.row && !each.other);
  if (one && SINGULAR[finding.table]) {
    const passage = finding.table === "passages" ? one.cells.id : one.cells.passage;
    if (passage && row("passages", passage)) choose(passage);
    edit(finding.table, one);
  }
  say(finding.message);
}

function findingsOf(table, number) { return (state.findings || []).filter((each) => each.table === table && each.row === number); }

function findingLines(table, number) {
  return findingsOf(table, number).map((each) => h("p", {className: "finding"}, `${each.column ? `${each.column}: ` : ""}found ${each.found}, expected ${each.expected}. ${each.remedy}`));
}

function renderView() {
  if (!state?.tables) return $("view").replaceChildren();
  $("view").replaceChildren(...(chosen ? passageView(chosen) : form ? [] : overview()));
  paint();
}

function buttons(table, one, name) {
  return [h("button", {type: "button", className: "quiet", "aria-label": `Edit ${name}`, onclick: () => edit(table, one)}, "Edit"),
          h("button", {type: "button", className: "quiet", "aria-label": `Delete ${name}`, onclick: () => remove(table, one)}, "Delete")];
}

function card(table, one, name, ...content) {
  const wrong = findingLines(table, one.row);
  return h("div", {className: `card${wrong.length ? " wrong" : ""}`},
           h("div", {className: "row"}, h("div", {}, content), buttons(table, one, name)), wrong);
}

function passageView(id) {
  const one = rows("passages").find((each) => each.cells.id === id), cells = one.cells;
  const all = placed(), at = all.findIndex((each) => each.id === id);
  const of = (table) => rows(table).filter((each) => each.cells.passage === id);
  const label = (table, key) => row(table, key)?.label || key;
  const head = h("h2", {}, `Passage ${at + 1} of ${all.length}`);
  const words = all[at] ? text.slice(all[at].span.start, all[at].span.end) : "";
  const about = one.other
    ? h("div", {className: "card"}, h("p", {}, `“${words}”`), h("p", {className: "soft"}, "A passage that is there already; your statement is attached to it."))
    : h("div", {className: `card${findingsOf("passages", one.row).length ? " wrong" : ""}`},
      h("div", {className: "row"}, h("p", {className: "gist"}, cells.gist || h("span", {className: "soft"}, "No gist yet")), buttons("passages", one, `passage ${id}`)),
      h("dl", {className: "facts"}, [["Speaker", cells.speaker], ["Chain", cells.chain], ["Kind", cells.kind], ["Quote", cells.quote], ["Credibility", cells.credibility],
        ["Id", id], ["Paragraph", cells.paragraph], ["Coded by", coders(id).join(", ") || "nobody yet"]]
        .filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      findingLines("passages", one.row));
  const section = (table, title, key, lines) => state.schemas[table] ? [h("h3", {}, title, h("button", {type: "button", onclick: () => add(table)}, `Add ${SINGULAR[table]} `, h("kbd", {}, key))), lines] : [];
  return [head, about,
    ...section("statements", "Statements", "s", of("statements").map((each) => card("statements", each, `statement of ${label("actors", each.cells.actor)} on ${label("concepts", each.cells.concept)}`,
      h("strong", {}, label("actors", each.cells.actor)), ` ${each.cells.agreement || "–"}: `, label("concepts", each.cells.concept),
      h("span", {className: "soft"}, ` · ${each.cells.mode}${each.cells.act ? ` (${each.cells.act})` : ""} · ${each.cells.coder}`)))),
    ...section("quantities", "Quantities", "q", of("quantities").map((each) => card("quantities", each, `quantity ${each.cells.id}`,
      h("strong", {}, `${each.cells.hedge === "=" ? "" : `${each.cells.hedge} `}${each.cells.value} ${each.cells.unit}`), ` ${each.cells.measure} of ${each.cells.of}`, h("span", {className: "soft"}, ` · ${each.cells.holder}`)))),
    ...section("events", "Events", "v", of("events").map((each) => card("events", each, `event ${each.cells.id}`,
      h("strong", {}, each.cells.date), ` ${each.cells.title}`, each.cells.resolved === "true" ? h("span", {className: "soft"}, " · resolved") : null))),
    h("div", {className: "actions"}, h("button", {type: "button", onclick: () => choose(null)}, "All passages ", h("kbd", {}, "Esc")))].flat(2);
}

function overview() {
  const passages = rows("passages").filter((each) => each.cells.source === source);
  const count = (table) => rows(table).filter((each) => each.cells.passage && passages.some((one) => one.cells.id === each.cells.passage)).length;
  const sum = `${passages.length} passages, ${count("statements")} statements, ${count("quantities")} quantities, ${count("events")} events`;
  const list = (table, title, key) => state.schemas[table] ? [h("h3", {}, `${title} (${rows(table).length})`, h("button", {type: "button", onclick: () => add(table)}, `New ${SINGULAR[table]} `, h("kbd", {}, key))),
    h("ul", {className: "list"}, rows(table).map((each) => h("li", {}, h("button", {type: "button", onclick: () => edit(table, each)}, h("strong", {}, each.cells.label || each.cells.id), h("span", {className: "soft"}, ` ${each.cells.who || each.cells.sentence || ""}`)),
      h("button", {type: "button", className: "quiet", "aria-label": `Delete ${each.cells.label || each.cells.id}`, onclick: () => remove(table, each)}, "Delete"))))] : [];
  const order = [...passages].sort((a, b) => Number(a.cells.start) - Number(b.cells.start));
  const wrong = state.findings || [];
  const left = Object.values(drafts()).filter((each) => each.cells);
  return [h("h2", {}, "What is coded"), h("p", {}, `${sum}.`),
    h("p", {className: "soft"}, "Select words in the text to make a passage: with the mouse, by a double click on a sentence, or with the keys ", h("kbd", {}, "↓"), " ", h("kbd", {}, "→"), " and ", h("kbd", {}, "Enter"), "."),
    left.length ? [h("h3", {}, `Drafts (${left.length})`), h("ul", {className: "list"}, left.map((each) => h("li", {},
      h("button", {type: "button", onclick: () => reopen(each)}, `${SINGULAR[each.at.table]}: `, Object.entries(each.cells).map(([name, cell]) => !cell.proposed && name !== "id" && cell.value).filter(Boolean)[0] || "not filled in yet"),
      h("button", {type: "button", className: "quiet", onclick: () => { forget(each.at); renderView(); }}, "Discard"))))] : [],
    wrong.length ? [h("h3", {}, `Findings (${wrong.length})`), h("ul", {className: "list"}, wrong.map((each) => h("li", {}, h("button", {type: "button", className: "finding", onclick: () => toFinding(each)}, each.message))))] : [],
    order.length ? [h("h3", {}, `Passages (${order.length})`), h("ul", {className: "list"}, order.map((each) => h("li", {}, h("button", {type: "button", onclick: () => choose(each.cells.id)}, each.cells.gist || (each.other ? "Words that you coded" : each.cells.id), h("span", {className: "soft"}, ` ${each.cells.speaker || ""}`)))))] : [],
    ...list("actors", "Actors", "a"), ...list("concepts", "Concepts", "c")].flat(2);
}

/** Add a row to the passage that is shown, with what its words give. */
async function add(table) {
  if (table === "actors" || table === "concepts") return openForm({table, values: {}, proposed: []});
  if (!chosen) return say("Choose a passage first: j and k go through them.");
  const id = chosen, one = rows("passages").find((each) => each.cells.id === id), cells = one.cells;
  const at = placed().find((each) => each.id === id);
  let offered = {numbers: [], dates: [], speakers: []};
  if (at) try { offered = await ask("select", {source, start: toC(at.span.start), end: toC(at.span.end)}); } catch { /* then nothing is offered */ }
  const actor = rows("actors").find((each) => cells.speaker && each.cells.label.toLowerCase() === cells.speaker.toLowerCase())?.cells.id || (one.other || !cells.speaker ? offered.actor : "");
  const number = offered.numbers[0], date = offered.dates[0];
  const values = {passage: id, ...(table === "statements" ? {actor, mode: "said", coder: state.coder, start: at ? toC(at.span.start) : "", end: at ? toC(at.span.end) : ""}
    : table === "quantities" ? {claimed_by: actor, ...(number ? {hedge: number.hedge, value: number.value, unit: number.unit} : {})}
    : {actors: actor, ...(date ? {date: date.date, resolved: String(date.resolved)} : {resolved: "false"})})};
  if (table === "statements" && date && state.schemas.statements.fields.some((field) => field.name === "date")) values.date = date.date;
  openForm({table, passage: id, values, proposed: Object.keys(values), offered});
}

// --- going about ------------------------------------------------------------------

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
  if (form && !form.dirty) closeForm();
  chosen = null;
  draft = null;
  cursor = now;
  renderView();
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

// --- keys -------------------------------------------------------------------------

const KEYS = [
  ["Select words", [["↓ ↑", "the next or previous sentence"], ["→ ←", "the next or previous word"], ["Shift → ←", "end a word later or earlier"], ["Shift ↓ ↑", "end a sentence later or earlier"], [", .", "begin a word earlier or later"], ["Enter", "make a passage of the words"], ["double click", "select the sentence"]]],
  ["Go", [["j k", "next or previous passage"], ["o", "open the passage at the selection"], ["1 2 3", "next paragraph without a passage, number without a quantity, name without an actor"], ["4", "next finding"], ["Shift 1 … 4", "the previous one"], ["t", "to the text"], ["p", "to the panel"]]],
  ["Code the passage shown", [["s", "add a statement"], ["q", "add a quantity"], ["v", "add an event"], ["e", "edit the passage"], ["Delete", "delete it"], ["a", "new actor"], ["c", "new concept"]]],
  ["Anywhere", [["Ctrl Enter", "save the form"], ["Esc", "close the form (it is kept as a draft), then the passage"], ["Ctrl Z", "undo"], ["Ctrl Shift Z", "redo"], ["?", "these keys"]]],
];

const actions = {
  j: () => nextPassage(1), k: () => nextPassage(-1), o: openUnderCursor, s: () => add("statements"), q: () => add("quantities"), v: () => add("events"),
  a: () => add("actors"), c: () => add("concepts"), t: () => $("text").focus(), p: () => ($("panel").querySelector("input, select, textarea, button") || $("panel")).focus(),
  e: () => withChosen((one) => edit("passages", one)), Delete: () => withChosen((one) => remove("passages", one)),
  "?": showKeys, ",": () => move("word", -1, "start"), ".": () => move("word", 1, "start"),
  ArrowDown: (shift) => move("sentence", 1, shift && "end"), ArrowUp: (shift) => move("sentence", -1, shift && "end"),
  ArrowRight: (shift) => move("word", 1, shift && "end"), ArrowLeft: (shift) => move("word", -1, shift && "end"),
};
const WITH_FOCUS = ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"];

function withChosen(then) {
  const one = chosen && rows("passages").find((each) => each.cells.id === chosen);
  if (!one) return say("Choose a passage first: j and k go through them.");
  if (one.other) return say("This passage is another coder's; your statement on it can be edited.");
  then(one);
}

function showKeys() {
  $("keys-list").replaceChildren(...KEYS.map(([title, keys]) => h("section", {}, h("h3", {}, title),
    h("dl", {}, keys.map(([key, what]) => [h("dt", {}, key.split(" ").map((each) => [h("kbd", {}, each), " "]).flat()), h("dd", {}, what)])))));
  $("single").checked = single;
  $("keys").showModal();
}

document.addEventListener("keydown", (event) => {
  if ($("keys").open || event.defaultPrevented || !state) return;
  const typing = event.target.closest?.("input, select, textarea");
  const command = event.ctrlKey || event.metaKey;
  if (event.key === "Escape") {
    event.preventDefault();
    if (form) { if (form.dirty) keep(); cancel(); say("Closed. What you typed is kept as a draft."); } else if (draft || cursor || $("form").childElementCount) { cursor = null; cancel(); } else choose(null);
    return;
  }
  if (typing) return;
  if (command && event.key.toLowerCase() === "z") { event.preventDefault(); back(event.shiftKey ? "redo" : "undo"); return; }
  if (command && event.key.toLowerCase() === "y") { event.preventDefault(); back("redo"); return; }
  if (command || event.altKey) return;
  const inText = $("text").contains(event.target) || event.target === document.body;
  if (WITH_FOCUS.includes(event.key) && !inText) return;
  if (event.key === "Enter" && inText) {
    if (cursor) { event.preventDefault(); select(cursor); }
    return;
  }
  if (!single && !WITH_FOCUS.includes(event.key)) return;
  const digit = /^Digit([1-4])$/.exec(event.code);
  if (digit) { event.preventDefault(); step(STEPS[digit[1] - 1][0], event.shiftKey ? -1 : 1); return; }
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  event.stopImmediatePropagation();  // the annotator's own arrow keys would clear what is chosen
  action(event.shiftKey);
}, true);

$("undo").addEventListener("click", () => back("undo"));
$("redo").addEventListener("click", () => back("redo"));
$("help").addEventListener("click", showKeys);
$("single").addEventListener("change", () => {
  single = $("single").checked;
  localStorage.setItem("briefing-single-keys", single ? "on" : "off");
});
$("source").addEventListener("change", () => { location.search = `?source=${encodeURIComponent($("source").value)}`; });

let sayTimer = 0;
function say(words, soon = false) {
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { $("status").textContent = words; }, soon ? 80 : 0);
}

// --- begin ------------------------------------------------------------------------

function reopen(each) {
  const {at} = each;
  chosen = at.passage && row("passages", at.passage) ? at.passage : null;
  if (at.table === "passages" && at.span && !at.before) draft = {start: toU(at.span.start), end: toU(at.span.end)};
  openForm(at);
}

(async () => {
  try { await take(await ask("state", {source})); } catch (problem) { say(problem.error || String(problem)); return; }
  listen();
  const open = Object.values(drafts()).find((each) => each.open);
  if (open && state.text) reopen(open); else $("text").focus({preventScroll: true});
  document.documentElement.dataset.ready = "yes";
})();
