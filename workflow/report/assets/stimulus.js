// One stimulus: all pictures of all subjects, ranks, luck, the nearest training picture.
"use strict";

(async () => {
  const gallery = await c2i.load("gallery");
  const { element } = c2i;
  const pictures = c2i.pictures;
  const ranks = c2i.ranks(gallery);
  const part = (id) => document.getElementById(id);

  // "#name&order=best": the name of a stimulus, then what was asked of the gallery.
  function asked() {
    const [name, ...rest] = location.hash.slice(1).split("&");
    return { name: decoded(name), state: pictures.read(rest.join("&"), gallery) };
  }

  // A name that somebody wrote by hand may hold a % that encodes nothing.
  function decoded(name) {
    try {
      return decodeURIComponent(name);
    } catch (error) {
      return name;
    }
  }

  function viewsOf(number) {
    const shown = gallery.subjects.filter((subject) => subject.strips[number] !== null);
    const samples = (subject, method) => (subject.tiles[method] ?? []).map((_, sample) => sample);
    return shown.flatMap((subject) =>
      gallery.methods.flatMap(({ name }) =>
        samples(subject, name).map((sample) => ({ number, subject: subject.name, method: name, sample })),
      ),
    );
  }

  function walkTo(view, direction) {
    const views = viewsOf(view.number);
    const same = (other) => ["subject", "method", "sample"].every((key) => other[key] === view[key]);
    return views[views.findIndex(same) + direction] ?? null;
  }

  function notesOf(made, first) {
    const notes = [
      made.caption ? `“${made.caption}”` : null,
      made.black ? "black picture" : null,
      made.precision !== first.precision ? `computed in ${made.precision}` : null,
    ];
    return notes.filter(Boolean).map((note) => element("span", { class: "note" }, note));
  }

  function picture(subject, view, record) {
    const text = `${pictures.words(gallery, view)}, of ${gallery.ids[view.number]}`;
    const tile = pictures.tile(subject, view.number, subject.tiles[view.method][view.sample], text);
    const open = () => c2i.compare.open(gallery, view, walkTo, () => {});
    const button = element("button", { type: "button", class: "picture", onclick: open }, tile);
    const notes = notesOf(record.samples[view.sample], record.samples[0]);
    return element("div", { class: "sample" }, button, ...notes);
  }

  function picturesOf(subject, record, number) {
    const groups = gallery.identity ? [pictures.group("seen", [pictures.seen(gallery, subject, number)])] : [];
    for (const method of gallery.methods) {
      const own = (view) => view.subject === subject.name && view.method === method.name;
      const views = viewsOf(number).filter(own);
      const tiles = views.map((view) => picture(subject, view, record.methods[method.name]));
      if (tiles.length) groups.push(pictures.group(ranks.term(method), tiles));
    }
    return element("div", { class: "groups" }, ...groups);
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

  // A part of the page, subject by subject. Pages of studies without scores lack some parts.
  function fill(id, heading, number, record, make) {
    const own = gallery.subjects.filter((subject) => record.subjects[subject.name]);
    const sections = own.map((subject) => {
      const content = make(subject, record.subjects[subject.name], number);
      return element("section", {}, element(heading, {}, subject.name), content);
    });
    part(id)?.replaceChildren(...sections);
  }

  async function around(number, state) {
    const { numbers } = await pictures.asked(gallery, state);
    const at = numbers.indexOf(number);
    const point = (link, to) => {
      if (to === undefined) link.removeAttribute("href");
      else link.href = pictures.stimulusLink(gallery, to, state);
    };
    point(part("before"), at > 0 ? numbers[at - 1] : undefined);
    point(part("after"), at < 0 ? numbers[0] : numbers[at + 1]);
    part("place").textContent = at < 0 ? "" : `${at + 1} of ${numbers.length} in the order of the gallery`;
    const written = pictures.written(gallery, state);
    part("back").href = written ? `gallery.html#${written}` : "gallery.html";
  }

  function unknown(name, state) {
    const said = `This study has no test stimulus ${name}.`;
    part("name").textContent = "No such stimulus";
    part("facts").replaceChildren(element("p", { class: "gap" }, said));
    for (const id of ["pictures", "luck", "control", "nearest", "scores"]) part(id)?.replaceChildren();
    return around(-1, state);
  }

  async function show() {
    const { name, state } = asked();
    const number = name ? gallery.ids.indexOf(name) : gallery.shuffled[0];
    if (number === undefined || number < 0) return unknown(name, state);
    const record = await c2i.load(`stimuli/${number}`);
    if (asked().name !== name) return undefined;
    part("name").textContent = gallery.ids[number];
    part("facts").replaceChildren(facts(number, record));
    fill("pictures", "h3", number, record, picturesOf);
    fill("luck", "h3", number, record, ranks.luck);
    fill("control", "h4", number, record, ranks.control);
    fill("nearest", "h3", number, record, ranks.nearest);
    fill("scores", "h3", number, record, ranks.scores);
    return around(number, state);
  }

  addEventListener("hashchange", show);
  addEventListener("keydown", (event) => {
    const link = { ArrowLeft: part("before"), ArrowRight: part("after") }[event.key];
    const held = event.altKey || event.ctrlKey || event.metaKey;
    if (held || event.target.closest?.("dialog, input, select, textarea, .scroll")) return;
    if (link?.hasAttribute("href")) location.href = link.href;
  });
  await show();
})();
