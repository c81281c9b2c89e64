// Pictures on pages: where the tiles of a stimulus lie, which stimuli a reader asked for, and in which order.
"use strict";

c2i.pictures = (() => {
  const NO_CATEGORY = "no category";
  const SINGLE = { category: "", search: "", order: "random", turn: "0", by: "", metric: "" };

  // Names of files and folders may hold any character: each part of a path is encoded on its own.
  const link = (file) => file.split("/").map(encodeURIComponent).join("/");

  // The address of the page of a stimulus: its name first, then what the reader asked the gallery for.
  function stimulusLink(gallery, number, state) {
    const asked = written(gallery, state);
    return `stimulus.html#${encodeURIComponent(gallery.ids[number])}${asked ? `&${asked}` : ""}`;
  }

  function usualMethods(gallery) {
    const own = gallery.methods.filter((method) => !method.control);
    return (own.length ? own : gallery.methods).map((method) => method.name);
  }

  function usual(gallery) {
    const methods = usualMethods(gallery);
    const subjects = gallery.subjects.map((subject) => subject.name);
    return { ...SINGLE, subjects, methods, by: methods.at(-1), metric: gallery.metrics[0]?.name ?? "" };
  }

  // What a fragment such as "order=best&subject=sub-01" asks for. What the study does not have is passed over.
  function read(fragment, gallery) {
    const asked = new URLSearchParams(fragment);
    const state = usual(gallery);
    const known = (items) => items.map((item) => item.name);
    const among = (key, names) => asked.getAll(key).filter((name) => names.includes(name));
    const subjects = among("subject", known(gallery.subjects));
    if (subjects.length) state.subjects = known(gallery.subjects).filter((name) => subjects.includes(name));
    if (asked.has("method")) {
      const methods = among("method", known(gallery.methods));
      state.methods = known(gallery.methods).filter((name) => methods.includes(name));
    }
    state.search = asked.get("search") ?? "";
    state.category = among("category", gallery.categories).at(0) ?? "";
    state.by = among("by", known(gallery.methods)).at(0) ?? state.by;
    state.metric = among("metric", known(gallery.metrics.slice(0, gallery.headlines))).at(0) ?? state.metric;
    const orders = gallery.headlines ? ["random", "name", "best", "worst"] : ["random", "name"];
    state.order = among("order", orders).at(0) ?? state.order;
    state.turn = String(Number.parseInt(asked.get("turn") ?? "0", 10) || 0);
    return state;
  }

  // The fragment that asks for a state, without what would be shown anyway.
  function written(gallery, state) {
    const plain = usual(gallery);
    const asked = new URLSearchParams();
    const same = (a, b) => a.length === b.length && a.every((name, i) => name === b[i]);
    for (const [key, name] of [["subjects", "subject"], ["methods", "method"]]) {
      if (same(state[key], plain[key])) continue;
      for (const value of state[key].length ? state[key] : [""]) asked.append(name, value);
    }
    for (const key of Object.keys(SINGLE)) if (state[key] !== plain[key]) asked.set(key, state[key]);
    return asked.toString();
  }

  const sortsByScore = (state) => state.order === "best" || state.order === "worst";

  // Mean over the chosen subjects of the score of a stimulus; null where no subject has one.
  function scoreOf(scores, state, number) {
    const all = state.subjects.map((subject) => scores?.[subject]?.[state.by]?.[state.metric]?.[number]);
    const found = all.filter((value) => value !== null && value !== undefined);
    return found.length ? found.reduce((sum, value) => sum + value, 0) / found.length : null;
  }

  // Where it is not known which picture was seen, blocks of one category stand together.
  function byCategory(gallery, numbers) {
    const name = (number) => gallery.categories[number] ?? NO_CATEGORY;
    return numbers.sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : a - b));
  }

  function ordered(gallery, state, scores) {
    const numbers = gallery.ids.map((_, number) => number);
    if (!gallery.identity) return byCategory(gallery, numbers);
    if (state.order === "name") return numbers;
    if (!sortsByScore(state)) {
      const turn = Number(state.turn);
      return turn ? c2i.shuffled(numbers, gallery.start + turn) : gallery.shuffled;
    }
    const metric = gallery.metrics.find((one) => one.name === state.metric);
    const sign = metric.higher === (state.order === "best") ? -1 : 1;
    const values = numbers.map((number) => scoreOf(scores, state, number));
    const scored = numbers.filter((number) => values[number] !== null);
    scored.sort((a, b) => sign * (values[a] - values[b]));
    return [...scored, ...numbers.filter((number) => values[number] === null)];
  }

  function matches(gallery, state, number) {
    if (state.category && gallery.categories[number] !== state.category) return false;
    const shown = gallery.subjects.filter((subject) => state.subjects.includes(subject.name));
    if (!shown.some((subject) => subject.strips[number] !== null)) return false;
    const words = state.search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const texts = [...(gallery.captions[number] ?? []), gallery.ids[number]];
    const text = texts.join("\n").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  }

  // Numbers of the stimuli that a state asks for, in its order. `scores` are needed where it sorts by score.
  function chosen(gallery, state, scores) {
    return ordered(gallery, state, scores).filter((number) => matches(gallery, state, number));
  }

  // The state with what it sorts by, and the stimuli that it asks for.
  async function asked(gallery, state) {
    const scores = sortsByScore(state) ? await c2i.load("gallery-scores") : null;
    return { scores, numbers: chosen(gallery, state, scores) };
  }

  // One tile of the strip of a stimulus, as a picture with a text for those who cannot see it.
  function tile(subject, number, place, text) {
    const made = c2i.element("span", { class: "tile", role: "img", "aria-label": text });
    const [line, column] = [Math.floor(place / subject.across), place % subject.across];
    const along = (at, count) => (count > 1 ? `${(100 * at) / (count - 1)}%` : "0");
    const file = `${String(subject.strips[number]).padStart(5, "0")}.webp`;
    made.style.backgroundImage = `url("${link(`pictures/${subject.name}/${file}`)}")`;
    made.style.backgroundSize = `${100 * subject.across}% ${100 * subject.lines}%`;
    made.style.backgroundPosition = `${along(column, subject.across)} ${along(line, subject.lines)}`;
    return made;
  }

  function seen(gallery, subject, number) {
    return tile(subject, number, subject.tiles.seen[0], `seen: ${gallery.ids[number]}`);
  }

  // Tiles below their name.
  function group(name, tiles) {
    const label = c2i.element("span", { class: "label" }, name);
    return c2i.element("div", { class: "group" }, label, c2i.element("div", { class: "tiles" }, ...tiles));
  }

  function title(gallery, method) {
    return gallery.methods.find((one) => one.name === method)?.title ?? method;
  }

  // What a view shows, in words: one sample of a method, of one subject and stimulus.
  function words(gallery, view) {
    const subject = gallery.subjects.find((one) => one.name === view.subject);
    const sample = subject.tiles[view.method].length > 1 ? `, sample ${view.sample + 1}` : "";
    return `${title(gallery, view.method)}${sample}, ${view.subject}`;
  }

  return {
    NO_CATEGORY, link, stimulusLink, read, written, asked, scoreOf, sortsByScore, tile, seen, group, title, words,
  };
})();
