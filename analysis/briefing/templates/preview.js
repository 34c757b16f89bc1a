"use strict";
(() => {
  const shown = document.currentScript.dataset.version;
  const KEPT = "briefing-preview";
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  // --- where the reader is: kept over a reload by words and ids, since heights and counts change ---
  const address = (element) => {
    const home = element.parentElement.closest("[id]") || document.body;
    const href = element.getAttribute("href");
    const like = element.localName + (href ? `[href="${CSS.escape(href)}"]` : "");
    return element.id ? { id: element.id } : { home: home.id, like, at: [...home.querySelectorAll(like)].indexOf(element) };
  };
  const find = ({ id, home, like, at }) => {
    if (id) return document.getElementById(id);
    const place = home ? document.getElementById(home) : document.body;
    return place && place.querySelectorAll(like)[at];
  };
  const top = (element) => element.getBoundingClientRect().top;
  const visible = (element) => element.getClientRects().length > 0;
  const blocks = () => {  // what can be told by its words
    const found = new Map();
    for (const block of document.querySelectorAll("main :is(h1, h2, h3, h4, p, li, dd, td, figcaption)")) {
      const words = block.textContent.trim();
      if (words.length > 20 && visible(block)) found.set(words, found.has(words) ? null : block);
    }
    return [...found].filter(([, block]) => block);
  };
  const opener = { link: null };
  document.addEventListener("click", (event) => {
    opener.link = event.target.closest('a[href^="#ref-"]') || opener.link;
  });
  const panel = () => document.getElementById("panel");

  const keep = () => {
    const ids = [...document.querySelectorAll("main [id]")]
      .filter((element) => visible(element) && !element.closest("svg") && top(element) <= 0);
    const view = blocks().filter(([, block]) => block.getBoundingClientRect().bottom > 0 && top(block) < innerHeight);
    const focused = document.activeElement;
    sessionStorage.setItem(KEPT, JSON.stringify({
      y: scrollY,
      words: view.map(([words, block]) => [words, top(block)]),
      above: ids.slice(-1).map((element) => [element.id, top(element)]),
      open: [...document.querySelectorAll("details")].map((details) => [address(details), details.open]),
      fields: [...document.querySelectorAll("main :is(select, input)")].map((field) => [address(field), field.value]),
      panel: panel() && !panel().hidden && opener.link ? [address(opener.link), panel().scrollTop] : null,
      focus: focused && focused !== document.body ? address(focused) : null,
    }));
  };

  const kept = JSON.parse(sessionStorage.getItem(KEPT));
  sessionStorage.removeItem(KEPT);
  const toPlace = () => {
    const here = new Map(blocks());
    const [words, before] = kept.words.find(([text]) => here.has(text)) || [];
    const [id, above] = kept.above.find(([name]) => document.getElementById(name)) || [];
    const by = words ? top(here.get(words)) - before : id ? top(document.getElementById(id)) - above : kept.y - scrollY;
    scrollTo({ top: scrollY + by, left: scrollX, behavior: "instant" });
  };
  const restore = () => {
    for (const [where, open] of kept.open) {
      const details = find(where);
      if (details) details.open = open;
    }
    for (const [where, value] of kept.fields) {
      const field = find(where);
      if (!field || field.value === value) continue;
      field.value = value;
      if (field.value === value) {  // a choice may be gone
        for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
      } else field.value = "";
    }
    const link = kept.panel && find(kept.panel[0]);
    if (link) {
      link.click();
      panel().scrollTop = kept.panel[1];
    }
    const focus = kept.focus && find(kept.focus);
    if (focus) focus.focus({ preventScroll: true });
    toPlace();
  };
  if (kept) {  // nothing is painted before it is in its place
    const style = document.documentElement.style;
    style.opacity = "0";
    let settled = false;
    const settle = () => { if (!settled) toPlace(); };
    for (const type of ["wheel", "touchstart", "keydown", "pointerdown"]) {
      addEventListener(type, () => { settled = true; }, { once: true, passive: true });
    }
    document.addEventListener("DOMContentLoaded", async () => {
      try {
        restore();
        await document.fonts.ready;
        settle();
      } finally {
        style.opacity = "";
      }
    });
    addEventListener("load", () => {  // a browser goes to the address's #part once more
      settle();
      requestAnimationFrame(() => { settle(); history.scrollRestoration = "auto"; });
    });
  }

  // --- what the preview has to say ---
  const status = make("div");
  status.id = "preview-status";
  status.setAttribute("role", "status");
  const notice = make("section");
  notice.id = "preview-findings";
  notice.setAttribute("role", "alert");
  notice.hidden = true;
  let said = "";

  const entry = (finding) => {
    const item = make("li");
    item.append(make("strong", finding.place), make("p", "Found " + finding.found + ", expected " + finding.expected + "."),
      make("p", finding.remedy));
    return item;
  };
  const say = ({ findings, error }) => {
    const text = JSON.stringify([findings, error]);
    if (text === said) return;  // and what the reader has closed stays closed
    said = text;
    notice.hidden = !findings.length && !error;
    if (notice.hidden) { notice.replaceChildren(); return; }
    const count = findings.length + (error ? 1 : 0);
    const head = make("div", "", "preview-head"), close = make("button", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Close the findings");
    close.addEventListener("click", () => { notice.hidden = true; });
    head.append(make("h2", count + (count > 1 ? " findings" : " finding")));
    if (shown) head.append(make("p", "Behind this is the last good page."));
    head.append(close);
    const list = make("ol");
    list.append(...findings.map(entry));
    if (error) list.append(make("li", error));
    notice.replaceChildren(head, list);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(notice, status);
    const events = new EventSource("events");
    events.onmessage = (event) => {
      const state = JSON.parse(event.data);
      const beside = parent !== window && parent.document.querySelector("iframe[data-pdf]");
      if (beside && state.pdf && beside.dataset.pdf !== state.pdf) {
        beside.dataset.pdf = state.pdf;
        beside.contentWindow.location.replace("report.pdf?" + state.pdf + beside.dataset.view);
      }
      if (state.page && state.page !== shown) {
        events.close();
        keep();
        history.scrollRestoration = "manual";  // the browser's own way goes by pixels or by counts
        location.reload();
        return;
      }
      status.textContent = state.working;
      say(state);
    };
    events.onerror = () => { status.textContent = "The preview has stopped"; };
    addEventListener("keydown", (event) => { if (event.key === "Escape") notice.hidden = true; });
    addEventListener("pagehide", () => events.close());
  });
})();
