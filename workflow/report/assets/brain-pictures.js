// Test stimuli that a voxel or region is predicted to respond to, and one stimulus with its words.
"use strict";

brain.Stimuli = (() => {
  const SHOWN = 6;
  const SVG = "http://www.w3.org/2000/svg";

  class Stimuli {
    // Words and pictures by the names that a subject's tables use.
    static async open() {
      const { chunk, stimuli } = await c2i.load("brain/stimuli");
      return new Stimuli(chunk, stimuli);
    }

    constructor(chunk, listed) {
      this.chunk = chunk;
      this.known = new Map(listed.map(([name, caption, category, picture], place) => [name, { name, caption, category, picture, place }]));
    }

    facts(name) {
      return this.known.get(name) ?? { name, caption: name, category: null, picture: false };
    }

    title(name) {
      const { caption, category, picture } = this.facts(name);
      return picture || !category ? caption : `${category}: ${name}`;
    }

    async image(name) {
      const { picture, place, category, caption } = this.facts(name);
      if (!picture) return c2i.element("div", { class: "no-picture" }, category ?? caption);
      const chunk = await c2i.load(`brain/pictures/${Math.floor(place / this.chunk)}`);
      return c2i.element("img", { src: chunk[place % this.chunk], alt: caption });
    }

    async button(name, lines, chosen) {
      const words = lines.map((line) => c2i.element("span", {}, line));
      const image = await this.image(name);
      if (image.alt) image.alt = "";
      return c2i.element("button", { type: "button", "data-stimulus": name, onclick: () => chosen(name) }, image, this.title(name), ...words);
    }

    // The strongest and the weakest predictions, each beside what was measured.
    async fill(strongest, weakest, names, predicted, measured, chosen) {
      const order = [...names.keys()].sort((a, b) => predicted[b] - predicted[a] || a - b);
      const few = Math.min(SHOWN, Math.floor(names.length / 2));
      const ends = [[strongest, order.slice(0, few)], [weakest, order.slice(-few).reverse()]];
      for (const [box, places] of ends) {
        const made = places.map((i) =>
          this.button(names[i], [`predicted ${c2i.number(predicted[i], 2)}`, `measured ${c2i.number(measured[i], 2)}`], chosen));
        box.replaceChildren(...(await Promise.all(made)));
      }
    }
  }

  function svg(tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // Measured against predicted responses, a dot per stimulus, and lines at 0.
  Stimuli.scatter = (predicted, measured, chosen, label) => {
    const [width, height, left, bottom, room] = [300, 250, 44, 36, 8];
    const axis = (values, low, high) => {
      const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
      const place = (value) => low + ((value - least) / (most - least || 1)) * (high - low);
      return { least, most, place };
    };
    const x = axis(predicted, left, width - room);
    const y = axis(measured, height - bottom, room);
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    const text = (words, at, anchor) => drawing.append(svg("text", { ...at, "text-anchor": anchor }, words));
    drawing.append(svg("line", { class: "axis", x1: x.place(0), x2: x.place(0), y1: room, y2: height - bottom }));
    drawing.append(svg("line", { class: "axis", x1: left, x2: width - room, y1: y.place(0), y2: y.place(0) }));
    predicted.forEach((value, i) => {
      const dot = { cx: x.place(value), cy: y.place(measured[i]), r: i === chosen ? 5 : 3 };
      drawing.append(svg("circle", i === chosen ? { ...dot, class: "chosen" } : dot));
    });
    for (const value of [x.least, x.most]) text(c2i.number(value, 1), { x: x.place(value), y: height - bottom + 14 }, value === x.least ? "start" : "end");
    for (const value of [y.least, y.most]) text(c2i.number(value, 1), { x: left - 5, y: y.place(value) + (value === y.least ? 0 : 9) }, "end");
    text("predicted response (SD)", { x: (left + width) / 2, y: height - 5 }, "middle");
    text("measured response (SD)", { transform: `translate(12 ${(height - bottom) / 2}) rotate(-90)` }, "middle");
    return drawing;
  };

  return Stimuli;
})();
