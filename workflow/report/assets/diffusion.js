// Accuracy along the axes of the diffusion process: small panels of regions for a chosen subject, axis and number.
"use strict";

(async () => {
  // Colours of lines are those of the style, which knows light and dark; they repeat after six.
  const series = (number) => `series-${number % 6}`;
  const SIZE = { width: 250, height: 158, left: 38, right: 8, top: 18, bottom: 34 };
  const NUMBERS = {
    r: { title: "mean r", label: "mean r over voxels", axis: "mean r", of: (cell) => cell.slice(0, 3) },
    share: { title: "significant voxels", label: "share of voxels that are significant", axis: "share", of: (cell) => [cell[3], cell[3], cell[3]] },
  };
  const data = await c2i.load("diffusion");
  const chosen = { axis: data.axes[0].name, subject: data.subjects[0].name, number: "r" };

  // c2i.element makes HTML; drawings have a namespace of their own.
  function drawn(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function select(key, title, options) {
    const box = c2i.element("select", { id: `choose-${key}`, onchange: (event) => { chosen[key] = event.target.value; show(); } });
    box.append(...options.map((option) => c2i.element("option", { value: option.name }, option.title)));
    return c2i.element("label", {}, `${title} `, box);
  }

  const cell = (region, model) => data.values[chosen.subject]?.[region]?.[model];
  const axis = () => data.axes.find((one) => one.name === chosen.axis);
  const known = (value) => value !== null && value !== undefined;

  function labelsOf(lines) {
    return [...new Set(lines.flatMap((line) => line.points.map(([label]) => label)))];
  }

  // One range for all panels, with 0 in it: heights can be compared across regions.
  function range(lines) {
    const values = data.regions.flatMap((region) => lines.flatMap((line) => line.points.flatMap(([, model]) => {
      const found = cell(region.name, model);
      return found ? NUMBERS[chosen.number].of(found).filter(known) : [];
    })));
    const [low, high] = [Math.min(0, ...values), Math.max(0.01, ...values)];
    return { low: low < 0 ? low * 1.08 : 0, high: high * 1.08 };
  }

  function panel(region, lines, scale) {
    const labels = labelsOf(lines);
    const inner = SIZE.width - SIZE.left - SIZE.right;
    const x = (label) => SIZE.left + ((labels.indexOf(label) + 0.5) * inner) / labels.length;
    const tall = SIZE.height - SIZE.top - SIZE.bottom;
    const y = (value) => SIZE.top + (tall * (scale.high - value)) / (scale.high - scale.low);
    const svg = drawn("svg", { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img", "aria-label": words(region, lines) });
    for (const tick of [0, scale.high / 1.08]) {
      svg.append(drawn("line", { x1: SIZE.left, x2: SIZE.width - SIZE.right, y1: y(tick), y2: y(tick), class: tick ? "tick" : "zero" }));
      svg.append(drawn("text", { x: SIZE.left - 4, y: y(tick) + 3.5, "text-anchor": "end" }, tick ? tick.toFixed(2) : "0"));
    }
    labels.forEach((label) => svg.append(
      drawn("text", { x: x(label), y: SIZE.height - SIZE.bottom + 13, "text-anchor": "middle" }, label)));
    svg.append(drawn("text", { x: SIZE.left + inner / 2, y: SIZE.height - 6, "text-anchor": "middle", class: "axis" }, axis().label));
    svg.append(drawn("text", { x: 2, y: 10, class: "axis" }, NUMBERS[chosen.number].axis));
    lines.forEach((line, number) => svg.append(...marks(region, line, number, lines.length, x, y)));
    const size = lines.map((line) => cell(region.name, line.points[0][1])?.[4]).find(known);
    const title = known(size) ? `${region.title}, n = ${size.toLocaleString("en")}` : region.title;
    return c2i.element("figure", { class: "panel" }, c2i.element("figcaption", {}, title), svg);
  }

  function marks(region, line, number, count, x, y) {
    const shift = 5 * (number - (count - 1) / 2);
    const points = line.points.map(([label, model]) => [label, cell(region.name, model)])
      .filter(([, found]) => found && known(NUMBERS[chosen.number].of(found)[0]))
      .map(([label, found]) => [label, ...NUMBERS[chosen.number].of(found)]);
    const path = points.map(([label, value]) => `${x(label) + shift},${y(value)}`).join(" ");
    const made = [drawn("polyline", { points: path, class: `path ${series(number)}` })];
    for (const [label, value, low, high] of points) {
      const place = x(label) + shift;
      if (known(low) && known(high)) made.push(drawn("line", { x1: place, x2: place, y1: y(low), y2: y(high), class: `interval ${series(number)}` }));
      const words = `${label}, ${line.title}: ${c2i.number(value)}${low < high ? ` [${c2i.number(low)}, ${c2i.number(high)}]` : ""}`;
      made.push(drawn("circle", { cx: place, cy: y(value), r: 3, class: `point ${series(number)}` }, drawn("title", {}, words)));
    }
    return made;
  }

  function best(region, lines) {
    const all = lines.flatMap((line) => line.points.map(([label, model]) => [`${label} (${line.title})`, cell(region.name, model)]))
      .filter(([, found]) => found && known(NUMBERS[chosen.number].of(found)[0]))
      .map(([label, found]) => [label, NUMBERS[chosen.number].of(found)[0]]);
    return all.length ? all.reduce((a, b) => (b[1] > a[1] ? b : a)) : null;
  }

  function words(region, lines) {
    const found = best(region, lines);
    return found ? `${region.title}: largest ${NUMBERS[chosen.number].title} ${c2i.number(found[1])} at ${found[0]}` : `${region.title}: no value`;
  }

  function table(lines) {
    const columns = lines.flatMap((line) => line.points.map(([label, model]) => [`${label}, ${line.title}`, model]));
    const head = c2i.element("tr", {}, c2i.element("th", {}, "Region"), ...columns.map(([title]) => c2i.element("th", { class: "number" }, title)));
    const body = data.regions.map((region) => c2i.element("tr", {}, c2i.element("th", { scope: "row" }, region.title),
      ...columns.map(([, model]) => {
        const [value, low, high] = NUMBERS[chosen.number].of(cell(region.name, model) ?? [null, null, null, null]);
        const interval = known(low) && low < high ? c2i.element("small", {}, `${c2i.number(low)} to ${c2i.number(high)}`) : null;
        return c2i.element("td", { class: "cell" }, c2i.element("span", { class: "value" }, c2i.number(value)), interval);
      })));
    document.getElementById("chart-table").replaceChildren(c2i.element("thead", {}, head), c2i.element("tbody", {}, ...body));
  }

  function legend(lines) {
    if (lines.length < 2) return [];
    return [c2i.element("p", { class: "legend" }, ...lines.map((line, number) => c2i.element("span", {},
      c2i.element("i", { class: series(number), "aria-hidden": "true" }), line.title)))];
  }

  function show() {
    const { lines } = axis();
    const scale = range(lines);
    const subject = data.subjects.find((one) => one.name === chosen.subject).title;
    document.getElementById("chart-words").textContent =
      `Shown: ${subject}, ${NUMBERS[chosen.number].label}, by ${axis().label}. Of ${words(data.regions[0], lines)}.`;
    document.getElementById("charts").replaceChildren(...legend(lines), ...data.regions.map((region) => panel(region, lines, scale)));
    table(lines);
  }

  const titles = { noise: "noise level", steps: "denoising step", layers: "layer" };
  document.getElementById("choose").append(
    select("axis", "Axis", data.axes.map((one) => ({ name: one.name, title: titles[one.name] }))),
    select("subject", "Subject", data.subjects),
    select("number", "Number", Object.entries(NUMBERS).map(([name, { title }]) => ({ name, title }))),
  );
  document.getElementById("choose").addEventListener("submit", (event) => event.preventDefault());
  show();
})();
