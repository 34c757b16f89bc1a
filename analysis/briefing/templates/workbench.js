// The workbench: its state, what it asks the server, and the keys. The text is in workbench-text.js, the panel in
// workbench-panel.js, the fields in workbench-forms.js; all share the names below.
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
const LOST = ["passage-absent", "passage-ambiguous"];  // findings on passages whose words have no place
const REMOTE = "REMOTE";                           // not for the annotator's own undo: the server has that
const steps = {paragraphs: -1, numbers: -1, names: -1, findings: -1};

// --- the server ----------------------------------------------------------------------

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
    try { uncoded = withoutAside(await ask("uncoded", {source})); } catch { return; }
    showUncoded();
    if (!chosen && !form) renderView();
  }, 60);
}

function showUncoded() {
  const without = new Set(uncoded.paragraphs);
  for (const each of paragraphs) each.element.classList.toggle("uncoded", without.has(each.n));
  paintMarks();
  renderSteps();
}

// --- keys ----------------------------------------------------------------------------

const KEYS = [
  ["Select words", [["↓ ↑", "the next or previous sentence"], ["→ ←", "the next or previous word"], ["Shift → ←", "end a word later or earlier"], ["Shift ↓ ↑", "end a sentence later or earlier"], [", .", "begin a word earlier or later"], ["Enter", "make a passage of the words"], ["double click", "select the sentence"]]],
  ["Go", [["j k", "next or previous passage"], ["o", "open the passage at the selection"], ["1 2 3", "next paragraph without a passage, number without a quantity, name without an actor"], ["4", "next finding"], ["Shift 1 … 4", "the previous one"], ["x", "set aside, in this browser, what 1, 2 or 3 went to"], ["Shift x", "bring back all that was set aside"], ["t", "to the text"], ["p", "to the panel"]]],
  ["Code the passage shown", [["s", "add a statement"], ["q", "add a quantity"], ["v", "add an event"], ["e", "edit the passage"], ["r", "give it other words: the next that are selected"], ["Delete", "delete it"], ["a", "new actor"], ["c", "new concept"], ["d", "describe the source"], ["w", "mark the text as coded to its end, or not"]]],
  ["Anywhere", [["Ctrl Enter", "save the form"], ["Esc", "close the form (it is kept as a draft), then the passage"], ["Ctrl Z", "undo"], ["Ctrl Shift Z", "redo"], ["?", "these keys"]]],
];

const actions = {
  j: () => nextPassage(1), k: () => nextPassage(-1), o: openUnderCursor, s: () => add("statements"), q: () => add("quantities"), v: () => add("events"),
  a: () => add("actors"), c: () => add("concepts"), t: () => $("text").focus(), p: () => ($("panel").querySelector("input, select, textarea, button") || $("panel")).focus(),
  r: changeWords, d: () => { const one = rows("sources").find((each) => each.cells.id === source); if (one) edit("sources", one); },
  w: () => { const one = state.sources.find((each) => each.id === source); if (one && state.marks) mark(!one.coded.includes(state.coder)); else say("This project has no table codings to say so in."); },
  e: () => withChosen((one) => edit("passages", one)), Delete: () => withChosen((one) => remove("passages", one)),
  x: setAside, X: bringBack, "?": showKeys, ",": () => move("word", -1, "start"), ".": () => move("word", 1, "start"),
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
  const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea");
  const command = event.ctrlKey || event.metaKey;
  if (event.key === "Escape") {
    event.preventDefault();
    if (respan) { respan = null; return say("Left as it is."); }
    if (form) {
      const typed = form.dirty;
      if (typed) keep();
      cancel();
      say(typed ? "Closed. What you typed is kept as a draft." : "Closed.");
    } else if (draft || cursor || $("form").childElementCount) { cursor = null; cancel(); } else choose(null);
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

// --- begin ---------------------------------------------------------------------------

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
