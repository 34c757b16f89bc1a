// Forms of the workbench: fields by a table's own schema, values that are proposed and marked so, rows that are made in
// place. Plain DOM; nothing here asks the server, except for an id of words that have no Latin letters.
"use strict";

const HIDDEN = {
  passages: ["source", "start", "end", "sha256", "paragraph", "prefix", "suffix"],
  statements: ["passage", "coder", "start", "end"],
  quantities: ["passage", "source", "credibility", "corroborated_by"], events: ["passage", "source"], actors: [], concepts: [],
  sources: ["sha256", "characters"],
};
const LONG = ["gist", "sentence", "code_when", "do_not_code_when", "act", "title", "who", "contrary", "descriptor"];
/** Words for the cells that are signs, and for a column whose description only repeats its name. */
const WORDS = {hedge: {"=": "as given", ">": "over", ">=": "at least", "<": "under", "<=": "at most", "~": "about"}};
const ABOUT = {of: "what it is a number of"};
const NAMED = {passages: ["gist"], quantities: ["measure", "of"], events: ["title"], actors: ["label"], concepts: ["label"], sources: ["publisher"]};
const SINGULAR = {passages: "passage", statements: "statement", quantities: "quantity", events: "event", actors: "actor",
                  concepts: "concept", sources: "source"};

