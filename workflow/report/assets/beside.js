// A reconstruction laid over what was seen: a slider that wipes, a switch to and fro, arrow keys that walk on.
"use strict";

c2i.compare = (() => {
  const FLICKER_MS = 500;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let gallery, view, walk, changed, flicker, parts;

  function build() {
    const made = c2i.element;
    const seen = made("div", { class: "layer" });
    const over = made("div", { class: "layer over" });
    const slider = made("input", { type: "range", min: 0, max: 100, value: 50, oninput: wipe });
    const names = made("p", { class: "names" }, made("span", {}, "seen"), made("span", { class: "of" }));
    const switching = made("button", { type: "button", id: "flicker", "aria-pressed": "false", onclick: press });
    switching.append("Flicker");
    const title = made("h2", { id: "compare-title" });
    const close = made("button", { type: "button", class: "close", onclick: () => dialog.close() }, "Close");
    const before = made("button", { type: "button", onclick: () => step(-1) }, "← previous");
    const after = made("button", { type: "button", onclick: () => step(1) }, "next →");
    const about = made("a", { class: "about" }, "scores, luck, nearest training picture");
    const label = made("label", { class: "wipe" }, "Wipe ", slider);
    const tools = made("div", { class: "line seen-only" }, label, switching);
    const stage = made("div", { class: "stage" }, seen, over);
    const caption = made("p", { class: "note caption" });
    const dialog = made(
      "dialog",
      { id: "compare", "aria-labelledby": "compare-title", onkeydown: keys, onclose: closed },
      made("div", { class: "line head" }, title, close), stage, names, tools, caption,
      made("div", { class: "line" }, before, after, about),
    );
    document.body.append(dialog);
    return { dialog, seen, over, slider, switching, title, close, before, after, about, tools, names, caption };
  }

  function wipe() {
    stop();
    parts.over.style.clipPath = `inset(0 0 0 ${parts.slider.value}%)`;
  }

  // Both pictures in turn, whole. Who asked for less motion switches by hand.
  function press() {
    if (flicker || (still.matches && parts.over.hidden)) return wipe();
    parts.over.style.clipPath = "none";
    const turn = () => {
      parts.over.hidden = !parts.over.hidden;
    };
    turn();
    parts.switching.setAttribute("aria-pressed", "true");
    if (!still.matches) flicker = setInterval(turn, FLICKER_MS);
  }

  function stop() {
    clearInterval(flicker);
    flicker = undefined;
    parts.over.hidden = false;
    parts.switching.setAttribute("aria-pressed", "false");
  }

  function closed() {
    stop();
    changed(null);
  }

  function step(direction) {
    const next = walk(view, direction);
    if (next) show(next);
  }

  // Arrows on the slider belong to the slider, and keys held with others to the browser.
  function keys(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "f" && gallery.identity) press();
    else if (direction && event.target !== parts.slider) {
      step(direction);
      event.preventDefault();
    }
  }

  // The tile at once, and the file at full size over it as soon as it is there. A report that was copied away
  // from its study has the tiles alone.
  function fill(layer, subject, place, text) {
    layer.replaceChildren(c2i.pictures.tile(subject, view.number, place, text));
  }

  function sharpen(layer, file, text) {
    const [image, own] = [c2i.element("img", { alt: text }), view];
    // Whoever walks on quickly must not see a picture under the name of the next one.
    image.addEventListener("load", () => view === own && layer.replaceChildren(image));
    image.src = c2i.pictures.link(file);
  }

  async function show(next) {
    view = next;
    const subject = gallery.subjects.find((one) => one.name === view.subject);
    const words = c2i.pictures.words(gallery, view);
    const name = gallery.ids[view.number];
    parts.title.textContent = `${name}: ${words}`;
    parts.names.querySelector(".of").textContent = words;
    parts.caption.textContent = "";
    parts.about.hidden = !view.about;
    if (view.about) parts.about.href = view.about;
    parts.before.disabled = !walk(view, -1);
    parts.after.disabled = !walk(view, 1);
    for (const part of [parts.tools, parts.names, parts.seen]) part.hidden = !gallery.identity;
    fill(parts.over, subject, subject.tiles[view.method][view.sample], `${words}, of ${name}`);
    if (gallery.identity) fill(parts.seen, subject, subject.tiles.seen[0], `seen: ${name}`);
    if (!flicker) gallery.identity ? wipe() : (parts.over.style.clipPath = "none");
    if (!parts.dialog.open) parts.dialog.showModal();
    changed(view);
    const record = await c2i.load(`stimuli/${view.number}`);
    if (view !== next || !parts.dialog.open) return;
    const sample = record.subjects[view.subject].methods[view.method].samples[view.sample];
    sharpen(parts.over, sample.file, `${words}, of ${name}`);
    if (record.seen) sharpen(parts.seen, record.seen, `seen: ${name}`);
    if (sample.caption) parts.caption.textContent = `Decoded caption: ${sample.caption}`;
  }

  // `walker(view, direction)` gives the next view or null; `told(view)` hears of each view, null when closed.
  function open(all, first, walker, told) {
    parts ??= build();
    [gallery, walk, changed] = [all, walker, told];
    show(first);
    parts.after.focus();
  }

  return { open };
})();
