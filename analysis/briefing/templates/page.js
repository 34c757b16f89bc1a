"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const { parts, cards: evidence, words = {} } = JSON.parse(byId("evidence-data").textContent);
  const say = (text, values = {}) => (words[text] || text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  // --- evidence: a citation or a number opens what stands behind it ---
  const panel = byId("panel"), body = byId("panel-body");
  let opener = null;

  const entry = (id) => {
    const item = evidence[id];
    const box = make("div", "", "evidence");
    const gist = make("p", item.gist, "gist"), quote = item.quote && make("blockquote", say("“{quote}”", item));
    if (item.lang) (quote || gist).lang = item.lang;  // the words of a source, which is in another language
    box.append(gist);
    if (quote) box.append(quote);
    const list = make("dl");
    for (const [head, value] of item.facts) list.append(make("dt", parts[head]), make("dd", parts[value]));
    box.append(list);
    if (item.chain) {
      const chain = make("ol", "", "chain");
      chain.setAttribute("aria-label", say("Through whose hands it came"));
      for (const hand of item.chain) chain.append(make("li", parts[hand]));
      box.append(chain);
    }
    const link = make("a", say("In the list of evidence"));
    link.href = "#ref-" + id;
    link.dataset.plain = "";
    box.append(link);
    return box;
  };

  const open = (link, ids) => {
    opener = link;
    body.replaceChildren();
    if (link.title || link.dataset.note) body.append(make("p", link.title || link.dataset.note, "note"));
    ids.forEach((id) => body.append(entry(id)));
    byId("panel-title").textContent = link.classList.contains("value") ? say("Behind “{value}”", { value: link.textContent }) : say("Evidence");
    panel.hidden = false;
    panel.scrollTop = 0;
    const covered = link.getBoundingClientRect().bottom + 40 - panel.getBoundingClientRect().top;
    if (panel.offsetTop > 0 && covered > 0) scrollBy({ top: covered });  // at the foot of a phone it would hide the line
    byId("panel-close").focus({ preventScroll: true });
  };
  const close = () => {
    if (panel.hidden) return;
    panel.hidden = true;
    if (opener) opener.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#ref-"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if ("plain" in link.dataset) { panel.hidden = true; return; }
    const cluster = link.closest("[data-cites]");  // a range such as [7–16] stands for all that it spans
    const ids = (link.dataset.evidence || (cluster && cluster.dataset.cites) || link.getAttribute("href").slice(5))
      .split(/\s+/).filter((id) => id in evidence);
    if (!ids.length) return;
    event.preventDefault();
    open(link, ids);
  });
  byId("panel-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); hide(); }
  });

  // --- charts: what a mark says, by pointer and by keyboard ---
  const tip = byId("tip");
  let shown = null;
  const hide = () => { tip.hidden = true; if (shown) shown.classList.remove("lit"); shown = null; };
  const show = (mark, x, y) => {
    if (shown && shown !== mark) shown.classList.remove("lit");
    shown = mark;
    mark.classList.add("lit");
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const width = tip.offsetWidth, height = tip.offsetHeight;
    tip.style.left = Math.max(8, Math.min(x + 12, innerWidth - width - 8)) + "px";
    tip.style.top = (y + 16 + height > innerHeight ? Math.max(8, y - height - 12) : y + 16) + "px";
  };
  const isMark = (mark) => mark && mark.tagName !== "g" && mark.hasAttribute("aria-label")
    && !/axis|title|group|legend|container/.test(mark.getAttribute("aria-roledescription") || "");
  const marksOf = (chart) => [...chart.querySelectorAll("[aria-label]")].filter(isMark);

  const listen = (chart) => {
    if (!marksOf(chart).length) return;
    chart.setAttribute("tabindex", "0");
    let at = -1;
    const point = (event) => {
      const mark = event.target.closest("[aria-label]");
      if (isMark(mark)) show(mark, event.clientX, event.clientY);
      else hide();
    };
    chart.addEventListener("pointermove", point);
    chart.addEventListener("pointerdown", point);
    chart.addEventListener("pointerleave", hide);
    chart.addEventListener("blur", hide);
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const marks = marksOf(chart).filter((mark) => !mark.classList.contains("out"));
      if (!marks.length) return;
      at = (at + step + marks.length) % marks.length;
      const box = marks[at].getBoundingClientRect();
      show(marks[at], box.left + box.width / 2, box.top + box.height / 2);
    });
  };
  document.querySelectorAll("svg.chart").forEach(listen);
  const tell = (event, text) => {  // what a live chart says of its own
    if (text === null || text === undefined || text === "") return;
    tip.textContent = text;
    tip.hidden = false;
    tip.style.left = Math.max(8, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = event.clientY + 16 + "px";
  };

  // --- charts: to take along as SVG, PNG and Vega-Lite, beside the CSV that needs no script ---
  const data = byId("chart-data");
  const { config, charts } = data ? JSON.parse(data.textContent) : { charts: {} };
  const unpacked = (spec) => {
    const datasets = {};
    for (const [name, set] of Object.entries(spec.datasets || {}))
      datasets[name] = set.fields ? set.rows.map((row) => Object.fromEntries(row.map((cell, n) => [set.fields[n], cell]))) : set;
    return { ...spec, ...(spec.datasets && { datasets }), config: spec.config || config };
  };
  globalThis.page = { listen, tell, unpacked };  // what the script of live charts takes of this one
  const save = (name, blob) => {
    const link = make("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const fonts = () => [...document.querySelectorAll("style")].map((style) => style.textContent).join("").match(/@font-face\{[^}]*\}/g).join("");
  const alone = (chart) => {  // with its typeface, and without what belongs to the page
    const copy = chart.cloneNode(true), style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    ["class", "tabindex", "aria-details"].forEach((name) => copy.removeAttribute(name));
    copy.querySelectorAll("[data-row],[class]").forEach((mark) => { mark.removeAttribute("data-row"); mark.removeAttribute("class"); });
    style.textContent = fonts();
    copy.prepend(style);
    return new XMLSerializer().serializeToString(copy);
  };
  const painted = (svg, width, height) => new Promise((done, failed) => {
    const image = new Image(), canvas = make("canvas"), scale = 3;
    image.onload = () => {
      canvas.width = width * scale;
      canvas.height = height * scale;
      const context = canvas.getContext("2d");
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(done, "image/png");
    };
    image.onerror = failed;
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
  });
  document.querySelectorAll("details.data .take").forEach((place) => {
    const label = place.dataset.of, figure = byId(label), chart = figure && figure.querySelector("svg.chart");
    if (!chart) return;
    const offer = (name, act) => {
      const button = make("button", name);
      button.type = "button";
      button.addEventListener("click", act);
      place.append(" ", button);
    };
    offer("SVG", () => save(label + ".svg", new Blob([alone(chart)], { type: "image/svg+xml" })));
    offer("PNG", () => painted(alone(chart), chart.width.baseVal.value, chart.height.baseVal.value)
      .then((blob) => save(label + ".png", blob)));
    if (label in charts) offer("Vega-Lite", () => save(label + ".vl.json",
      new Blob([JSON.stringify(unpacked(charts[label].spec), null, 1)], { type: "application/json" })));
  });

  // --- a chart and its table, filtered by columns of the table ---
  const field = (text, control) => {
    const label = make("label", text + " ");
    label.append(control);
    return label;
  };
  document.querySelectorAll("details[data-filters]").forEach((details) => {
    const figure = details.closest("figure"), rows = [...details.querySelectorAll("tbody tr")];
    const heads = [...details.querySelectorAll("th")].map((head) => head.textContent);
    const form = make("form", "", "filters"), told = make("output");
    const selects = JSON.parse(details.dataset.filters).map((name) => {
      const select = make("select"), column = heads.indexOf(name);
      const values = [...new Set(rows.map((row) => row.cells[column].textContent))];
      select.append(new Option(say("all"), ""), ...values.map((value) => new Option(value, value)));
      form.append(field(name, select));
      return [select, column];
    });
    const apply = () => {
      const kept = rows.map((row) => selects.every(([select, column]) => !select.value || row.cells[column].textContent === select.value));
      rows.forEach((row, number) => { row.hidden = !kept[number]; });
      figure.querySelectorAll("[data-row]").forEach((mark) => mark.classList.toggle("out", !kept[mark.dataset.row]));
      told.textContent = kept.includes(false) ? say("{kept} of {all}", { kept: kept.filter(Boolean).length, all: rows.length }) : "";
    };
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.append(told);
    details.before(form);
  });

  // --- search within the evidence ---
  const list = byId("refs");
  if (list) {
    const entries = [...list.querySelectorAll(".csl-entry")], texts = entries.map((item) => item.textContent.toLowerCase());
    const form = make("form", "", "filters"), input = make("input"), told = make("output");
    input.type = "search";
    input.autocomplete = "off";
    form.setAttribute("role", "search");
    form.append(field(say("Search the evidence"), input), told);
    const apply = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const kept = texts.map((text) => words.every((word) => text.includes(word)));
      entries.forEach((item, number) => { item.hidden = !kept[number]; });
      told.textContent = words.length ? say("{kept} of {all}", { kept: kept.filter(Boolean).length, all: entries.length }) : "";
    };
    input.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    list.before(form);
    addEventListener("hashchange", () => {  // a link to an entry shows it, whatever is searched for
      const target = byId(location.hash.slice(1));
      if (target && target.hidden) { input.value = ""; apply(); target.scrollIntoView(); }
    });
  }

  // --- contents: where the reader is ---
  if ("IntersectionObserver" in window) {
    const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.getAttribute("href").slice(1), link]));
    const watch = new IntersectionObserver((entries) => entries.forEach((item) => {
      if (!item.isIntersecting) return;
      links.forEach((link) => link.removeAttribute("aria-current"));
      const link = links.get(item.target.id);
      if (link) link.setAttribute("aria-current", "true");
    }), { rootMargin: "0px 0px -75% 0px" });
    document.querySelectorAll("main section[id]").forEach((section) => watch.observe(section));
  }
})();
