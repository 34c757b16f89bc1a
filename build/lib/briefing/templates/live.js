"use strict";
// Charts that a reader can do something with: Vega in place of the picture, on screens, where scripts run.
(() => {
  const charts = JSON.parse(document.getElementById("chart-data").textContent).charts;
  const refuse = () => Promise.reject(new Error("This page asks nothing of any network"));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  const phone = matchMedia("(max-width:660px)");
  const filled = (spec, datasets) => ({ ...spec, data: spec.data.map(({ dataset, ...data }) =>
    dataset ? { ...data, values: structuredClone(datasets[dataset]) } : data) });
  const start = (figure, live, datasets) => {
    const box = document.createElement("div"), view = document.createElement("div"), controls = document.createElement("div");
    box.className = "alive";
    view.className = "scroll";
    controls.className = "filters";
    box.append(controls, view);
    let running = null;
    const draw = async () => {
      const fresh = new vega.View(vega.parse(filled(phone.matches ? live.narrow : live.wide, datasets), {}, { ast: true }), {
        expr: vega.expressionInterpreter, loader, renderer: "svg", hover: true, container: view, bind: controls,
        logger: { level() { return this; }, warn() { return this; }, info() { return this; }, debug() { return this; },
          error(told) { throw told instanceof Error ? told : new Error(told); } } });
      fresh.tooltip((_, event, item, told) => page.tell(event, told && typeof told === "object"
        ? Object.entries(told).map(([name, value]) => name + ": " + value).join("\n") : told));
      if (running) running.finalize();
      running = fresh;
      await fresh.runAsync();
      const svg = view.querySelector("svg"), still = figure.querySelector("svg.chart");
      svg.setAttribute("class", "chart");
      for (const name of ["role", "aria-label", "aria-details"])
        if (still.hasAttribute(name)) svg.setAttribute(name, still.getAttribute(name));
      page.listen(svg);
      figure.classList.add("is-live");
    };
    const stay = () => { figure.classList.remove("is-live"); box.remove(); };  // the picture says the same
    figure.prepend(box);
    draw().catch(stay);
    phone.addEventListener("change", () => { controls.replaceChildren(); draw().catch(stay); });
  };
  for (const [label, chart] of Object.entries(charts))
    if (chart.live) start(document.getElementById(label), chart.live, page.unpacked(chart.spec).datasets);
})();
