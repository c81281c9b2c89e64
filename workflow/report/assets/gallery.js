// The gallery: rows of pictures, filled when they come near the window, for as many stimuli as there are.
"use strict";

(async () => {
  const gallery = await c2i.load("gallery");
  const { element, number: figures } = c2i;
  const pictures = c2i.pictures;
  const BLOCKS = 16; // Tiles beside each other where rows hold many blocks.
  const FEW = 8; // Columns of which a wide screen shows two rows beside each other.
  const form = document.getElementById("choices");
  const list = document.getElementById("entries");
  let state, scores, entries, said;

  // A row shows one stimulus; where pictures have no identity, all blocks of a category.
  function grouped(numbers) {
    if (gallery.identity) return numbers.map((number) => ({ name: gallery.ids[number], numbers: [number] }));
    const groups = new Map();
    for (const number of numbers) {
      const category = gallery.categories[number] ?? pictures.NO_CATEGORY;
      groups.set(category, [...(groups.get(category) ?? []), number]);
    }
    return [...groups].map(([name, own]) => ({ name, numbers: own }));
  }

  function shownSubjects() {
    return gallery.subjects.filter((subject) => state.subjects.includes(subject.name));
  }

  // Every picture of a row in reading order, for the arrow keys.
  function viewsOf(entry) {
    return shownSubjects().flatMap((subject) =>
      state.methods.flatMap((method) =>
        entry.numbers
          .filter((number) => subject.strips[number] !== null)
          .flatMap((number) =>
            (subject.tiles[method] ?? []).map((_, sample) => ({
              number, subject: subject.name, method, sample,
              about: gallery.identity ? pictures.stimulusLink(gallery, number, state) : null,
            })),
          ),
      ),
    );
  }

  const same = (a, b) => ["number", "subject", "method", "sample"].every((key) => a[key] === b[key]);

  function walk(view, direction) {
    const row = entries.findIndex((entry) => entry.numbers.includes(view.number));
    const views = viewsOf(entries[row]);
    const at = views.findIndex((other) => same(other, view)) + direction;
    if (at >= 0 && at < views.length) return views[at];
    const next = entries[row + direction];
    return next ? viewsOf(next).at(direction > 0 ? 0 : -1) ?? null : null;
  }

  const textOf = (view) => [view.number, view.subject, view.method, view.sample].join(",");

  function opened(view) {
    write(view ? `view=${encodeURIComponent(textOf(view))}` : "");
  }

  function compare(view) {
    c2i.compare.open(gallery, view, walk, opened);
  }

  function tileButton(subject, view) {
    const text = `${pictures.words(gallery, view)}, of ${gallery.ids[view.number]}`;
    const place = subject.tiles[view.method][view.sample];
    const tile = pictures.tile(subject, view.number, place, text);
    return element("button", { type: "button", class: "picture", onclick: () => compare(view) }, tile);
  }

  function subjectRow(subject, views) {
    const own = views.filter((view) => view.subject === subject.name);
    const groups = state.methods.map((method) => {
      const made = own.filter((view) => view.method === method);
      const blocks = [...new Set(made.map((view) => view.number))].map((number) => {
        const tiles = made.filter((view) => view.number === number).map((view) => tileButton(subject, view));
        return element("div", { class: "tiles block" }, ...tiles);
      });
      return blocks.length ? pictures.group(pictures.title(gallery, method), blocks) : null;
    });
    const label = gallery.subjects.length > 1 ? element("span", { class: "who" }, subject.name) : null;
    return element("div", { class: "brain" }, label, element("div", { class: "groups" }, ...groups));
  }

  function fill(item, entry) {
    const views = viewsOf(entry);
    const subjects = shownSubjects().filter((one) => entry.numbers.some((number) => one.strips[number] !== null));
    const body = element("div", { class: "body" });
    if (gallery.identity) {
      const [first, number] = [subjects[0], entry.numbers[0]];
      body.append(pictures.group("seen", [pictures.seen(gallery, first, number)]));
    }
    body.append(element("div", { class: "brains" }, ...subjects.map((subject) => subjectRow(subject, views))));
    item.querySelector(".body")?.remove();
    item.append(body);
    list.style.setProperty("--row", `${item.offsetHeight}px`);
  }

  function heading(entry) {
    if (!gallery.identity) return element("h3", {}, entry.name);
    const [number] = entry.numbers;
    const link = element("a", { href: pictures.stimulusLink(gallery, number, state) }, entry.name);
    const facts = [gallery.captions[number]?.[0], gallery.categories[number]].filter(Boolean);
    if (pictures.sortsByScore(state)) facts.unshift(figures(pictures.scoreOf(scores, state, number)));
    return element("h3", {}, link, element("span", { class: "note" }, ` ${facts.join(" · ")}`));
  }

  // Rows far from the window hold their name alone, so that thousands of pictures cost what one screen costs.
  const near = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        const entry = entries[target.dataset.row];
        if (!entry) continue;
        if (isIntersecting && !target.querySelector(".body")) fill(target, entry);
        else if (!isIntersecting && !target.contains(document.activeElement)) {
          target.style.minHeight = `${target.offsetHeight}px`;
          target.querySelector(".body")?.remove();
        }
      }
    },
    { rootMargin: "1200px 0px" },
  );

  function say(count) {
    const all = gallery.identity ? gallery.ids.length : null;
    const unit = gallery.identity ? `of ${all} test stimuli` : count === 1 ? "category" : "categories";
    const metric = gallery.metrics.find((one) => one.name === state.metric);
    const means = state.subjects.length > 1 ? "mean of samples and subjects" : "mean of samples";
    const by = `${state.order} first by ${metric?.title} of ${pictures.title(gallery, state.by)}, ${means}`;
    const seed = `in random order (seed ${gallery.seed}${state.turn === "0" ? "" : `, shuffle ${state.turn}`})`;
    const orders = { random: seed, name: "in the order of their names", best: by, worst: by };
    said.textContent = `${count} ${unit}${gallery.identity ? `, ${orders[state.order]}` : ""}.`;
  }

  // Pictures of the widest row: what was seen, and every sample of the chosen methods.
  function columns() {
    const tiles = (subject) => state.methods.flatMap((method) => subject.tiles[method] ?? []);
    const widths = shownSubjects().map((subject) => tiles(subject).length);
    return gallery.identity ? 1 + Math.max(1, ...widths) : BLOCKS;
  }

  async function render() {
    const asked = state;
    const found = await pictures.asked(gallery, asked);
    if (asked !== state) return;
    scores = found.scores;
    entries = grouped(found.numbers);
    near.disconnect();
    list.style.setProperty("--columns", columns());
    list.classList.toggle("few", gallery.identity && columns() <= FEW);
    document.getElementById("selected")?.toggleAttribute("hidden", !pictures.sortsByScore(state));
    say(entries.length);
    const items = entries.map((entry, row) => element("li", { class: "entry", "data-row": row }, heading(entry)));
    list.replaceChildren(...items);
    items.forEach((item) => near.observe(item));
  }

  // Controls and address say the same: either changes the other.
  function setControls() {
    for (const field of form.elements) {
      if (field.name === "subject") field.checked = state.subjects.includes(field.value);
      else if (field.name === "method") field.checked = state.methods.includes(field.value);
      else if (field.name) field.value = state[field.name];
    }
    document.getElementById("by")?.toggleAttribute("hidden", !pictures.sortsByScore(state));
    document.getElementById("turn")?.toggleAttribute("hidden", state.order !== "random");
  }

  function fromControls() {
    const given = new FormData(form);
    const next = { ...state };
    if (form.querySelector("[name=subject]")) next.subjects = given.getAll("subject");
    if (!next.subjects.length) next.subjects = gallery.subjects.map((subject) => subject.name);
    next.methods = given.getAll("method");
    for (const key of ["category", "search", "order", "by", "metric"]) next[key] = given.get(key) ?? next[key];
    return next;
  }

  function write(view = "") {
    const asked = [pictures.written(gallery, state), view].filter(Boolean).join("&");
    history.replaceState(null, "", asked ? `#${asked}` : location.pathname);
  }

  function change(next) {
    state = next;
    setControls();
    write();
    render();
  }

  function viewAsked() {
    const text = new URLSearchParams(location.hash.slice(1)).get("view");
    if (!text || !entries) return null;
    return entries.flatMap(viewsOf).find((view) => textOf(view) === text) ?? null;
  }

  async function fromAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1)).get("view");
    state = pictures.read(location.hash.slice(1), gallery);
    setControls();
    await render();
    const view = wanted ? viewAsked() : null;
    if (view) compare(view);
  }

  said = document.getElementById("said");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => change(fromControls()));
  document.getElementById("turn")?.addEventListener("click", () => {
    change({ ...state, turn: String(Number(state.turn) + 1) });
  });
  addEventListener("hashchange", fromAddress);
  await fromAddress();
})();
