"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const { words = {}, concepts, actors, dates, marks } = JSON.parse(byId("shelf-data").textContent);
  const say = (text, values = {}) => (words[text] || text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const figure = (number) => number.toLocaleString(document.documentElement.lang);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

  for (const about of document.querySelectorAll(".about")) {  // where many stand here, not each has a link to its PDF
    if (about.querySelector("a")) continue;
    const link = make("a", "PDF"), box = make("span");
    link.href = about.parentElement.querySelector("h3 a").getAttribute("href").replace(/html$/, "pdf");
    box.append(link);
    about.append(box);
  }

  // --- editions: the newest first, the older when asked for, or found ---
  const NEWEST = 20;
  const editions = [...document.querySelectorAll(".edition")];
  const texts = new Map();
  const textOf = (edition) => {
    if (!texts.has(edition)) texts.set(edition, plain(edition.textContent));
    return texts.get(edition);
  };
  const find = byId("words"), state = byId("state"), older = byId("older"), count = byId("count");
  let all = editions.length <= NEWEST;

  const show = () => {
    const asked = plain(find.value).split(/\s+/).filter(Boolean);
    const filtered = asked.length || state.value;
    const found = editions.filter((edition) => (!state.value || (edition.dataset.state || "unchecked").split(" ").includes(state.value))
      && asked.every((word) => textOf(edition).includes(word)));
    byId("content").classList.toggle("found", Boolean(filtered));  // else all stand on paper
    const shown = new Set(all || filtered ? found : found.slice(0, NEWEST));
    for (const edition of editions) edition.hidden = !shown.has(edition);
    for (const year of document.querySelectorAll("section.year")) year.hidden = !year.querySelector(".edition:not([hidden])");
    count.textContent = say("{shown} of {number} briefings", { shown: figure(shown.size), number: figure(editions.length) });
    older.hidden = shown.size === found.length;
    older.firstChild.textContent = say("Show the {number} before these", { number: figure(found.length - shown.size) });
  };
  const reveal = () => {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest(".edition,section.year") && !target.checkVisibility()) {
      all = true;
      find.value = state.value = "";
      show();
      target.scrollIntoView();
    }
  };
  if (editions.length) byId("find").hidden = false;
  byId("find").addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", show);
  state.addEventListener("change", show);
  older.firstChild.addEventListener("click", () => {
    const first = editions.find((edition) => edition.hidden);
    all = true;
    show();
    if (first) first.querySelector("a").focus();
  });
  addEventListener("hashchange", reveal);
  show();
  reveal();

  // --- who said what on a concept, over time ---
  const box = byId("chart");
  if (!box) return;
  const SIGNS = ["+", "−", "±"], KINDS = ["agree", "disagree", "mixed"];
  const VERBS = [say("agrees"), say("disagrees"), say("both agrees and disagrees")];
  // a unit of time: how many months it has, and what a period is called, by its first month, counted from the year 0
  const months = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", year: "numeric", timeZone: "UTC" });
  const year = (month) => Math.floor(month / 12);
  const UNITS = [[1, (month) => months.format(Date.UTC(year(month), month % 12))],
    [3, (month) => `${year(month)} Q${month % 12 / 3 + 1}`], [12, (month) => String(year(month))]];
  const MOST = 12;  // of a cell's marks, and of columns, if possible
  const choice = byId("concept"), table = byId("matrix"), note = byId("passage");

  const mark = ([edition, actor, stand, date, place, gist]) => {
    const link = make("a", SIGNS[stand], `mark ${KINDS[stand]}`);
    const page = editions[edition].querySelector("h3 a");
    link.href = page.getAttribute("href") + (place ? `#ref-${encodeURIComponent(place)}` : "");
    const told = `${actors[actor]} ${VERBS[stand]}${dates[date][1] ? `, ${dates[date][1]}` : ""}: `
      + `${gist ? `${gist} ` : ""}(${page.textContent})`;
    link.setAttribute("aria-label", told);
    link.dataset.told = link.title = told;
    return link;
  };
  const fill = (cell, found) => {
    cell.append(...found.slice(0, MOST).map(mark));
    if (found.length <= MOST) return;
    const more = make("button", `+${found.length - MOST}`);
    more.type = "button";
    more.setAttribute("aria-label", say("Show {number} more", { number: found.length - MOST }));
    more.addEventListener("click", () => {
      const rest = found.slice(MOST).map(mark);
      more.replaceWith(...rest);
      rest[0].focus();
    });
    cell.append(more);
  };
  const draw = () => {
    const [, sentence] = concepts[choice.value], found = marks[choice.value];
    const monthOf = (one) => {
      const [year, month] = dates[one[3]][0].split("-").map(Number);
      return year * 12 + month - 1;  // not a number, where there is no date
    };
    const told = found.map(monthOf).filter((month) => month >= 0);
    const first = Math.min(...told), last = Math.max(...told);
    const [size, head] = UNITS.find(([size]) => last / size - first / size < MOST - 1) || UNITS[2];
    const period = (month) => Math.floor(month / size) * size;
    const columns = [];
    for (let month = period(first); month <= last && columns.length < 400; month += size) columns.push(month);
    if (told.length < found.length) columns.push(NaN);
    const rows = new Map();
    for (const one of found) rows.set(one[1], [...(rows.get(one[1]) || []), one]);
    byId("sentence").textContent = sentence;
    const top = make("tr");
    const actor = make("th", say("Actor"));
    actor.scope = "col";
    top.append(actor, ...columns.map((column) => {
      const cell = make("th", column >= 0 ? head(column) : say("undated"));
      cell.scope = "col";
      return cell;
    }));
    const lines = [...rows].sort((one, other) => other[1].length - one[1].length
      || actors[one[0]].localeCompare(actors[other[0]])).map(([id, said]) => {
      const line = make("tr"), who = make("th", actors[id]);
      who.scope = "row";
      line.append(who, ...columns.map((column) => {
        const cell = make("td");
        fill(cell, said.filter((one) => Object.is(period(monthOf(one)), column)));
        return cell;
      }));
      return line;
    });
    table.tHead.replaceChildren(top);
    table.tBodies[0].replaceChildren(...lines);
    note.textContent = say("Point at a mark for its passage; follow it to read the passage in its briefing.");
  };
  for (const event of ["mouseover", "focusin"]) {
    table.addEventListener(event, ({ target }) => {
      if (target.dataset && target.dataset.told) note.textContent = target.dataset.told;
    });
  }
  choice.append(...concepts.map(([label], n) => {
    const option = make("option", `${label} (${marks[n].length})`);
    option.value = n;
    return option;
  }));
  choice.addEventListener("change", draw);
  byId("concepts").hidden = true;
  box.hidden = false;
  draw();
})();
