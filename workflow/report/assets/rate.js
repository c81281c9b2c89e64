// Rating: which of two reconstructions is nearer to the stimulus. The page knows pictures by hidden names alone.
"use strict";

(async () => {
  const FORMAT = "cortex2image-ratings";
  const find = (id) => document.getElementById(id);
  const rating = await c2i.load("rating");
  const parts = ["setup", "trial", "end"];
  let session = null;
  let shownAt = 0;

  // FNV-1a over UTF-8: a seed that follows from the seed of the study and from a text.
  function seedOf(text) {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(`${rating.seed}/${text}`)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
    return hash;
  }

  // The trials of a person in their order: rounds, and trials within each, are shuffled; sides are drawn.
  function trialsOf(rater, design) {
    const rounds = c2i.shuffled(rating.designs[design], seedOf(`rounds/${design}/${rater}`));
    const order = rounds.flatMap((members, number) => c2i.shuffled(members, seedOf(`${number}/${design}/${rater}`)));
    const side = c2i.random(seedOf(`sides/${design}/${rater}`));
    return order.map(([subject, stimulus, first, second]) => {
      const [left, right] = side() < 0.5 ? [first, second] : [second, first];
      return { subject: rating.subjects[subject], stimulus: rating.stimuli[stimulus], seen: rating.seen[stimulus], left, right };
    });
  }

  // Two stimuli can share their two pictures: each is right for one of them.
  const nameOf = (trial) => [trial.left, trial.right, trial.stimulus].join("/");

  function begin(rater, design, done) {
    const trials = trialsOf(rater, design);
    // Names stand for contents: choices between pictures that were drawn anew since are no longer asked for.
    const made = new Map(done.map((trial) => [nameOf(trial), trial]));
    const kept = trials.filter((trial) => made.has(nameOf(trial)));
    session = {
      rater,
      design,
      trials: [...kept, ...trials.filter((trial) => !made.has(nameOf(trial)))],
      choices: kept.map((trial) => made.get(nameOf(trial))),
    };
    show();
  }

  const key = (rater, design) => `c2i-rating/${rating.study}/${rating.seed}/${design}/${rater}`;

  // What was chosen so far, if this browser keeps it; pages opened from disk may have no storage.
  function remembered(rater, design) {
    try {
      return JSON.parse(localStorage.getItem(key(rater, design)) ?? "[]");
    } catch (error) {
      return [];
    }
  }

  function remember() {
    try {
      localStorage.setItem(key(session.rater, session.design), JSON.stringify(session.choices));
      find("kept").textContent = "";
    } catch (error) {
      find("kept").textContent = "This browser keeps nothing between visits: save to a file before you close the page.";
    }
  }

  function visible(name) {
    for (const part of parts) find(part).hidden = part !== name;
    // What others chose is no guide while somebody chooses.
    find("chosen").hidden = name === "trial";
  }

  async function show() {
    const { trials, choices } = session;
    const number = choices.length;
    if (number >= trials.length) return finish("That was all");
    visible("trial");
    find("bar").value = number / trials.length;
    find("count").textContent = `${number} of ${trials.length} done`;
    find("back").disabled = number === 0;
    shownAt = 0;
    const trial = trials[number];
    const pictures = ["seen", "left", "right"].map((name) => {
      find(name).src = file(trial[name]);
      return find(name).decode().catch(() => broken(trial[name]));
    });
    await Promise.all(pictures);
    if (session.trials[session.choices.length] === trial) shownAt = performance.now();
    preload(trials[number + 1]);
  }

  const file = (name) => `rating/${name}.webp`;

  function broken(name) {
    find("kept").textContent = `${file(name)} is missing: copy the whole folder of the report.`;
    throw new Error(find("kept").textContent);
  }

  function preload(trial) {
    for (const name of trial ? ["seen", "left", "right"] : []) new Image().src = file(trial[name]);
  }

  function choose(choice) {
    // Before the pictures are there, nobody has seen what they would choose.
    if (find("trial").hidden || !shownAt) return;
    const { subject, stimulus, left, right } = session.trials[session.choices.length];
    const seconds = Math.round(performance.now() - shownAt) / 1000;
    session.choices.push({ subject, stimulus, left, right, choice, seconds });
    remember();
    show();
  }

  function back() {
    if (find("trial").hidden || session.choices.length === 0) return;
    session.choices.pop();
    remember();
    show();
  }

  function finish(title) {
    shownAt = 0;
    visible("end");
    const [done, all] = [session.choices.length, session.trials.length];
    find("end-title").textContent = title;
    find("sum").textContent = `${session.rater}: ${done} of ${all} trials done. Save them to a file, and send the file to whoever runs the study.`;
    find("go-on").hidden = done >= all;
    find("end-title").focus();
  }

  function exported() {
    const { rater, design, choices, trials } = session;
    return {
      format: FORMAT,
      format_version: 1,
      study: rating.study,
      version: rating.version,
      seed: rating.seed,
      design,
      rater,
      saved: new Date().toISOString(),
      offered: trials.length,
      trials: choices,
    };
  }

  function save() {
    const text = JSON.stringify(exported(), null, 1);
    const plain = `${rating.study}-${session.design}-${session.rater}`.replace(/[^\p{L}\p{N}._-]+/gu, "-");
    const link = c2i.element("a", {
      href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
      download: `ratings-${plain}.json`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async function goOnFrom(saved) {
    const say = (text) => (find("trouble").textContent = text);
    try {
      const found = JSON.parse(await saved.text());
      if (found.format !== FORMAT) return say("This is no file that this page saved.");
      if (found.study !== rating.study || String(found.seed) !== rating.seed) return say(`This file belongs to another study, ${found.study}.`);
      begin(found.rater, found.design, found.trials);
    } catch (error) {
      say("This file cannot be read: it is no JSON, or only a part of it.");
    }
  }

  find("begin").addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const rater = given.get("rater").trim();
    if (!rater) return;
    begin(rater, given.get("design"), remembered(rater, given.get("design")));
    find("question").focus();
  });
  find("earlier").addEventListener("change", (event) => event.target.files[0] && goOnFrom(event.target.files[0]));
  for (const button of document.querySelectorAll("[data-choice]")) {
    button.addEventListener("click", () => choose(button.dataset.choice));
  }
  find("back").addEventListener("click", back);
  find("pause").addEventListener("click", () => finish("Paused"));
  find("go-on").addEventListener("click", show);
  find("save").addEventListener("click", save);
  find("save-end").addEventListener("click", save);
  const keys = { ArrowLeft: () => choose("left"), ArrowRight: () => choose("right"), " ": () => choose("none"), b: back };
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    // A held key chooses once; space on a button presses that button.
    const pressing = event.key === " " && event.target.closest("button, a");
    if (!act || find("trial").hidden || event.repeat || pressing || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
})();
