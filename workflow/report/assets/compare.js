// The page of scores: two methods compared by one metric, stimulus by stimulus.
"use strict";

(() => {
  const place = document.getElementById("comparison");
  if (!place) return;

  const CLEAR = 0.05;
  const LISTED = 6;
  const SIDE = 440;
  const EDGE = { left: 52, top: 48, right: 14, bottom: 46 };
  const { POOLED, subjectTitle, interval, pValue } = scores;
  const { csv, drawn, labelled, missing, save, select, unpacked } = listing;

  const chosen = { metric: place.dataset.metric, subject: "", method: "", other: "" };
  let words;
  let rated; // metric -> methods that have it, in order
  let pairs; // of the metric: "subject\nmethod\nother" -> row
  let asked = 0;

  const rounded = (value) => c2i.number(Math.abs(value) < 0.0005 ? 0 : value); // never a zero with a sign
  const title = (method) => words.methods[method].title;
  const key = (...parts) => parts.join("\n");
  const linkTo = (stimulus) => `stimulus.html#${encodeURIComponent(stimulus)}`;

  // The difference of two methods, the first less the second, whichever way the table has it.
  function difference(first, second) {
    const straight = pairs.get(key(chosen.subject, first, second));
    if (straight) return straight;
    const turned = pairs.get(key(chosen.subject, second, first));
    return turned && { ...turned, difference: -turned.difference, ci_low: -turned.ci_high, ci_high: -turned.ci_low };
  }

  const isBetter = (row) => row.difference > 0 === words.metrics[chosen.metric].higher;

  function sentence(row) {
    if (!row) return "These two were not compared by this metric.";
    const [first, second] = [title(chosen.method), title(chosen.other)];
    const numbers = `difference ${rounded(row.difference)} ${interval(row.ci_low, row.ci_high)}, ${pValue(row.q, "q")}, n = ${row.n} stimuli`;
    if (row.q >= CLEAR) return `${first} and ${second} do not differ clearly: ${numbers}.`;
    return `${first} is ${isBetter(row) ? "better" : "worse"} than ${second}: ${numbers}.`;
  }

  // ---- The table of all pairs

  function matrix(methods) {
    const heading = (method) => c2i.element("th", { scope: "col" }, title(method));
    const rows = methods.map((row) =>
      c2i.element("tr", {}, c2i.element("th", { scope: "row" }, title(row)), ...methods.map((column) => cell(row, column))));
    return c2i.element("table", { class: "differences" },
      c2i.element("thead", {}, c2i.element("tr", {}, c2i.element("td"), ...methods.map(heading))),
      c2i.element("tbody", {}, ...rows));
  }

  function cell(row, column) {
    const found = row === column ? null : difference(row, column);
    if (!found) return c2i.element("td");
    const clear = found.q < CLEAR && (isBetter(found) ? "better" : "worse");
    const open = () => choose({ method: row, other: column });
    const pressed = String(chosen.method === row && chosen.other === column);
    const label = `${title(row)} less ${title(column)}: ${rounded(found.difference)}, ${pValue(found.q, "q")}${clear ? `, ${clear}` : ""}`;
    const button = c2i.element("button", { type: "button", class: clear, "aria-pressed": pressed, "aria-label": label, onclick: open },
      rounded(found.difference), c2i.element("small", {}, pValue(found.q, "q")));
    return c2i.element("td", {}, button);
  }

  // ---- Stimuli

  // One point per stimulus and subject that both methods were scored by.
  function pointsOf(values, stimuli) {
    const subjects = chosen.subject === POOLED ? Object.keys(values) : [chosen.subject];
    return subjects.flatMap((subject) => {
      const y = values[subject]?.[chosen.method] ?? [];
      const x = values[subject]?.[chosen.other] ?? [];
      return y.map((value, i) => ({ subject, stimulus: stimuli[subject][i], value, other: x[i] ?? null }))
        .filter((point) => point.value !== null);
    });
  }

  function ticksOf([low, high]) {
    const rough = (high - low) / 7;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
    const first = Math.ceil(low / step - 1e-9);
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const count = Math.floor(high / step + 1e-9) - first + 1;
    return Array.from({ length: count }, (_, i) => [(first + i) * step, c2i.number((first + i) * step, digits)]);
  }

  function scatter(points) {
    const all = points.flatMap((point) => [point.value, point.other]);
    const [least, most] = all.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
    const pad = 0.04 * (most - least || 1);
    const range = [least - pad, most + pad];
    const [wide, high] = [SIDE - EDGE.left - EDGE.right, SIDE - EDGE.top - EDGE.bottom];
    const along = (value) => (value - range[0]) / (range[1] - range[0]);
    const x = (value) => EDGE.left + wide * along(value);
    const y = (value) => EDGE.top + high * (1 - along(value));
    const metric = words.metrics[chosen.metric];
    const ahead = points.filter((p) => (metric.higher ? p.value > p.other : p.value < p.other)).length;
    const subjects = new Set(points.map((p) => p.subject)).size;
    const label = `${points.length} dots: stimuli of ${subjects} ${subjects === 1 ? "subject" : "subjects"}`;
    const ticks = ticksOf(range).flatMap(([value, text]) => [
      drawn("text", { class: "tick", x: x(value), y: SIDE - EDGE.bottom + 15, "text-anchor": "middle" }, text),
      drawn("text", { class: "tick", x: EDGE.left - 5, y: y(value) + 4, "text-anchor": "end" }, text)]);
    const dots = points.map((point, i) => drawn("circle", { cx: x(point.other).toFixed(1), cy: y(point.value).toFixed(1), r: 3.2, "data-point": i },
      drawn("title", {}, `${point.stimulus}, ${point.subject}: ${c2i.number(point.other)}, ${c2i.number(point.value)}`)));
    const middle = EDGE.top + high / 2;
    return drawn("svg", { class: "scatter", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img",
      "aria-label": `${metric.title}, ${label}: ${title(chosen.method)} is better for ${ahead}` },
      drawn("text", { x: EDGE.left, y: 18 }, `${metric.title}, ${metric.direction}`),
      drawn("text", { class: "tick", x: EDGE.left, y: 36 }, label),
      drawn("rect", { class: "frame", x: EDGE.left, y: EDGE.top, width: wide, height: high }),
      drawn("line", { class: "same", x1: EDGE.left, y1: EDGE.top + high, x2: EDGE.left + wide, y2: EDGE.top }),
      ...ticks, ...dots,
      drawn("text", { x: EDGE.left + wide / 2, y: SIDE - 10, "text-anchor": "middle" }, `${title(chosen.other)} (${metric.unit})`),
      drawn("text", { x: 14, y: middle, "text-anchor": "middle", transform: `rotate(-90 14 ${middle})` }, `${title(chosen.method)} (${metric.unit})`));
  }

  // The drawing as a file of its own, which knows nothing of the page's style.
  function standalone(svg) {
    const copy = svg.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.prepend(drawn("style", {}, "svg{background:#fff;font-family:sans-serif}text{fill:#1d1f21;font-size:12px}.tick{font-size:11px}" +
      ".frame{fill:none;stroke:#999}.same{stroke:#666;stroke-dasharray:4 3}circle{fill:#0072b2;fill-opacity:.55}"));
    return new XMLSerializer().serializeToString(copy);
  }

  function extremes(heading, points, score, shown) {
    const better = words.metrics[chosen.metric].higher ? -1 : 1;
    const ranked = [...points].sort((a, b) => better * (score(a) - score(b)) || a.stimulus.localeCompare(b.stimulus));
    const subject = (point) => (chosen.subject === POOLED ? ` (${point.subject})` : "");
    const items = ranked.slice(0, LISTED).map((point) =>
      c2i.element("li", {}, c2i.element("a", { href: linkTo(point.stimulus) }, `${point.stimulus}${subject(point)}`), c2i.element("span", {}, shown(point))));
    return c2i.element("div", {}, c2i.element("h3", {}, heading), c2i.element("ol", { class: "extremes" }, ...items));
  }

  function lists(points, both) {
    const value = (point) => c2i.number(point.value);
    const two = (point) => `${c2i.number(point.value)} and ${c2i.number(point.other)}`;
    const [own, other] = [title(chosen.method), title(chosen.other)];
    return c2i.element("div", { class: "lists" },
      extremes(`Best by ${own}`, points, (p) => p.value, value),
      extremes(`Worst by ${own}`, points, (p) => -p.value, value),
      ...(both.length ? [extremes(`${own} most ahead of ${other}`, both, (p) => p.value - p.other, two),
        extremes(`${other} most ahead of ${own}`, both, (p) => p.other - p.value, two)] : []));
  }

  function plot(both) {
    if (!both.length) return null;
    const svg = scatter(both);
    svg.addEventListener("click", (event) => {
      const dot = event.target.closest("[data-point]");
      if (dot) location.href = linkTo(both[dot.dataset.point].stimulus);
    });
    const rows = both.map((p) => ({ subject: p.subject, stimulus_id: p.stimulus, metric: chosen.metric, method_a: chosen.method, method_b: chosen.other, value_a: p.value, value_b: p.other }));
    const button = (text, onclick) => c2i.element("button", { type: "button", class: "command save", onclick }, text);
    return c2i.element("figure", { class: "plot" }, svg,
      c2i.element("figcaption", {}, `A dot is a stimulus; on the dashed line both methods score the same. A dot opens its stimulus.`),
      c2i.element("p", { class: "tools" },
        button("data (CSV)", () => save(csv(rows, Object.keys(rows[0])), "text/csv", "stimuli.csv")),
        button("drawing (SVG)", () => save(standalone(svg), "image/svg+xml", "stimuli.svg")),
        c2i.element("button", { type: "button", class: "command", "data-command": place.dataset.command }, "command")));
  }

  // ---- The whole section

  function settle() {
    const methods = rated[chosen.metric];
    const main = methods.filter((name) => !words.methods[name].control);
    if (!methods.includes(chosen.method)) chosen.method = main.at(-1) ?? methods[0];
    if (!methods.includes(chosen.other) || chosen.other === chosen.method) {
      chosen.other = [...main, ...methods].find((name) => name !== chosen.method) ?? chosen.method;
    }
    return methods;
  }

  function choose(change) {
    Object.assign(chosen, change);
    show().catch(missing(place));
  }

  function controls(methods, subjects) {
    const metrics = Object.entries(words.kinds).map(([kind, name]) => ({
      title: name,
      choices: Object.entries(words.metrics).filter(([, metric]) => metric.kind === kind).map(([name, metric]) => [name, metric.title]),
    }));
    const named = methods.map((name) => [name, title(name)]);
    const others = named.filter(([name]) => name !== chosen.method);
    return c2i.element("div", { class: "filters" },
      labelled("Metric", select(metrics, chosen.metric, (metric) => choose({ metric }))),
      labelled("Subject", select(subjects.map((name) => [name, subjectTitle(name)]), chosen.subject, (subject) => choose({ subject }))),
      labelled("Method", select(named, chosen.method, (method) => choose({ method }))),
      others.length ? labelled("Compared with", select(others, chosen.other, (other) => choose({ other }))) : null);
  }

  let subjects;
  async function show() {
    asked += 1;
    const own = asked;
    const methods = settle();
    const [stimuli, data] = await Promise.all([c2i.load("scores/stimuli"), c2i.load(words.metrics[chosen.metric].data)]);
    if (own !== asked) return; // The reader has chosen something else meanwhile.
    const compared = unpacked(data.pairs).rows;
    pairs = new Map(compared.map((row) => [key(row.subject, row.method_a, row.method_b), row]));
    const points = pointsOf(data.values, stimuli);
    const both = chosen.other === chosen.method ? [] : points.filter((point) => point.other !== null);
    const held = document.activeElement?.closest("#comparison") && focused();
    place.replaceChildren(
      controls(methods, subjects),
      ...(methods.length > 1 ? [scrolling(matrix(methods)), note(), c2i.element("p", { role: "status" }, sentence(difference(chosen.method, chosen.other)))] : []),
      c2i.element("div", { class: "pair" }, plot(both) ?? "", points.length ? lists(points, both) : ""));
    held?.();
  }

  // What has the focus is made anew: the function that is returned gives it back.
  function focused() {
    const all = () => [...place.querySelectorAll(".filters select, .differences button")];
    const at = all().indexOf(document.activeElement);
    return () => all()[at]?.focus();
  }

  function scrolling(table) {
    return c2i.element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Differences of all methods" }, table);
  }

  function note() {
    return c2i.element("p", { class: "note" }, "Method of the row less method of the column. q: p adjusted (Benjamini and Hochberg) over the " +
      "metrics of this kind, pairs with a control apart. Blue: the row is clearly better (q below 0.05); orange: clearly worse. Of all subjects, the subjects are the unit.");
  }

  async function start() {
    const [found, packed] = await Promise.all([c2i.load("scores/words"), c2i.load("scores/table")]);
    words = found;
    const { rows } = unpacked(packed);
    rated = {};
    for (const row of rows) {
      const methods = (rated[row.metric] ??= []);
      if (!methods.includes(row.method)) methods.push(row.method);
    }
    subjects = [...new Set(rows.map((row) => row.subject))].sort((a, b) => (b === POOLED) - (a === POOLED) || a.localeCompare(b));
    chosen.subject = subjects[0];
    await show();
  }

  start().catch(missing(place));
})();
