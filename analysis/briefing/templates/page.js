"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const evidence = JSON.parse(byId("evidence-data").textContent);
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
    box.append(make("p", item.gist, "gist"));
    if (item.quote) box.append(make("blockquote", "“" + item.quote + "”"));
    const list = make("dl");
    for (const [name, value] of item.facts) list.append(make("dt", name), make("dd", value));
    box.append(list);
    if (item.chain) {
      const chain = make("ol", "", "chain");
      chain.setAttribute("aria-label", "Through whose hands it came");
      for (const hand of item.chain) chain.append(make("li", hand));
      box.append(chain);
    }
    const link = make("a", "In the list of evidence");
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
    byId("panel-title").textContent = link.classList.contains("value") ? "Behind “" + link.textContent + "”" : "Evidence";
    panel.hidden = false;
    panel.scrollTop = 0;
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
  const marksOf = (chart) => [...chart.querySelectorAll("[aria-label]")].filter((mark) =>
    !/axis|title|group|legend|container/.test(mark.getAttribute("aria-roledescription") || "") && mark.tagName !== "g");

  document.querySelectorAll("svg.chart").forEach((chart) => {
    const marks = marksOf(chart);
    if (!marks.length) return;
    chart.setAttribute("tabindex", "0");
    let at = -1;
    chart.addEventListener("pointermove", (event) => {
      const mark = event.target.closest("[aria-label]");
      if (mark && marks.includes(mark)) show(mark, event.clientX, event.clientY);
      else hide();
    });
    chart.addEventListener("pointerleave", hide);
    chart.addEventListener("blur", hide);
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      at = (at + step + marks.length) % marks.length;
      const box = marks[at].getBoundingClientRect();
      show(marks[at], box.left + box.width / 2, box.top + box.height / 2);
    });
  });

  // --- tables: as CSV from the page itself ---
  document.querySelectorAll("figure").forEach((figure) => {
    const table = figure.querySelector("table");
    if (!table) return;
    const button = make("button", "Download as CSV", "download");
    button.type = "button";
    button.addEventListener("click", () => {
      const cell = (node) => '"' + node.textContent.trim().replace(/"/g, '""') + '"';
      const text = [...table.rows].map((row) => [...row.cells].map(cell).join(",")).join("\n") + "\n";
      const link = make("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = figure.id + ".csv";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    (figure.querySelector("details.data") || figure).append(button);
  });

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
