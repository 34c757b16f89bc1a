// The panel of the workbench: the forms, what is sent when one is saved, and what is shown of a passage and of all.
"use strict";

// --- forms ---------------------------------------------------------------------------

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
  const made = fields({...at, schema, schemas: state.schemas, grades: state.grades, taken, findings: at.findings, publisher: publisher(),
                       options: (table) => state.tables[table]?.map((each) => each.cells),
                       asked: (table, words) => ask("slug", {table, words})});
  form = {...at, fields: made, dirty: false};
  const saved = drafts()[nameOf(at)];
  if (saved) { made.restore(saved.cells); form.dirty = true; }
  const place = placed().find((each) => each.id === at.passage)?.span;
  const words = at.span ? text.slice(toU(at.span.start), toU(at.span.end)) : place ? text.slice(place.start, place.end) : "";
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
  (element.querySelector("[aria-invalid=true]") || made.first()?.input)?.focus();
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

async function save(changes, over = "") {
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
    const last = now.saved || changes[changes.length - 1].after;
    if (at.table === "passages") chosen = last.id;
    else if (at.passage) chosen = at.passage;
    $("form").replaceChildren();
    $("conflict").replaceChildren();
    await take(now);
    done(at, last, over);
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
function done(at, last, over = "") {
  const kept = rows(at.table).find((each) => keyOf(at.table, each.cells) === keyOf(at.table, last)
    || (at.table === "passages" && each.cells.start === last.start && each.cells.end === last.end && each.cells.source === last.source));
  if (kept && at.table === "passages") { chosen = kept.cells.id; render(); }
  const found = kept ? findingsOf(at.table, kept.row) : [];
  if (found.length) {
    const empty = Object.entries(edit(at.table, kept)).filter(([name, one]) => one.input.ariaRequired && !kept.cells[name]);
    if (empty.length) {
      empty[0][1].input.focus();
      return say(`Saved${over}. Still to fill in: ${empty.map(([name]) => spoken(name)).join(", ")}.`);
    }
    return say(`Saved${over}, with ${found.length} finding${found.length > 1 ? "s" : ""}: ${found[0].message}`);
  }
  if (chosen && !isInView(chosen)) scrollTo(chosen);
  $("text").focus({preventScroll: true});
  const then = at.table === "passages" ? " s adds a statement, q a quantity, v an event." : "";
  say(`Saved${over}. Undo: Ctrl Z.${then}`);
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
    save(changes.map((each) => (same(each) ? {...each, before, after: before && each.after ? {...before, ...each.after} : each.after} : each)),
         before ? ": yours stands in the place of what was there" : " as a new row");
  };
  const columns = Object.keys({...problem.before, ...(there || {})})
    .filter((column) => !there || (mine || {})[column] !== there[column] || problem.before?.[column] !== there[column]);
  $("conflict").replaceChildren(
    h("h2", {}, there ? "This row was changed meanwhile, elsewhere (another tab, or an editor)" : "This row was removed meanwhile, elsewhere (another tab, or an editor)"),
    h("p", {}, "Nothing was written, and nothing you typed is lost."),
    h("table", {}, h("thead", {}, h("tr", {}, ["Column", "Yours", "There now"].map((name) => h("th", {scope: "col"}, name)))),
      h("tbody", {}, columns.map((column) => h("tr", {}, h("th", {scope: "row"}, h("code", {}, column)),
        h("td", {className: mine && there && mine[column] !== there[column] ? "differs" : ""}, mine ? mine[column] ?? "" : "(removed)"),
        h("td", {className: mine && there && mine[column] !== there[column] ? "differs" : ""}, there ? there[column] ?? "" : "(removed)"))))),
    h("div", {className: "actions"},
      h("button", {type: "button", className: "main", onclick: () => { forget(at); cancel(); refresh(); say(there ? "Kept what is there; yours was not saved." : "The row stays removed; yours was not saved."); }}, there ? "Keep what is there" : "Let it be gone"),
      h("button", {type: "button", onclick: () => again(there || null)}, there ? "Save mine over it" : "Save mine as a new row")));
  refresh();
  say(`This row was ${there ? "changed" : "removed"} meanwhile, elsewhere; choose.`);
  $("conflict").querySelector("button").focus();
  $("panel").scrollTop = 0;
}

