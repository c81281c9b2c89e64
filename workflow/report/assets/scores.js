// The page of scores: the table of every score, and that of samples.
"use strict";

const scores = (() => {
  const { Listing, drawn, missing, term, unpacked } = listing;
  const POOLED = "all";

  const subjectTitle = (subject) => (subject === POOLED ? "All subjects" : subject);
  const interval = (low, high, digits) => `[${c2i.number(low, digits)}, ${c2i.number(high, digits)}]`;

  function pValue(value, letter = "p") {
    if (value === null) return `${letter} –`;
    if (value < 0.0001) return `${letter} < 0.0001`;
    return `${letter} = ${value.toFixed(value < 0.001 ? 4 : 3)}`;
  }

  // The chance, floor, ceiling and interval of a score as a small picture; better is to the right.
  function bar(row, [worst, best]) {
    const at = (value) => 4 + (92 * (value - worst)) / (best - worst || 1);
    const upright = (name, value, from, to) =>
      value === null ? [] : [drawn("line", { class: name, x1: at(value), x2: at(value), y1: from, y2: to })];
    const way = row.floor !== null && row.ceiling !== null
      ? [drawn("line", { class: "way", x1: at(row.floor), x2: at(row.ceiling), y1: 7, y2: 7 })] : [];
    return drawn("svg", { class: "bar", viewBox: "0 0 100 14", "aria-hidden": "true" },
      ...way, ...upright("null", row.null_mean, 3, 11), ...upright("floor", row.floor, 1, 13),
      ...upright("ceiling", row.ceiling, 1, 13),
      drawn("line", { class: "interval", x1: at(row.ci_low), x2: at(row.ci_high), y1: 7, y2: 7 }),
      drawn("circle", { cx: at(row.value), cy: 7, r: 2.6 }));
  }

  // Metric -> the worst and the best end of its bars, over all methods and subjects.
  function scales(rows, metrics) {
    const ends = {};
    for (const row of rows) {
      const values = [row.value, row.ci_low, row.ci_high, row.null_mean, row.floor, row.ceiling].filter((v) => v !== null);
      const [low, high] = ends[row.metric] ?? [Infinity, -Infinity];
      ends[row.metric] = [Math.min(low, ...values), Math.max(high, ...values)];
    }
    for (const name of Object.keys(ends)) if (!metrics[name].higher) ends[name].reverse();
    return ends;
  }

  function filtersOf(table, words) {
    const subjects = table.levels("subject");
    const kinds = Object.entries(words.kinds).filter(([kind]) => table.rows.some((row) => row.kind === kind));
    const methods = table.levels("method").map((name) => [name, words.methods[name].title]);
    return [
      { title: "Subject", column: "subject", first: subjects.includes(POOLED) ? POOLED : "",
        choices: [["", "Each and all"], ...subjects.map((name) => [name, subjectTitle(name)])] },
      { title: "Kind of metric", column: "kind", first: "", choices: [["", "All kinds"], ...kinds] },
      { title: "Method", column: "method", first: "", choices: [["", "All methods"], ...methods] },
    ];
  }

  const number = (title, name, digits = 3) =>
    ({ title, number: true, key: (row) => row[name], cell: (row) => c2i.number(row[name], digits) });

  function withInterval(title, name, low, high, digits = 3) {
    const cell = (row) => row[name] === null ? "–" : [
      c2i.element("span", { class: "value" }, c2i.number(row[name], digits)), " ",
      c2i.element("span", { class: "beside" }, interval(row[low], row[high], digits))];
    return { title, number: true, key: (row) => row[name], cell };
  }

  function names(words) {
    return [
      { title: "Method", heads: true, key: (row) => words.methods[row.method].title, cell: (row) => term(words.methods[row.method]) },
      { title: "Subject", key: (row) => subjectTitle(row.subject), cell: (row) => subjectTitle(row.subject), unlessChosen: "subject" },
    ];
  }

  function byMetric(words) {
    const metric = (row) => words.metrics[row.metric];
    const beside = (row) => c2i.element("span", { class: "beside" }, ` ${metric(row).unit}, ${metric(row).direction}`);
    return { column: "metric", title: (row) => metric(row).title, cell: (row) => [term(metric(row)), beside(row)] };
  }

  const searched = (words) => (row) =>
    [words.metrics[row.metric].title, row.metric, words.methods[row.method].title, row.method, row.subject, row.use ?? ""]
      .join(" ").toLowerCase();

  function floorCell(words) {
    const title = (row) => words.methods[row.floor_control]?.title ?? row.floor_control;
    return (row) => row.floor === null ? "–" : [c2i.number(row.floor), " ", c2i.element("span", { class: "beside" }, title(row))];
  }

  async function showScores(place) {
    const [words, packed] = await Promise.all([c2i.load("scores/words"), c2i.load("scores/table")]);
    const table = unpacked(packed);
    for (const row of table.rows) row.kind = words.metrics[row.metric].kind;
    const ends = scales(table.rows, words.metrics);
    const p = { title: "p", number: true, key: (row) => row.p, cell: (row) => pValue(row.p).replace("p = ", "").replace("p ", "") };
    const columns = [
      ...names(words),
      withInterval("Score [95 %]", "value", "ci_low", "ci_high"),
      { title: "On its scale", cell: (row) => bar(row, ends[row.metric]) },
      number("Shuffled", "null_mean"), p,
      { ...number("Floor", "floor"), cell: floorCell(words) },
      number("Ceiling", "ceiling"), withInterval("Share [95 %]", "share", "share_low", "share_high", 2),
      number("n", "n", 0),
    ];
    const exported = Object.keys(packed);
    new Listing(place, { name: "scores", rows: table.rows, group: byMetric(words), columns, filters: filtersOf(table, words), text: searched(words), exported });
  }

  async function showSamples(place) {
    const [words, packed] = await Promise.all([c2i.load("scores/words"), c2i.load("scores/samples")]);
    const table = unpacked(packed);
    for (const row of table.rows) row.kind = words.metrics[row.metric].kind;
    const use = { title: "Made of the samples", key: (row) => row.use, cell: (row) => row.use };
    const columns = [...names(words), use, withInterval("Score [95 %]", "value", "ci_low", "ci_high"),
      number("Samples", "samples", 0), number("n", "n", 0)];
    const exported = Object.keys(packed);
    new Listing(place, { name: "samples", rows: table.rows, group: byMetric(words), columns, filters: filtersOf(table, words), text: searched(words), exported });
  }

  const every = document.getElementById("score-table");
  showScores(every).catch(missing(every));
  // Rows that are folded away are made when they are asked for.
  const samples = document.getElementById("sample-table");
  samples?.closest("details").addEventListener("toggle", () => showSamples(samples).catch(missing(samples)), { once: true });

  return { POOLED, subjectTitle, interval, pValue };
})();
