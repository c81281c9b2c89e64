// One stimulus: all pictures of all subjects, ranks, luck, the nearest training picture.
"use strict";

(async () => {
  const gallery = await c2i.load("gallery");
  const { element, number: figures } = c2i;
  const pictures = c2i.pictures;
  const part = (id) => document.getElementById(id);

  // "#name&order=best": the name of a stimulus, then what was asked of the gallery.
  function asked() {
    const [name, ...rest] = location.hash.slice(1).split("&");
    return { name: decodeURIComponent(name), state: pictures.read(rest.join("&"), gallery) };
  }

  function scrolling(label, ...children) {
    return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, ...children);
  }

  function table(label, heads, rows) {
    const head = element("tr", {}, ...heads.map((name) => element("th", { scope: "col" }, name)));
    const body = rows.map(([name, ...cells]) =>
      element("tr", {}, element("th", { scope: "row" }, name), ...cells.map((cell) => element("td", { class: "cell" }, ...[cell].flat()))),
    );
    return scrolling(label, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
  }

  const small = (text) => element("small", {}, text);

  function term(word) {
    const about = { type: "button", class: "term", "aria-description": word.explanation, "data-explanation": word.explanation };
    return element("button", about, word.title);
  }

  function walkTo(view, direction) {
    const views = viewsOf(view.number);
    const at = views.findIndex((other) => ["subject", "method", "sample"].every((key) => other[key] === view[key]));
    return views[at + direction] ?? null;
  }

  function viewsOf(number) {
    return gallery.subjects
      .filter((subject) => subject.strips[number] !== null)
      .flatMap((subject) =>
        gallery.methods.flatMap(({ name }) =>
          (subject.tiles[name] ?? []).map((_, sample) => ({ number, subject: subject.name, method: name, sample })),
        ),
      );
  }

  function picture(subject, view, record) {
    const text = `${pictures.words(gallery, view)}, of ${gallery.ids[view.number]}`;
    const tile = pictures.tile(subject, view.number, subject.tiles[view.method][view.sample], text);
    const open = () => c2i.compare.open(gallery, view, walkTo, () => {});
    const made = record.samples[view.sample] ?? {};
    const notes = [
      made.caption ? `“${made.caption}”` : null,
      made.black ? "black picture" : null,
      made.precision && made.precision !== record.samples[0].precision ? `computed in ${made.precision}` : null,
    ].filter(Boolean);
    const button = element("button", { type: "button", class: "picture", onclick: open }, tile);
    return element("div", { class: "sample" }, button, ...notes.map((note) => element("span", { class: "note" }, note)));
  }

  function group(name, ...children) {
    return element("div", { class: "group" }, element("span", { class: "label" }, name), element("div", { class: "tiles" }, ...children));
  }

  function picturesOf(subject, number, record) {
    const groups = [];
    if (gallery.identity) {
      groups.push(group("seen", pictures.tile(subject, number, subject.tiles.seen[0], `seen: ${gallery.ids[number]}`)));
    }
    for (const method of gallery.methods) {
      const views = viewsOf(number).filter((view) => view.subject === subject.name && view.method === method.name);
      const tiles = views.map((view) => picture(subject, view, record.methods[method.name]));
      if (tiles.length) groups.push(group(term(method), ...tiles));
    }
    return element("section", {}, element("h3", {}, subject.name), element("div", { class: "groups" }, ...groups));
  }

  // Metrics of which any method of a subject has a number for this stimulus, as places in gallery.metrics.
  function held(record, among) {
    const own = Object.values(record.methods);
    return among.filter((place) => own.some((method) => (method.mean?.[place] ?? null) !== null));
  }

  const every = () => gallery.metrics.map((_, place) => place);

  // Place of the right picture among all, from the share of others that are less similar; ties share places.
  // Shares have four decimals, so places are those nearest to them.
  const placeOf = (value, of) => 1 + Math.round(2 * (1 - value) * (of - 1)) / 2;

  function luckCell(method, metric) {
    const of = method?.of?.[metric];
    const values = (method?.values ?? []).map((sample) => sample[metric]).filter((value) => value !== null);
    if (!of || !values.length) return "–";
    const places = values.map((value) => placeOf(value, of));
    const chances = places.map((place) => `${figures((100 * place) / of, 0)} %`);
    return [`${places.map((place) => figures(place, place % 1 ? 1 : 0)).join(", ")} of ${of}`, small(`luck: ${chances.join(", ")}`)];
  }

  function luck(subject, record) {
    const metrics = held(record, every().filter((place) => gallery.metrics[place].places));
    if (!metrics.length) return element("p", { class: "gap" }, `${subject.name}: no two-way identification was computed; see evaluate/metrics in the config.`);
    const rows = gallery.methods.map(({ name }) => [
      pictures.title(gallery, name), ...metrics.map((metric) => luckCell(record.methods[name], metric)),
    ]);
    const heads = ["Method", ...metrics.map((place) => term(gallery.metrics[place]))];
    return table(`Places of the picture that was seen, ${subject.name}`, heads, rows);
  }

  function controlCell(method, metric) {
    const of = method.as_good_of?.[metric];
    const counts = (method.as_good ?? []).map((sample) => sample[metric]);
    const known = counts.filter((_, k) => method.values[k][metric] !== null);
    return of && known.length ? [`${known.join(", ")} of ${of}`] : "–";
  }

  function control(subject, record) {
    const methods = gallery.methods.filter(({ name }) => record.methods[name]?.control);
    const metrics = held(record, every().slice(0, gallery.headlines));
    if (!methods.length) {
      return element("p", { class: "gap" }, `${subject.name}: no control of these methods was run. `, element("code", {}, "reconstruct/methods"), " in the config names controls, such as shuffled.");
    }
    const rows = methods.map(({ name }) => [
      [pictures.title(gallery, name), small(`against ${pictures.title(gallery, record.methods[name].control)}`)],
      ...metrics.map((metric) => controlCell(record.methods[name], metric)),
    ]);
    const named = rows.map(([name, ...cells]) => [element("span", {}, ...name), ...cells]);
    return table(`Pictures of controls, ${subject.name}`, ["Method", ...metrics.map((place) => term(gallery.metrics[place]))], named);
  }

  function nearest(subject, number, record) {
    if (!record.nearest.length) return element("p", { class: "gap" }, `${subject.name}: the nearest training picture is not known; `, element("code", {}, "snakemake --cores all evaluate"), " finds it.");
    const [first] = record.nearest;
    const tile = pictures.tile(subject, number, subject.tiles.nearest[0], `nearest training picture: ${first.stimulus}`);
    const seen = pictures.tile(subject, number, subject.tiles.seen[0], `seen: ${gallery.ids[number]}`);
    const total = subject.strips.filter((strip) => strip !== null).length;
    const rows = record.nearest.map((row) => [
      row.measure,
      [
        row.file ? element("a", { href: pictures.link(row.file) }, row.stimulus) : row.stimulus,
        ...[row.captions[0], row.duplicate ? "the same picture" : null].filter(Boolean).map(small),
      ],
      figures(row.similarity),
      `${row.rank} of ${total}`,
    ]);
    const warning = record.nearest.some((row) => row.duplicate)
      ? element("p", { class: "warning" }, "This picture was a training picture too: its reconstructions say nothing about decoding.")
      : null;
    return element(
      "section", {}, element("h3", {}, subject.name), warning,
      element("div", { class: "groups" }, group("seen", seen), group(`nearest: ${first.stimulus}`, tile)),
      table(`Nearest training pictures, ${subject.name}`, ["Measure", "Training picture", "Similarity", "Rank of this stimulus"], rows),
    );
  }

  function scoreCell(method, metric) {
    const value = method?.mean?.[metric] ?? null;
    return value === null ? "–" : [figures(value), small(`rank ${method.mean_rank[metric]} of ${method.of[metric]}`)];
  }

  function sampleCell(method, metric) {
    const samples = (method?.values ?? []).map((values, k) => [values[metric], method.ranks[k][metric]]);
    const known = samples.filter(([value]) => value !== null);
    return known.length ? known.map(([value, rank]) => small(`${figures(value)}, rank ${rank}`)) : "–";
  }

  function scores(subject, record) {
    const metrics = held(record, every());
    if (!metrics.length) return element("p", { class: "gap" }, `${subject.name}: this stimulus has no scores.`);
    const heads = ["Metric", ...gallery.methods.map(({ title }) => title)];
    const rows = (cell) => metrics.map((metric) => [
      element("span", {}, term(gallery.metrics[metric]), gallery.metrics[metric].higher ? " ↑" : " ↓"),
      ...gallery.methods.map(({ name }) => cell(record.methods[name], metric)),
    ]);
    const samples = element("details", {}, element("summary", {}, `Every sample of ${subject.name}`), table(`Scores of samples, ${subject.name}`, heads, rows(sampleCell)));
    return element("section", {}, element("h3", {}, subject.name), table(`Scores, ${subject.name}`, heads, rows(scoreCell)), samples);
  }

  function facts(number, record) {
    const said = [
      ["Category", gallery.categories[number]],
      ["Setting", record.setting],
      ["Captions", (gallery.captions[number] ?? []).join("; ")],
    ].filter(([, text]) => text);
    const rows = said.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]);
    return element("dl", { class: "facts" }, ...rows);
  }

  function each(id, number, record, make) {
    const box = part(id);
    const own = gallery.subjects.filter((subject) => record.subjects[subject.name]);
    box?.replaceChildren(...own.map((subject) => make(subject, record.subjects[subject.name], number)));
  }

  async function around(number, state) {
    const { numbers } = await pictures.asked(gallery, state);
    const at = numbers.indexOf(number);
    const point = (link, to) => (to === undefined ? link.removeAttribute("href") : (link.href = pictures.stimulusLink(gallery, to, state)));
    point(part("before"), at > 0 ? numbers[at - 1] : undefined);
    point(part("after"), at < 0 ? numbers[0] : numbers[at + 1]);
    part("place").textContent = at < 0 ? "" : `${at + 1} of ${numbers.length} in the order of the gallery`;
    const written = pictures.written(gallery, state);
    part("back").href = written ? `gallery.html#${written}` : "gallery.html";
  }

  async function show() {
    const { name, state } = asked();
    const number = name ? gallery.ids.indexOf(name) : gallery.shuffled[0];
    if (number === undefined || number < 0) {
      part("name").textContent = "No such stimulus";
      part("facts").replaceChildren(element("p", { class: "gap" }, `This study has no test stimulus ${name}.`));
      for (const id of ["pictures", "luck", "control", "nearest", "scores"]) part(id)?.replaceChildren();
      return around(-1, state);
    }
    const record = await c2i.load(`stimuli/${number}`);
    if (asked().name !== name) return;
    part("name").textContent = gallery.ids[number];
    part("facts").replaceChildren(facts(number, record));
    each("pictures", number, record, (subject, own) => picturesOf(subject, number, own));
    each("luck", number, record, (subject, own) => element("section", {}, element("h3", {}, subject.name), luck(subject, own)));
    each("control", number, record, (subject, own) => element("section", {}, element("h4", {}, subject.name), control(subject, own)));
    each("nearest", number, record, (subject, own) => nearest(subject, number, own));
    each("scores", number, record, (subject, own) => scores(subject, own));
    await around(number, state);
  }

  addEventListener("hashchange", show);
  addEventListener("keydown", (event) => {
    const link = { ArrowLeft: part("before"), ArrowRight: part("after") }[event.key];
    const free = !event.target.closest?.("dialog, input, select, textarea, .scroll") && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (free && link?.hasAttribute("href")) location.href = link.href;
  });
  await show();
})();