function edit(table, one) {
  const cells = one.cells;
  if (table === "passages" && spanOf(cells)) choose(cells.id, {scroll: false});
  openForm({table, before: cells, values: cells, proposed: [], passage: table === "passages" ? null : cells.passage || null,
            findings: findingsOf(table, one.row),
            span: table === "passages" ? {start: Number(cells.start), end: Number(cells.end)} : null});
  return form.fields.known;
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
  } catch (problem) { complain("Not removed", problem); refresh(); }
}

function confirmRemoval(table, one, refers) {
  const go = refers.filter((each) => each.removed), stay = refers.filter((each) => !each.removed);
  const line = (each) => h("li", {}, h("span", {}, h("code", {}, each.table), ` ${[each.cells.id, each.cells.actor, each.cells.concept, each.cells.gist || each.cells.title || each.cells.text].filter(Boolean).join(" · ")}`));
  $("form").replaceChildren(h("div", {className: "notice", role: "alert"},
    h("h2", {}, `Other rows name the ${SINGULAR[table]} ${one.cells.id}`),
    go.length ? [h("p", {}, "These are removed with it:"), h("ul", {className: "list"}, go.map(line))] : null,
    stay.length ? [h("p", {}, "In these it is taken out of a list:"), h("ul", {className: "list"}, stay.map(line))] : null,
    h("div", {className: "actions"},
      h("button", {type: "button", className: "main", onclick: () => remove(table, one, true)}, go.length ? `Remove it and ${go.length === 1 ? "this row" : `these ${go.length} rows`}` : "Remove it"),
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
  } catch (problem) { complain(`Cannot ${name}`, problem); }
}

// --- the panel -----------------------------------------------------------------------

let notice = null;
function complain(title, problem) {
  say(problem.error || String(problem));
  notice = {title, text: problem.error || String(problem)};
  notices();
}
function render() {
  const about = state.sources?.find((each) => each.id === source);
  $("title").textContent = about?.title || "Coding";
  document.title = `${about?.title || "Coding"} – coding`;
  $("coder").textContent = `Coder ${state.coder}${state.blind ? ", blind" : ""}`;
  $("sources").hidden = !(state.sources?.length > 1);
  $("source").replaceChildren(...(state.sources || []).map((each) => h("option", {value: each.id, selected: each.id === source}, `${each.id}${codedBy(each)}`)));
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

/** Who has coded a source to its end, as the list of sources says it: a tick for oneself, the names of others. */
function codedBy(each) {
  const others = each.coded.filter((name) => name !== state.coder);
  return `${each.coded.includes(state.coder) ? " ✓" : ""}${others.length ? ` (${others.join(", ")})` : ""}`;
}

async function mark(whole) {
  const there = document.activeElement === $("whole");
  try {
    await take(await ask("mark", {source, whole}));
    say(whole ? "Marked as coded to its end. Undo: Ctrl Z." : "Not marked as coded to its end any more. Undo: Ctrl Z.");
  } catch (problem) { renderView(); complain("Cannot mark the text", problem); }
  if (there) $("whole")?.focus();
}

function notices() {
  const found = [];
  const say_ = (title, ...rest) => found.push(h("div", {className: "notice"}, h("h2", {}, title), rest));
  if (gone) say_("The workbench does not answer", h("p", {}, "It was stopped, or started anew. Start it with ", h("code", {}, "briefing code"), " and open the address that it says in this tab. What you typed is kept here."));
  if (notice) { say_(notice.title, h("p", {}, notice.text), h("div", {className: "actions"}, h("button", {type: "button", onclick: () => { notice = null; notices(); }}, "Good"))); }
  if (state && !window.CSS?.highlights) say_("This browser cannot highlight words", h("p", {}, "It has no CSS custom highlights. Use a newer one: Chrome 105, Safari 17.2, Firefox 140."));
  for (const [table, why] of Object.entries(state?.unreadable || {})) say_(`The table ${table} cannot be read`, h("p", {}, why));
  if (state?.changed) {
    const absent = state.findings.filter((each) => LOST.includes(each.code));
    say_("The text has changed since it was coded",
      state.blind ? h("p", {}, "The first coder has to take it over; passages may stand beside their words until then.")
        : h("p", {}, `${state.moves.length} passage${state.moves.length === 1 ? " stands" : "s stand"} elsewhere now; ${absent.length} ${absent.length === 1 ? "is" : "are"} not found.`),
      absent.map((each) => h("p", {className: "finding"}, `${rows("passages").find((one) => one.row === each.row)?.cells.id || each.place}: ${each.found}`)),
      state.blind ? null : h("div", {className: "actions"}, h("button", {type: "button", className: "main", onclick: moveAll},
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
  const count = (kind) => (kind === "findings" ? wrongs().length : uncoded[kind].length);
  $("steps").replaceChildren(h("span", {className: "soft lead"}, "Not coded:"), ...STEPS.map(([kind, key, word, what]) => h("button", {
    type: "button", id: `step-${kind}`, className: count(kind) ? "" : "done", title: `${what ? `${word}s ${what}` : "findings of the check"}: ${key} goes to the next, Shift ${key} back`, onclick: () => step(kind, 1)},
    h("b", {}, count(kind)), ` ${word}${count(kind) === 1 ? "" : "s"} `, h("kbd", {}, key))));
}

/** Go to the next that is not coded. */
function step(kind, by) {
  const spans = kind === "findings" ? wrongs() : kind === "paragraphs"
    ? uncoded.paragraphs.map((n) => paragraphs[n - 1]).filter(Boolean) : uncoded[kind].map(([start, end]) => ({start: toU(start), end: toU(end)}));
  if (!spans.length) return say(`No ${kind} left.`);
  stepped = null;
  steps[kind] = (steps[kind] + by + spans.length) % spans.length;
  if (steps[kind] < 0) steps[kind] = 0;
  const at = spans[steps[kind]];
  if (kind === "findings") return toFinding(at);
  const span = {start: at.start, end: at.end};
  if (form) { if (form.dirty) keep(); closeForm(); }
  draft = null;
  cursor = kind === "paragraphs" ? sentenceAt(span.start) : span;
  const under = placed().filter((each) => each.span.start <= span.start && span.end <= each.span.end);
  stepped = {kind, mark: kind === "paragraphs" ? uncoded.paragraphs[steps[kind]] : uncoded[kind][steps[kind]].join(" "), cursor};
  chosen = kind !== "paragraphs" && under.length ? under[under.length - 1].id : null;
  renderView();
  reveal(cursor);
  $("text").focus({preventScroll: true});
  say(`${kind.slice(0, -1)} ${steps[kind] + 1} of ${spans.length}: ${text.slice(cursor.start, cursor.end).slice(0, 120)}. ${chosen && kind === "numbers" ? "q adds a quantity" : chosen ? "a adds an actor" : "Enter makes a passage, ↓ goes on"}; x sets it aside.`);
}

// What needs no code is set aside: for this browser, project and text, since it is no data.
let stepped = null;                                // the mark that a step went to: {kind, mark, cursor}
const asideKey = () => `briefing-aside-${state.project}-${loaded}`;
function aside() {
  try { return JSON.parse(localStorage.getItem(asideKey())) || {}; } catch { return {}; }
}
function atStep() { return stepped && cursor === stepped.cursor ? stepped : null; }
/** What is not coded, without what was set aside. */
function withoutAside(found) {
  const all = aside(), left = (kind, name = (each) => each) => found[kind].filter((each) => !all[kind]?.includes(name(each)));
  const pair = (each) => each.join(" ");
  return {paragraphs: left("paragraphs"), numbers: left("numbers", pair), names: left("names", pair)};
}
function setAside() {
  const at = atStep();
  if (!at) return say("Go to a mark first: 1, 2 and 3 go through them.");
  const all = aside();
  localStorage.setItem(asideKey(), JSON.stringify({...all, [at.kind]: [...(all[at.kind] || []), at.mark]}));
  stepped = null;
  steps[at.kind] -= 1;
  uncoded = withoutAside(uncoded);
  showUncoded();
  renderView();
  $("text").focus({preventScroll: true});
  const key = STEPS.find(([kind]) => kind === at.kind)[1];
  say(`Set aside in this browser; ${counted(uncoded[at.kind].length, at.kind.slice(0, -1))} left.${uncoded[at.kind].length ? ` ${key} goes on.` : ""} Shift x brings back all.`);
}
function bringBack() {
  const n = Object.values(aside()).flat().length;
  if (!n) return say("Nothing is set aside.");
  localStorage.removeItem(asideKey());
  lookForUncoded();
  $("text").focus({preventScroll: true});
  say(`Brought back: ${counted(n, "mark")}.`);
}
/** The button that sets aside where a step went, or that brings back what was set aside. */
function asideButtons() {
  const at = atStep(), n = Object.values(aside()).flat().length;
  const one = at && h("button", {type: "button", onclick: setAside}, `Set this ${at.kind.slice(0, -1)} aside `, h("kbd", {}, "x"));
  const all = n && (at || !chosen) ? h("button", {type: "button", onclick: bringBack}, `Bring back ${n} set aside `, h("kbd", {}, "Shift x")) : null;
  return one || all ? [h("div", {className: "actions"}, one, all)] : [];
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

/** The findings, without those that the notice of a changed text sums up. */
function wrongs() {
  const told = state.changed ? ["source-changed", "passage-elsewhere", ...LOST] : [];
  return (state.findings || []).filter((each) => !told.includes(each.code));
}

function findingsOf(table, number) { return (state.findings || []).filter((each) => each.table === table && each.row === number); }

function findingLines(table, number) {
  return findingsOf(table, number).map((each) => h("p", {className: "finding"}, `${each.column ? `${each.column}: ` : ""}found ${each.found}, expected ${each.expected}. ${each.remedy}`));
}

function renderView() {
  if (!state?.tables) return $("view").replaceChildren();
  $("view").replaceChildren(...(form ? [] : asideButtons()), ...(chosen ? passageView(chosen) : form ? [] : overview()));
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

/** A quantity in a line: how much of what, whose, and who claims it. */
function quantityLine(cells) {
  const hedge = cells.hedge === "=" ? "" : WORDS.hedge[cells.hedge] || cells.hedge, claimant = cells.claimed_by && (row("actors", cells.claimed_by)?.label || cells.claimed_by);
  const soft = [cells.holder, claimant && `claimed by ${claimant}`].filter(Boolean).map((each) => ` · ${each}`).join("");
  return [h("strong", {}, [hedge, grouped(cells.value), cells.unit].filter(Boolean).join(" ")), ` ${[cells.measure, cells.of].filter(Boolean).join(" of ")}`,
          soft ? h("span", {className: "soft"}, soft) : null];
}

/** A number with its thousands apart, from 10,000 on: a year stays whole. */
function grouped(value) {
  const [, sign, whole, rest] = /^([-+]?)(\d+)((?:\.\d+)?)$/.exec(value) || [];
  return whole?.length > 4 ? sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest : value;
}

function counted(n, word, many = `${word}s`) { return `${n} ${n === 1 ? word : many}`; }

function passageView(id) {
  const one = rows("passages").find((each) => each.cells.id === id), cells = one.cells;
  const all = placed(), at = all.findIndex((each) => each.id === id);
  const of = (table) => rows(table).filter((each) => each.cells.passage === id);
  const label = (table, key) => row(table, key)?.label || key;
  const head = h("h2", {}, at < 0 ? "Passage" : `Passage ${at + 1} of ${all.length}`);
  const words = all[at] ? text.slice(all[at].span.start, all[at].span.end) : "";
  const about = one.other
    ? h("div", {className: "card"}, h("p", {}, `“${words}”`), h("p", {className: "soft"}, "A passage that is there already; your statement is attached to it."))
    : h("div", {className: `card${findingsOf("passages", one.row).length ? " wrong" : ""}`},
      h("div", {className: "row"}, h("p", {className: "gist"}, cells.gist || h("span", {className: "soft"}, "No gist yet")), buttons("passages", one, `passage ${id}`)),
      h("dl", {className: "facts"}, [["Speaker", cells.speaker], ["Chain", cells.chain], ["Kind", cells.kind], ["Quote", cells.quote], ["Credibility", cells.credibility],
        ["Id", id], ["Paragraph", cells.paragraph], coders(id).length ? ["Coded by", coders(id).join(", ")] : ["Coding", "No statement yet"]]
        .filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      findingLines("passages", one.row),
      h("button", {type: "button", className: "quiet", onclick: changeWords}, "Give it other words ", h("kbd", {}, "r")));
  const section = (table, title, key, lines) => state.schemas[table] ? [h("h3", {}, title, h("button", {type: "button", onclick: () => add(table)}, `Add ${SINGULAR[table]} `, h("kbd", {}, key))), lines] : [];
  return [head, about,
    ...section("statements", "Statements", "s", of("statements").map((each) => card("statements", each, `statement of ${label("actors", each.cells.actor)} on ${label("concepts", each.cells.concept)}`,
      h("strong", {}, label("actors", each.cells.actor)), ` ${each.cells.agreement || "–"}: `, label("concepts", each.cells.concept),
      h("span", {className: "soft"}, ` · ${each.cells.mode}${each.cells.act ? ` (${each.cells.act})` : ""} · ${each.cells.coder}`)))),
    ...section("quantities", "Quantities", "q", of("quantities").map((each) => card("quantities", each, `quantity ${each.cells.id}`,
      ...quantityLine(each.cells)))),
    ...section("events", "Events", "v", of("events").map((each) => card("events", each, `event ${each.cells.id}`,
      h("strong", {}, each.cells.date), ` ${each.cells.title}`, each.cells.resolved === "true" ? h("span", {className: "soft"}, " · resolved") : null))),
    h("div", {className: "actions"}, h("button", {type: "button", onclick: () => choose(null)}, "All passages ", h("kbd", {}, "Esc")))].flat(2);
}

function overview() {
  const passages = rows("passages").filter((each) => each.cells.source === source);
  const count = (table) => rows(table).filter((each) => each.cells.passage && passages.some((one) => one.cells.id === each.cells.passage)).length;
  const sum = [counted(passages.length, "passage"), counted(count("statements"), "statement"), counted(count("quantities"), "quantity", "quantities"), counted(count("events"), "event")].join(", ");
  const list = (table, title, key) => state.schemas[table] ? [h("h3", {}, `${title} (${rows(table).length})`, h("button", {type: "button", onclick: () => add(table)}, `New ${SINGULAR[table]} `, h("kbd", {}, key))),
    h("ul", {className: "list"}, rows(table).map((each) => h("li", {}, h("button", {type: "button", onclick: () => edit(table, each)}, h("strong", {}, each.cells.label || each.cells.id), h("span", {className: "soft"}, ` ${each.cells.who || each.cells.sentence || ""}`)),
      buttons(table, each, each.cells.label || each.cells.id))))] : [];
  const order = [...passages].sort((a, b) => Number(a.cells.start) - Number(b.cells.start));
  const wrong = wrongs();
  const left = Object.values(drafts()).filter((each) => each.cells);
  const one = rows("sources").find((each) => each.cells.id === source);
  const about = one ? [h("h3", {}, "The source", h("button", {type: "button", onclick: () => edit("sources", one)}, "Edit ", h("kbd", {}, "d"))),
    h("p", {className: "soft"}, `${one.cells.publisher}${one.cells.published ? `, ${one.cells.published}` : ", no date"} · reliability ${one.cells.reliability} · ${one.cells.descriptor}`),
    findingLines("sources", one.row)] : [];
  const self = state.sources.find((each) => each.id === source);
  const others = self ? self.coded.filter((name) => name !== state.coder) : [];
  if (state.marks && self) about.push(h("p", {}, h("label", {}, h("input", {type: "checkbox", id: "whole", checked: self.coded.includes(state.coder), onchange: (event) => mark(event.target.checked)}),
    " I have coded this text to its end ", h("kbd", {}, "w")), others.length ? h("span", {className: "soft"}, ` · so has ${others.join(", ")}`) : null));
  return [h("h2", {}, "What is coded"), h("p", {}, `${sum}.`), ...about,
    h("p", {className: "soft"}, "Select words in the text to make a passage: with the mouse, by a double click on a sentence, or with the keys ", h("kbd", {}, "↓"), " ", h("kbd", {}, "→"), " and ", h("kbd", {}, "Enter"), "."),
    left.length ? [h("h3", {}, `Drafts (${left.length})`), h("ul", {className: "list"}, left.map((each) => h("li", {},
      h("button", {type: "button", onclick: () => reopen(each)}, `${SINGULAR[each.at.table]}: `, Object.entries(each.cells).map(([name, cell]) => !cell.proposed && name !== "id" && cell.value).filter(Boolean)[0] || "not filled in yet"),
      h("button", {type: "button", className: "quiet", onclick: () => { forget(each.at); renderView(); }}, "Discard"))))] : [],
    wrong.length ? [h("h3", {}, `Findings (${wrong.length})`), h("ul", {className: "list"}, wrong.map((each) => h("li", {}, h("button", {type: "button", className: "finding", onclick: () => toFinding(each)}, each.message))))] : [],
    order.length ? [h("h3", {}, `Passages (${order.length})`), h("ul", {className: "list"}, order.map((each) => h("li", {}, h("button", {type: "button", onclick: () => choose(each.cells.id)}, each.cells.gist || (each.other ? "Words that you coded" : each.cells.id), h("span", {className: "soft"}, ` ${each.cells.speaker || ""}`)))))] : [],
    ...list("actors", "Actors", "a"), ...list("concepts", "Concepts", "c")].flat(2);
}

/** The actor that a speaker stands for: of that label, or whom an earlier statement took, or whom a description names. */
function actorOf(speaker) {
  if (!speaker) return "";
  const same = speaker.toLowerCase(), all = rows("actors").map((each) => each.cells);
  const spoke = new Set(rows("passages").filter((each) => each.cells.speaker?.toLowerCase() === same).map((each) => each.cells.id));
  return all.find((each) => each.label?.toLowerCase() === same)?.id
    || rows("statements").findLast((each) => spoke.has(each.cells.passage))?.cells.actor
    || all.find((each) => each.who?.toLowerCase().includes(same))?.id || "";
}

/** Add a row to the passage that is shown, with what its words give. */
async function add(table) {
  if (table === "actors" || table === "concepts") return openForm({table, values: {}, proposed: []});
  if (!chosen) return say("Choose a passage first: j and k go through them.");
  const id = chosen, one = rows("passages").find((each) => each.cells.id === id), cells = one.cells;
  const at = placed().find((each) => each.id === id);
  let offered = {numbers: [], dates: [], speakers: []};
  if (at) try { offered = await ask("select", {source, start: toC(at.span.start), end: toC(at.span.end)}); } catch { /* then nothing is offered */ }
  const actor = actorOf(cells.speaker) || (one.other || !cells.speaker ? offered.actor : "");
  const at_ = cursor && at && at.span.start <= cursor.start && cursor.end <= at.span.end ? text.slice(cursor.start, cursor.end) : null;
  const left = numbersLeft(id, offered.numbers), date = offered.dates[0];
  const number = left.find((each) => at_ && each.words.includes(at_)) || left[0];
  const note = table !== "quantities" || number ? "" : offered.numbers.length ? "Each number of these words has its quantity." : "These words have no number in digits or words that can be read.";
  const values = {passage: id, ...(table === "statements" ? {actor, mode: "said", coder: state.coder, start: at ? toC(at.span.start) : "", end: at ? toC(at.span.end) : ""}
    : table === "quantities" ? {claimed_by: actor, ...(number ? {hedge: number.hedge, value: number.value, unit: number.unit} : {})}
    : {...(date ? {date: date.date, resolved: String(date.resolved)} : {resolved: "false"})})};
  openForm({table, passage: id, values, proposed: Object.keys(values), offered, note});
  if (note && form) say(`New quantity. ${note}`);
}

/** The numbers of a passage that have no quantity yet, by their values. */
function numbersLeft(passage, numbers) {
  const has = rows("quantities").filter((each) => each.cells.passage === passage && each.cells.value).map((each) => Number(each.cells.value));
  return numbers.filter((each) => {
    const at = has.indexOf(Number(each.value));
    if (at >= 0) has.splice(at, 1);
    return at < 0;
  });
}