/** An element: its properties, and its children as nodes or text. */
function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const LETTERS = {ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i", ħ: "h", ŋ: "n"};
const LONGEST_SLUG = 40;

/** An id made of words that no row has yet, as the server makes it; empty where it takes the server to write them. */
function slug(words, taken) {
  const plain = words.toLowerCase().normalize("NFC").replace(/[äöüßæœøđðłþıħŋ]/g, (letter) => LETTERS[letter])
    .replace(/[’'_]/g, "").normalize("NFKD").replace(/\p{M}/gu, "");
  if (/(?![a-z])\p{L}/u.test(plain)) return "";
  let id = "";
  for (const word of plain.match(/[a-z0-9]+/g) || []) {
    if (id && id.length + 1 + word.length > LONGEST_SLUG) break;
    id = (id ? `${id}-${word}` : word).slice(0, LONGEST_SLUG);
  }
  for (let n = 1; id; n += 1) if (!taken.has(n > 1 ? `${id}-${n}` : id)) return n > 1 ? `${id}-${n}` : id;
  return "";
}

let fieldCount = 0, unnamed = 0;

/**
 * The fields of one row. `at` has: table, schema, values, proposed (names of columns), options(table) -> rows of cells,
 * schemas, taken() -> ids in use, findings (of this row), asked(table, words) -> a promise of an id, publisher (of the
 * source), within (a row that is made inside another's form). `read()` gives the cells, `made()` the rows made on the way, `draft()` what to keep.
 */
function fields(at) {
  const known = {}, element = h("div", {className: "pair"});
  const touched = new Set();
  const hidden = HIDDEN[at.table] || [];
  const shown = at.schema.fields.filter((field) => !hidden.includes(field.name));
  for (const field of [...shown.filter((each) => each.name !== "id"), ...shown.filter((each) => each.name === "id")]) {
    const one = fieldOf(at, field, (typed) => {
      if (typed) touched.add(field.name);
      follow(field.name, typed);
    });
    known[field.name] = one;
    element.append(one.element);
  }
  let speaker = known.speaker?.value.trim();
  const idWords = () => NAMED[at.table].map((each) => known[each]?.value || "").join(" ").trim();
  /** The chain begins with who speaks; the publisher alone needs no chain. */
  function chain() {
    const now = known.speaker.value.trim(), hands = known.chain.value.split(">").map((each) => each.trim()).filter(Boolean);
    if (!now || now === speaker) return;
    if (!touched.has("chain") || hands[0] === speaker) {
      const rest = hands.length > 1 ? hands.slice(1) : [at.publisher || ""];
      hands.splice(0, hands.length, ...(now === at.publisher ? [now] : [now, ...rest.filter(Boolean)]));
      known.chain.propose(hands.join(" > "));
    }
    speaker = now;
  }
  /** What hangs on a value: the id on the words, the act on the mode. */
  function follow(name, typed) {
    if (name === "mode" && known.act) known.act.element.hidden = known.mode.value !== "done" && !known.act.value;
    if (name === "speaker" && typed && known.chain) chain();
    if (known.id && (NAMED[at.table] || []).includes(name) && typed && !touched.has("id") && !at.before) {
      const words = idWords();
      const id = slug(words, at.taken());
      if (id) known.id.propose(id);
      else if (words) at.asked(at.table, words).then((found) => { if (!touched.has("id") && idWords() === words) known.id.propose(found); });
    }
  }
  follow("mode");
  return {
    element, known,
    read() {
      const cells = {};
      for (const field of at.schema.fields) {
        cells[field.name] = field.name in known ? known[field.name].read() : at.values[field.name] ?? "";
      }
      if (known.act && cells.mode !== "done") cells.act = "";
      return {...(at.before || {}), ...cells};
    },
    made: () => Object.values(known).flatMap((one) => one.made()),
    draft: () => Object.fromEntries(Object.entries(known).map(([name, one]) => [name, one.draft()])),
    restore(draft) {
      for (const [name, value] of Object.entries(draft)) known[name]?.restore(value);
      Object.keys(draft).forEach((name) => { if (!known[name]?.proposed) touched.add(name); });
      speaker = known.speaker?.value.trim();
      follow("mode");
    },
    set(values) {
      for (const [name, value] of Object.entries(values)) known[name]?.propose(value);
      speaker = known.speaker?.value.trim();
      follow("mode");
    },
    first: () => Object.values(known).find((one) => one.input.ariaRequired && one !== known.id && !one.read() && !one.element.hidden)
      || Object.values(known)[0],
  };
}

/** The table that a column's cells name rows of, if any. */
function referred(schema, name) {
  for (const key of schema.foreignKeys || []) {
    if ([key.fields].flat().includes(name)) return key.reference.resource;
  }
  const targets = schema.fields.find((field) => field.name === name).listOf?.references || [];
  return targets.length === 1 ? targets[0].split(".")[0] : null;
}

/** The name of a column as a word. */
function spoken(name) { return name.replaceAll("_", " "); }

function fieldOf(at, field, changed) {
  const id = `field-${fieldCount += 1}`, target = referred(at.schema, field.name);
  const words = field.constraints?.enum || (field.type === "boolean" ? ["true", "false"] : null)
    || (field.type === "integer" && field.constraints?.maximum - field.constraints?.minimum < 10
      ? Array.from({length: field.constraints.maximum - field.constraints.minimum + 1}, (_, n) => String(n + field.constraints.minimum)) : null);
  let input;
  if (words) {
    const said = (word) => (at.grades?.[field.name]?.[word] ? `${word} – ${at.grades[field.name][word]}` : WORDS[field.name]?.[word] ? `${word} ${WORDS[field.name][word]}` : word);
    input = h("select", {id, name: field.name}, h("option", {value: ""}, "–"), words.map((word) => h("option", {value: word}, said(word))));
  } else if (LONG.includes(field.name)) {
    input = h("textarea", {id, name: field.name, rows: 2});
  } else {
    input = h("input", {id, name: field.name, autocomplete: "off", spellcheck: !field.constraints?.pattern,
                        inputMode: field.type === "number" || field.type === "integer" ? "decimal" : "text"});
  }
  const required = field.constraints?.required;
  if (required) input.setAttribute("aria-required", "true");
  const tag = h("span", {className: "tag", hidden: true}, "proposed");
  const named = spoken(field.name), about = ABOUT[field.name] || field.description;
  const label = h("label", {htmlFor: id}, named[0].toUpperCase() + named.slice(1), tag,
                  h("span", {className: "soft"}, about ? ` ${about}` : "", required ? "" : " (optional)"));
  const dangling = `${SINGULAR[target] && !at.within ? `Press New ${SINGULAR[target]}, or choose` : "Choose"} one of the list.`;
  const findings = (at.findings || []).filter((each) => (each.column || "").split(", ").includes(field.name));
  const wrong = findings.map((each, n) => h("p", {className: "finding", id: `${id}-wrong-${n}`},
                                            `Found ${each.found}, expected ${each.expected}. ${each.code === "id-dangling" ? dangling : each.remedy}`));
  if (wrong.length) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", wrong.map((each) => each.id).join(" "));
  }
  const element = h("div", {className: `field${words && !target && !at.grades?.[field.name] ? "" : ["value", "unit", "date", "as_of"].includes(field.name) ? "" : " wide"}`}, label);
  const one = {
    element, input, proposed: false,
    get value() { return input.value; },
    read: () => input.value.trim(),
    made: () => [],
    mark(proposed) {
      one.proposed = proposed;
      tag.hidden = !proposed;
      element.classList.toggle("proposed", proposed);
    },
    propose(value) { if (value !== undefined) { one.put(value); one.mark(value !== ""); } },
    put(value) { input.value = value; },
    draft: () => ({value: input.value, proposed: one.proposed}),
    restore(draft) { one.put(draft.value); one.mark(draft.proposed); },
  };
  input.addEventListener("input", () => { one.mark(false); changed(true); });
  one.put(at.values[field.name] ?? "");
  one.mark((at.proposed || []).includes(field.name) && (at.values[field.name] ?? "") !== "");
  if (target && at.options(target)) asReference(at, field, target, one, element, id, changed);
  else element.append(input);
  element.append(...wrong);
  return one;
}

/** A field whose value is the id of a row: searched by label, and made in place where there is none. */
function asReference(at, field, target, one, element, id, changed) {
  const many = Boolean(field.listOf), delimiter = field.listOf?.delimiter || ";";
  const input = one.input, list = h("datalist", {id: `${id}-list`}), explain = h("div", {className: "explain", hidden: true});
  const chosen = [], chips = h("div", {className: "chips"});
  let inner = null;
  const rows = () => at.options(target);
  const named = (row) => row.label || row.title || row.id;
  const about = (row) => row.who || row.sentence || "";
  list.append(...rows().map((row) => h("option", {value: row.id}, `${named(row)}${about(row) ? ` – ${about(row)}` : ""}`)));
  input.setAttribute("list", list.id);
  const fresh = SINGULAR[target] && !at.within
    ? h("button", {type: "button", className: "quiet", onclick: () => open(input.value.trim())}, `New ${SINGULAR[target]}`) : null;
  if (many) element.append(chips);
  element.append(h("div", {className: "with"}, input, fresh || ""), list, explain);

  function open(label) {
    if (inner) return inner.known.label?.input.focus();
    const schema = at.schemas[target];
    inner = fields({...at, table: target, schema, before: null, findings: [], within: true, proposed: ["label", "id"],
                    values: {label, id: slug(label, at.taken())}});
    const box = h("fieldset", {}, h("legend", {}, `New ${SINGULAR[target]} `, h("span", {className: "soft"}, "saved with this form")),
                  inner.element, h("button", {type: "button", className: "quiet", onclick: close}, "Not a new one"));
    inner.box = box;
    if (label && !inner.known.id?.value) at.asked(target, label).then((id) => { if (inner && !inner.known.id.value) inner.known.id.propose(id); });
    element.append(box);
    input.value = "";
    input.disabled = true;
    explain.hidden = true;
    (label ? Object.values(inner.known).find((each) => !each.value) || inner.known.label : inner.known.label)?.input.focus();
    changed(true);
  }
  function close() {
    inner.box.remove();
    inner = null;
    input.disabled = false;
    input.focus();
    changed(true);
  }
  function show() {
    const row = rows().find((each) => each.id === input.value.trim());
    explain.hidden = !row || (!row.sentence && !row.who);
    explain.replaceChildren();
    if (!row) return;
    explain.append(h("strong", {}, named(row)), ` ${row.sentence || row.who || ""}`);
    if (row.code_when) explain.append(h("p", {}, `Code when ${row.code_when}`));
    if (row.do_not_code_when) explain.append(h("p", {}, `Do not when ${row.do_not_code_when}`));
  }
  function choose(value) {
    if (value && !chosen.includes(value)) chosen.push(value);
    input.value = "";
    chips.replaceChildren(...chosen.map((each) => h("button", {
      type: "button", "aria-label": `Take out ${each}`, onclick: () => {
        chosen.splice(chosen.indexOf(each), 1);
        choose("");
        changed(true);
        input.focus();
      }}, `${rows().map((row) => row.id === each && named(row)).find(Boolean) || each} ×`)));
  }
  /** What was typed is an id, or a label that one row has, or the label of a row to be made. */
  function settle() {
    const typed = input.value.trim();
    if (!typed) return show();
    const row = rows().find((each) => each.id === typed)
      || rows().find((each) => named(each).toLowerCase() === typed.toLowerCase());
    if (row && many) choose(row.id);
    else if (row) { input.value = row.id; show(); }
    else if (fresh) open(typed);
    changed(true);
  }
  input.addEventListener("change", settle);
  input.addEventListener("input", show);
  let place = "";  // the name of a row made here that has no id yet: the server gives it one
  const innerRow = () => {
    const cells = inner.read();
    return cells.id ? cells : {...cells, id: place ||= `?${unnamed += 1}`};
  };
  one.read = () => {
    if (input.value.trim() && !inner) {
      const typed = input.value.trim().toLowerCase(), row = rows().find((each) => named(each).toLowerCase() === typed);
      if (row) input.value = row.id;
    }
    const own = inner ? innerRow().id : input.value.trim();
    return many ? [...chosen, own].filter(Boolean).join(delimiter) : own;
  };
  one.made = () => (inner ? [{table: target, before: null, after: innerRow()}] : []);
  one.put = (value) => {
    chosen.length = 0;
    if (many) { value.split(delimiter).filter(Boolean).forEach(choose); choose(""); } else input.value = value;
    show();
  };
  one.draft = () => ({value: many ? [...chosen, input.value].filter(Boolean).join(delimiter) : input.value,
                      proposed: one.proposed, inner: inner ? inner.draft() : null});
  one.restore = (draft) => {
    one.put(draft.value);
    one.mark(draft.proposed);
    if (draft.inner) { open(""); inner.restore(draft.inner); }
  };
  one.put(at.values[field.name] ?? "");
}
