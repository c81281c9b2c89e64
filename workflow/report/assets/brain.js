// The page of the brain: choices, the fragment of the address, and what is drawn of them.
"use strict";

(async () => {
  const by = (id) => document.getElementById(id);
  const [page, stimuli] = await Promise.all([c2i.load("brain/page"), brain.Stimuli.open()]);
  const accuracy = brain.colours(page.accuracy);
  const difference = brain.colours(page.difference);
  const state = { subject: null, voxel: 0, stimulus: null, request: 0, drawing: 0, drawn: null };
  const cross = { place: [0, 0, 0], outlines: false, move };
  let slices = null, responses = null, surface = null, responseSurface = null, shown = [];

  const modelTitle = (name) => page.models[name]?.[0] ?? name;
  const regionTitle = (name) => page.regions[name] ?? name;
  const unit = () => state.subject.index.unit;
  const one = () => (unit() === "vertices" ? "vertex" : "voxel");

  function options(select, pairs) {
    select.replaceChildren(...pairs.map(([value, words]) => c2i.element("option", { value }, words)));
  }

  // A bar of colours with its ends, drawn as a gradient of the same stops.
  function bar(stops, low, high, label) {
    const colours = c2i.element("span", { class: "bar-of-colours" });
    colours.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    return c2i.element("div", { class: "scale" }, c2i.element("span", {}, low), colours, c2i.element("span", {}, high), c2i.element("span", {}, label));
  }

  async function openSubject(name) {
    const subject = await brain.Subject.open(name);
    state.subject = subject;
    by("subject").value = name;
    const models = subject.index.models.map((each) => [each.name, modelTitle(each.name)]);
    const keep = (select, pairs, otherwise) => {
      const before = select.options.length ? select.value : otherwise;
      options(select, pairs);
      select.value = pairs.some(([value]) => value === before) ? before : otherwise;
    };
    keep(by("first-model"), models, page.first[0] ?? models[0][0]);
    keep(by("second-model"), [["", "no other"], ...models], page.first[1] ?? "");
    keep(by("source"), subject.index.responses.sources.map((each) => [each.source, modelTitle(each.model)]), "predicted-0");
    by("quantity").querySelector("[value=share]").disabled = !subject.knowsCeiling;
    if (!subject.knowsCeiling) by("quantity").value = "r";
    options(by("region"), subject.index.regions.map((region, i) => [i, regionTitle(region)]));
    options(by("stimulus"), subject.stimuli.map((each, i) => [i, `${i + 1}. ${stimuli.title(each)}`]));
    if (state.stimulus === null || state.stimulus >= subject.stimuli.length) state.stimulus = 0;
    await openViews(subject);
  }

  async function openViews(subject) {
    const panels = [by("panels"), by("response-panels")];
    if (subject.index.shape) [slices, responses] = panels.map((box) => new brain.Slices(box, subject, cross));
    else {
      [slices, responses] = [null, null];
      for (const box of panels) {
        const words = subject.index.surface ? "These data lie on the surface of cortex: see the surface below."
          : `There are no slices: the data set does not say where its ${unit()} lie.`;
        box.replaceChildren(c2i.element("p", { class: "gap" }, words));
      }
    }
    const stored = by("surface") && (await subject.surface());
    [surface, responseSurface] = ["surface", "response-surface"].map((id) => (stored ? new brain.Surface(by(id), stored, choose) : null));
  }

  // --- Maps ------------------------------------------------------------------------------------------------

  // Maps that were asked for later may come earlier: whoever waits for older ones waits for the last.
  function drawMaps() {
    state.drawing += 1;
    state.drawn = drawAsked(state.drawing);
    return state.drawn;
  }

  async function drawAsked(drawing) {
    const subject = state.subject;
    const names = [by("first-model").value, by("second-model").value].filter((name, i, all) => name && all.indexOf(name) === i);
    const maps = await Promise.all(names.map((name) => subject.map(name)));
    if (drawing !== state.drawing) return state.drawn;
    shown = maps;
    const share = by("quantity").value === "share";
    const values = shown.map((map) => (share ? subject.shareOfCeiling(map) : map.r));
    const end = share ? 1 : subject.end;
    const slider = by("threshold");
    slider.max = end;
    by("threshold-value").textContent = Number(slider.value).toFixed(2);
    const label = `${share ? "r as a share of its ceiling" : "r on test stimuli"}; darkest: 0 or less, brightest: ${c2i.number(end, 2)} or more`;
    const panels = shown.map((map, i) => mapPanel(modelTitle(map.model), values[i], map.significant, [0, end, accuracy, page.accuracy], label));
    if (shown.length > 1) {
      const either = shown[0].significant.map((bit, v) => bit | shown[1].significant[v]);
      const apart = values[0].map((value, v) => value - values[1][v]);
      const most = largest(apart.filter((_, v) => either[v]));
      const [first, second] = shown.map((map) => modelTitle(map.model));
      panels.push(mapPanel(`${first} minus ${second}`, apart, either, [-most, most, difference, page.difference], `red: ${first} predicts better, palest by ${c2i.number(most, 2)} or more; no test of the difference`, "significant in either map"));
    }
    slices?.show(panels);
    surface?.show(panels);
    by("viewer").setAttribute("aria-busy", "false");
    return undefined;
  }

  // Where the colours of differences end: the 99th percentile of their sizes, rounded up.
  function largest(values) {
    const sizes = values.map(Math.abs).filter((size) => !Number.isNaN(size)).sort();
    return sizes.length ? Math.max(0.05, Math.ceil(20 * sizes[Math.floor(0.99 * (sizes.length - 1))]) / 20) : 0.05;
  }

  function mapPanel(title, values, significant, [low, high, colours, stops], label, said = "significant") {
    const least = Number(by("threshold").value);
    const only = by("significant").checked;
    const visible = (v) => !Number.isNaN(values[v]) && (low < 0 ? Math.abs(values[v]) : values[v]) >= (least > 0 ? least : -Infinity) && (!only || significant[v]);
    let count = 0, above = 0;
    for (let v = 0; v < values.length; v += 1) { count += visible(v) ? 1 : 0; above += significant[v]; }
    const total = state.subject.count.toLocaleString("en");
    return {
      title,
      note: `${count.toLocaleString("en")} of ${total} ${unit()} shown; ${above.toLocaleString("en")} ${said}`,
      colour: (v) => (visible(v) ? colours((values[v] - low) / (high - low)) : null),
      bar: bar(stops, c2i.number(low, 2), c2i.number(high, 2), label),
    };
  }

  // --- The chosen voxel ------------------------------------------------------------------------------------

  // A place of the grid; the cross goes there even where no voxel lies.
  function move(place) {
    cross.place = place;
    const voxel = state.subject.at(...place);
    if (voxel >= 0) state.voxel = voxel;
    redraw();
    readOut(voxel);
    if (voxel >= 0) voxelChanged();
  }

  function choose(voxel) {
    if (state.subject.index.shape) return move(state.subject.place(voxel));
    state.voxel = voxel;
    readOut(voxel);
    return voxelChanged();
  }

  function redraw() {
    slices?.draw();
    responses?.draw();
  }

  function readOut(voxel) {
    const subject = state.subject;
    const rows = [];
    if (voxel < 0) rows.push(["Here", `no ${one()} of the mask`]);
    else {
      rows.push(["Number", String(voxel)]);
      if (subject.index.shape) {
        rows.push(["Index i, j, k", subject.indices(voxel).join(", ")]);
        rows.push(["Place", `${subject.millimetres(voxel).map((mm) => c2i.number(mm, 1)).join(", ")} mm`]);
      } else rows.push(["Index", String(subject.indices(voxel)[0])]);
      rows.push(["Region", regionTitle(subject.regionName(voxel))]);
      const ceiling = subject.ceiling[voxel];
      rows.push(["Ceiling of r", Number.isNaN(ceiling) ? "not known" : c2i.number(Math.sqrt(ceiling), 2)]);
      for (const map of shown) {
        const q = map.q[voxel] < 0.001 ? "q < 0.001" : `q = ${map.q[voxel].toFixed(3)}`;
        rows.push([modelTitle(map.model), `r ${c2i.number(map.r[voxel], 2)}, ${q}`]);
      }
    }
    by("readout").replaceChildren(...rows.flatMap(([term, text]) => [c2i.element("dt", {}, term), c2i.element("dd", {}, text)]));
    if (voxel >= 0) { by("region").value = subject.region[voxel]; by("voxel").value = voxel; }
  }

  // The voxel of a region that the first map predicts best.
  function chooseRegion(region) {
    const subject = state.subject;
    const r = shown[0].r;
    let best = -1;
    const everywhere = subject.index.regions[region] === "all";
    for (let v = 0; v < subject.count; v += 1) {
      if ((everywhere || subject.region[v] === region) && (best < 0 || r[v] > r[best])) best = v;
    }
    if (best >= 0) choose(best);
  }

  let waiting = 0;
  // Keys and drags move the cross faster than pictures can follow.
  function voxelChanged() {
    remember();
    clearTimeout(waiting);
    waiting = setTimeout(drawPreferred, 120);
  }

  // --- Voxel to stimuli ------------------------------------------------------------------------------------

  async function drawPreferred() {
    const request = (state.request += 1);
    const { subject, voxel } = state;
    const source = by("source").value;
    const measuredSource = subject.index.responses.measured.source;
    const region = by("scope").value === "region" ? subject.region[voxel] : null;
    const wanted = [source, measuredSource].map((each) => (region === null ? subject.responsesOf(voxel, each) : subject.responsesOfRegion(region, each)));
    const [predicted, measured] = await Promise.all(wanted);
    if (request !== state.request) return;
    const what = region === null ? `${one()} ${voxel}` : `${regionTitle(subject.index.regions[region])} (mean of its ${unit()})`;
    if (!predicted) {
      const { count } = subject.index.responses;
      by("preferred-title").textContent = `The page holds the ${count.toLocaleString("en")} ${unit()} that are predicted best, and ${what} is none of them. The table encoding/MODEL-predictions.parquet has all.`;
      for (const id of ["strongest", "weakest", "scatter", "scatter-caption"]) by(id).replaceChildren();
      return;
    }
    const { r, n } = brain.correlation(predicted, measured);
    by("preferred-title").textContent = `${what[0].toUpperCase()}${what.slice(1)}: r ${c2i.number(r, 2)} over ${n} test stimuli.`;
    await stimuli.fill(by("strongest"), by("weakest"), subject.stimuli, predicted, measured, (name) => chooseStimulus(subject.stimuli.indexOf(name), true));
    by("scatter").replaceChildren(brain.Stimuli.scatter(predicted, measured, state.stimulus, `Measured against predicted responses of ${what} to ${n} test stimuli, r ${c2i.number(r, 2)}`));
    by("scatter-caption").textContent = `${n} test stimuli, the chosen one large and orange.${subject.index.responses.centred ? " Less the mean of each fold." : ""}`;
    markChosen();
  }

  function markChosen() {
    const chosen = state.subject.stimuli[state.stimulus];
    for (const button of document.querySelectorAll("[data-stimulus]")) button.setAttribute("aria-pressed", String(button.dataset.stimulus === chosen));
  }

  // --- Stimulus to brain -----------------------------------------------------------------------------------

  async function drawStimulus() {
    const { subject, stimulus } = state;
    by("stimulus").value = stimulus;
    const name = subject.stimuli[stimulus];
    const { sources, measured } = subject.index.responses;
    const source = sources.find((each) => each.source === by("source").value);
    const [predictedValues, measuredValues] = await Promise.all([source, measured].map((each) => subject.responsesTo(stimulus, each.source)));
    if (stimulus !== state.stimulus || subject !== state.subject || source.source !== by("source").value) return;
    const panels = [
      responsePanel(`Predicted from ${modelTitle(source.model)}`, predictedValues, source.limit),
      responsePanel("Measured", measuredValues, measured.limit),
    ];
    responses?.show(panels);
    responseSurface?.show(panels);
    const { r, n } = brain.correlation(predictedValues, measuredValues);
    by("response-note").textContent = `Over ${n.toLocaleString("en")} ${unit()} the two maps correlate with r ${c2i.number(r, 2)}.`;
    const facts = stimuli.facts(name);
    const lines = [facts.caption, facts.category && `Category: ${facts.category}`, `Name: ${name}`].filter(Boolean);
    by("seen").replaceChildren(await stimuli.image(name), ...lines.map((line) => c2i.element("p", {}, line)));
    markChosen();
  }

  function responsePanel(title, values, limit) {
    return {
      title,
      note: "",
      colour: (v) => (Number.isNaN(values[v]) ? null : difference((values[v] + limit) / (2 * limit))),
      bar: bar(page.difference, c2i.number(-limit, 2), c2i.number(limit, 2), "response in SD of the training trials; blue: below their mean, red: above"),
    };
  }

  function chooseStimulus(number, follow = false) {
    const count = state.subject.stimuli.length;
    state.stimulus = (number + count) % count;
    remember();
    drawStimulus();
    drawPreferred();
    if (follow) by("picture").scrollIntoView({ block: "start" });
  }

  // --- The address -----------------------------------------------------------------------------------------

  function remember() {
    const parts = { subject: state.subject.name, voxel: state.voxel, stimulus: state.subject.stimuli[state.stimulus] };
    written = `#${new URLSearchParams(parts)}`;
    history.replaceState(null, "", written);
  }

  let written = "";

  // voxel: its number, or the indices i,j,k of the subject's own volume.
  function asked(text) {
    const subject = state.subject;
    const numbers = text.split(",").map(Number);
    if (!text.trim() || numbers.some((value) => !Number.isInteger(value))) return -1;
    if (numbers.length === 1) return numbers[0] >= 0 && numbers[0] < subject.count ? numbers[0] : -1;
    for (let v = 0; v < subject.count; v += 1) if (subject.indices(v).every((value, i) => value === numbers[i])) return v;
    return -1;
  }

  async function follow() {
    const parts = new URLSearchParams(location.hash.slice(1));
    const wanted = parts.get("subject");
    const name = page.subjects.includes(wanted) ? wanted : (state.subject?.name ?? page.subjects[0]);
    if (state.subject?.name !== name) await openSubject(name);
    const stimulus = state.subject.stimuli.indexOf(parts.get("stimulus"));
    if (stimulus >= 0) state.stimulus = stimulus;
    await drawMaps();
    const voxel = asked(parts.get("voxel") ?? "");
    if (voxel >= 0) choose(voxel);
    else chooseRegion(0);
    await drawStimulus();
    if (stimulus >= 0 && !parts.has("voxel")) by("picture").scrollIntoView({ block: "start" });
  }

  async function changeSubject(name) {
    await openSubject(name);
    await drawMaps();
    chooseRegion(0);
    await drawStimulus();
  }

  async function drawAgain() {
    await drawMaps();
    readOut(state.voxel);
  }

  by("subject").addEventListener("change", (event) => changeSubject(event.target.value));
  for (const id of ["first-model", "second-model", "quantity", "significant"]) by(id).addEventListener("change", drawAgain);
  by("threshold").addEventListener("input", drawMaps);
  by("outlines").addEventListener("change", (event) => { cross.outlines = event.target.checked; redraw(); });
  by("region").addEventListener("change", (event) => chooseRegion(Number(event.target.value)));
  by("go").addEventListener("submit", (event) => {
    event.preventDefault();
    const voxel = asked(by("voxel").value);
    by("voxel").setCustomValidity(voxel < 0 ? `a number from 0 to ${state.subject.count - 1}` : "");
    if (by("voxel").reportValidity()) choose(voxel);
  });
  by("voxel").addEventListener("input", () => by("voxel").setCustomValidity(""));
  by("scope").addEventListener("change", drawPreferred);
  by("source").addEventListener("change", () => { drawPreferred(); drawStimulus(); });
  by("stimulus").addEventListener("change", (event) => chooseStimulus(Number(event.target.value)));
  by("previous").addEventListener("click", () => chooseStimulus(state.stimulus - 1));
  by("next").addEventListener("click", () => chooseStimulus(state.stimulus + 1));
  addEventListener("hashchange", () => location.hash !== written && follow());
  const again = () => { redraw(); surface?.draw(); responseSurface?.draw(); };
  addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

  await follow();
})().catch((error) => {
  const viewer = document.getElementById("viewer");
  viewer.setAttribute("aria-busy", "false");
  viewer.querySelector("h2").after(c2i.element("p", { class: "gap" }, `The maps cannot be shown. ${error.message}`));
});
