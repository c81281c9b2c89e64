// Tables on one stimulus: places, luck, controls, nearest training pictures, scores with ranks.
"use strict";

// `gallery` is what data/gallery.js holds, a record what data/stimuli/NUMBER.js holds of one subject.
c2i.ranks = (gallery) => {
  const { element, number: figures } = c2i;
  const pictures = c2i.pictures;
  const small = (text) => element("small", {}, text);
  const gap = (...parts) => element("p", { class: "gap" }, ...parts);
  const code = (text) => element("code", {}, text);
  const titles = (metrics) => metrics.map((place) => term(gallery.metrics[place]));

  function term(word) {
    const explanation = word.explanation;
    const about = { "aria-description": explanation, "data-explanation": explanation };
    return element("button", { type: "button", class: "term", ...about }, word.title);
  }

  // A table that scrolls by itself, also by keyboard. Cells are texts, elements, or lists of these.
  function table(label, heads, rows) {
    const head = element("tr", {}, ...heads.map((name) => element("th", { scope: "col" }, name)));
    const cell = (content) => element("td", { class: "cell" }, ...[content].flat());
    const body = rows.map(([name, ...cells]) =>
      element("tr", {}, element("th", { scope: "row" }, ...[name].flat()), ...cells.map(cell)),
    );
    const made = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
    return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, made);
  }

  // Metrics, as places in gallery.metrics, of which any method has a number for this stimulus.
  function held(record, wanted) {
    const own = Object.values(record.methods);
    const all = gallery.metrics.map((_, place) => place).filter(wanted);
    return all.filter((place) => own.some((method) => (method.mean?.[place] ?? null) !== null));
  }

  // Place of the right picture among all, from the share of others that are less similar; ties share places.
  // Shares have four decimals, so places are those nearest to them.
  const placeOf = (value, of) => 1 + Math.round(2 * (1 - value) * (of - 1)) / 2;

  // Small probabilities keep a decimal: the first place of 1,000 is reached by luck, if rarely.
  function percent(share) {
    if (share < 0.0005) return "< 0.1 %";
    return `${figures(100 * share, share < 0.00995 ? 1 : 0)} %`;
  }

  function luckCell(method, metric) {
    const of = method?.of?.[metric];
    const values = (method?.values ?? []).map((sample) => sample[metric]).filter((value) => value !== null);
    if (!of || !values.length) return "–";
    const places = values.map((value) => placeOf(value, of));
    const shown = places.map((place) => figures(place, place % 1 ? 1 : 0)).join(", ");
    const chances = places.map((place) => percent(place / of)).join(", ");
    return [`${shown} of ${of}`, small(`luck: ${chances}`)];
  }

  function luck(subject, record) {
    const metrics = held(record, (place) => gallery.metrics[place].places);
    if (!metrics.length) {
      const said = `${subject.name}: two-way identification was not computed; `;
      return gap(said, code("evaluate/metrics"), " in the config chooses it.");
    }
    const rows = gallery.methods.map(({ name, title }) => [
      title, ...metrics.map((metric) => luckCell(record.methods[name], metric)),
    ]);
    const label = `Places of the picture that was seen, ${subject.name}`;
    return table(label, ["Method", ...titles(metrics)], rows);
  }

  function controlCell(method, metric) {
    const of = method.as_good_of?.[metric];
    const counts = (method.as_good ?? []).map((sample) => sample[metric]);
    const known = counts.filter((_, k) => method.values[k][metric] !== null);
    return of && known.length ? `${known.join(", ")} of ${of}` : "–";
  }

  function control(subject, record) {
    const methods = gallery.methods.filter(({ name }) => record.methods[name]?.control);
    const metrics = held(record, (place) => place < gallery.headlines);
    if (!methods.length) {
      const said = `${subject.name}: no control of these methods was run. `;
      return gap(said, code("reconstruct/methods"), " in the config names controls, such as shuffled.");
    }
    const rows = methods.map(({ name, title }) => [
      [title, small(`against ${pictures.title(gallery, record.methods[name].control)}`)],
      ...metrics.map((metric) => controlCell(record.methods[name], metric)),
    ]);
    return table(`Pictures of controls, ${subject.name}`, ["Method", ...titles(metrics)], rows);
  }

  function trainingPicture(row) {
    const name = row.file ? element("a", { href: pictures.link(row.file) }, row.stimulus) : row.stimulus;
    const notes = [row.captions[0], row.duplicate ? "the same picture" : null].filter(Boolean);
    return [name, ...notes.map(small)];
  }

  function nearest(subject, record, number) {
    if (!record.nearest.length) {
      const said = `${subject.name}: the nearest training picture is not known; `;
      return gap(said, code("snakemake --cores all evaluate"), " finds it.");
    }
    const [first] = record.nearest;
    const text = `nearest training picture: ${first.stimulus}`;
    const tile = pictures.tile(subject, number, subject.tiles.nearest[0], text);
    const total = subject.strips.filter((strip) => strip !== null).length;
    const rows = record.nearest.map((row) => [
      row.measure, trainingPicture(row), figures(row.similarity), `${row.rank} of ${total}`,
    ]);
    const said = "This picture was a training picture too: its reconstructions say nothing about decoding.";
    const warning = record.nearest.some((row) => row.duplicate) ? element("p", { class: "warning" }, said) : null;
    const both = [
      pictures.group("seen", [pictures.seen(gallery, subject, number)]),
      pictures.group(`nearest: ${first.stimulus}`, [tile]),
    ];
    const heads = ["Measure", "Training picture", "Similarity", "Rank of this stimulus"];
    const rest = table(`Nearest training pictures, ${subject.name}`, heads, rows);
    return element("div", {}, warning, element("div", { class: "groups" }, ...both), rest);
  }

  function scoreCell(method, metric) {
    const value = method?.mean?.[metric] ?? null;
    if (value === null) return "–";
    return [figures(value), small(`rank ${method.mean_rank[metric]} of ${method.of[metric]}`)];
  }

  function sampleCell(method, metric) {
    const samples = (method?.values ?? []).map((values, k) => [values[metric], method.ranks[k][metric]]);
    const known = samples.filter(([value]) => value !== null);
    return known.length ? known.map(([value, rank]) => small(`${figures(value)}, rank ${rank}`)) : "–";
  }

  function scores(subject, record) {
    const metrics = held(record, () => true);
    if (!metrics.length) return gap(`${subject.name}: this stimulus has no scores.`);
    const heads = ["Metric", ...gallery.methods.map(({ title }) => title)];
    const name = (metric) => [term(gallery.metrics[metric]), gallery.metrics[metric].higher ? " ↑" : " ↓"];
    const rows = (cell) => metrics.map((metric) => [
      name(metric), ...gallery.methods.map((method) => cell(record.methods[method.name], metric)),
    ]);
    const samples = table(`Scores of samples, ${subject.name}`, heads, rows(sampleCell));
    const folded = element("details", {}, element("summary", {}, `Every sample of ${subject.name}`), samples);
    return element("div", {}, table(`Scores, ${subject.name}`, heads, rows(scoreCell)), folded);
  }

  return { term, luck, control, nearest, scores };
};
