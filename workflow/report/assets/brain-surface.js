// Both hemispheres of fsaverage5, inflated, painted with a depth buffer: no graphics card is needed.
"use strict";

brain.Surface = (() => {
  const VIEWS = { "Outer side": "outer", "Inner side": "inner", Back: "back", Below: "below", Above: "above" };
  const HALF = Math.PI / 2, MARGIN = 6, FLATNESS = 0.72;
  const GYRUS = { light: 226, dark: 104 }, SULCUS = { light: 196, dark: 78 };

  // Directions of view: turn around the vertical axis (0 looks to the right, a quarter to the front), and tilt.
  function direction(view, side) {
    const outer = side === "left" ? 0 : Math.PI;
    return {
      outer: [outer, 0], inner: [Math.PI - outer, 0], back: [HALF, 0], below: [outer, HALF - 0.01], above: [outer, -HALF + 0.01],
    }[view];
  }

  class Hemisphere {
    constructor(side, stored, voxels, box, chosen) {
      this.side = side;
      this.points = brain.unpack(stored.points, "int16");
      this.faces = brain.unpack(stored.faces, "uint16");
      this.sulci = brain.unpack(stored.sulci, "uint8");
      this.voxels = voxels;
      this.radius = this.points.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      this.canvas = c2i.element("canvas", {
        tabindex: 0, role: "application", "aria-label": `${side} hemisphere; arrow keys turn it`,
        onpointerdown: (event) => this.grabbed(event), onpointermove: (event) => this.dragged(event),
        onpointerup: (event) => this.released(event, chosen), onkeydown: (event) => this.pressed(event),
      });
      box.append(c2i.element("figure", { class: "brain-panel" }, c2i.element("h4", {}, side === "left" ? "Left" : "Right"), this.canvas));
      this.look("outer");
    }

    look(view) {
      [this.turn, this.tilt] = direction(view, this.side);
    }

    // Places of the vertices on the screen (pixels from the middle) and their depth.
    projected(scale) {
      const [ct, st, cp, sp] = [Math.cos(this.turn), Math.sin(this.turn), Math.cos(this.tilt), Math.sin(this.tilt)];
      const count = this.points.length / 3;
      const [x, y, depth] = [0, 1, 2].map(() => new Float32Array(count));
      for (let i = 0; i < count; i += 1) {
        const [px, py, pz] = [this.points[3 * i], this.points[3 * i + 1], this.points[3 * i + 2]];
        const along = ct * px + st * py;
        x[i] = (st * px - ct * py) * scale;
        y[i] = (sp * along - cp * pz) * scale;
        depth[i] = cp * along + sp * pz;
      }
      return { x, y, depth };
    }

    draw(colour) {
      this.colour = colour ?? this.colour;
      const width = this.canvas.clientWidth || 300;
      const height = Math.round(width * FLATNESS);
      const dots = Math.min(1.5, window.devicePixelRatio || 1);
      const [w, h] = [Math.round(width * dots), Math.round(height * dots)];
      [this.canvas.width, this.canvas.height] = [w, h];
      this.canvas.style.height = `${height}px`;
      const scale = (w / 2 - MARGIN) / this.radius;
      const picture = new ImageData(w, h);
      this.hit = new Int32Array(w * h).fill(-1);
      this.paint(picture, this.projected(scale), w, h);
      this.canvas.getContext("2d").putImageData(picture, 0, 0);
      this.dots = dots;
    }

    paint(picture, { x, y, depth }, w, h) {
      const dark = brain.theme().hidden[0] < 128 ? "dark" : "light";
      const nearest = new Float32Array(w * h).fill(Infinity);
      const shades = this.shades(dark);
      for (let f = 0; f < this.faces.length; f += 3) {
        const [a, b, c] = [this.faces[f], this.faces[f + 1], this.faces[f + 2]];
        const area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
        if (area === 0) continue;
        const low = Math.max(0, Math.ceil(Math.min(x[a], x[b], x[c]) + w / 2)), high = Math.min(w - 1, Math.floor(Math.max(x[a], x[b], x[c]) + w / 2));
        const top = Math.max(0, Math.ceil(Math.min(y[a], y[b], y[c]) + h / 2)), bottom = Math.min(h - 1, Math.floor(Math.max(y[a], y[b], y[c]) + h / 2));
        for (let row = top; row <= bottom; row += 1) {
          for (let column = low; column <= high; column += 1) {
            const px = column - w / 2, py = row - h / 2;
            const wb = ((px - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (py - y[a])) / area;
            const wc = ((x[b] - x[a]) * (py - y[a]) - (px - x[a]) * (y[b] - y[a])) / area;
            const wa = 1 - wb - wc;
            if (wa < 0 || wb < 0 || wc < 0) continue;
            const at = row * w + column, z = wa * depth[a] + wb * depth[b] + wc * depth[c];
            if (z >= nearest[at]) continue;
            nearest[at] = z;
            // The nearest corner gives its colour: values are never mixed, so that thresholds survive.
            const vertex = wa >= wb && wa >= wc ? a : wb >= wc ? b : c;
            this.hit[at] = vertex;
            picture.data.set(shades[vertex], 4 * at);
          }
        }
      }
    }

    shades(dark) {
      return Array.from(this.sulci, (sulcus, vertex) => {
        const grey = (sulcus ? SULCUS : GYRUS)[dark];
        const voxel = this.voxels[vertex];
        const [red, green, blue] = (voxel >= 0 && this.colour(voxel)) || [grey, grey, grey];
        return [red, green, blue, 255];
      });
    }

    grabbed(event) {
      this.grab = { x: event.offsetX, y: event.offsetY, turn: this.turn, tilt: this.tilt, moved: false };
      this.canvas.setPointerCapture?.(event.pointerId);
    }

    dragged(event) {
      if (!this.grab || !event.buttons) return;
      const [dx, dy] = [event.offsetX - this.grab.x, event.offsetY - this.grab.y];
      if (Math.abs(dx) + Math.abs(dy) > 3) this.grab.moved = true;
      this.turnTo(this.grab.turn - dx / 120, this.grab.tilt - dy / 120);
    }

    released(event, chosen) {
      if (this.grab && !this.grab.moved) {
        const at = Math.round(event.offsetY * this.dots) * this.canvas.width + Math.round(event.offsetX * this.dots);
        const vertex = this.hit[at] ?? -1;
        if (vertex >= 0 && this.voxels[vertex] >= 0) chosen(this.voxels[vertex]);
      }
      this.grab = null;
    }

    pressed(event) {
      const turns = { ArrowLeft: [0.2, 0], ArrowRight: [-0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] };
      const by = turns[event.key];
      if (!by) return;
      event.preventDefault();
      this.turnTo(this.turn + by[0], this.tilt + by[1]);
    }

    turnTo(turn, tilt) {
      this.turn = turn;
      this.tilt = Math.min(HALF - 0.01, Math.max(-HALF + 0.01, tilt));
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.draw());
    }
  }

  class Surface {
    // chosen(voxel): what a click on the surface calls.
    constructor(box, stored, chosen) {
      const voxels = brain.unpack(stored.voxel, "int32");
      const half = voxels.length / 2;
      const buttons = c2i.element("div", { class: "brain-controls" });
      const both = c2i.element("div", { class: "hemispheres" });
      this.note = c2i.element("small", {});
      this.select = c2i.element("select", { "aria-label": "Map on the surface", onchange: () => this.draw() });
      this.bar = c2i.element("div");
      box.replaceChildren(c2i.element("h4", {}, this.select, this.note), buttons, both, this.bar);
      this.panels = [];
      this.halves = ["left", "right"].map((side, i) => new Hemisphere(side, stored[side], voxels.subarray(i * half, (i + 1) * half), both, chosen));
      for (const [words, view] of Object.entries(VIEWS)) {
        buttons.append(c2i.element("button", { type: "button", onclick: () => { this.halves.forEach((each) => each.look(view)); this.draw(); } }, words));
      }
    }

    // Panels as those of slices; one of them is drawn.
    show(panels) {
      const before = Math.min(Math.max(0, this.select.selectedIndex), panels.length - 1);
      this.panels = panels;
      this.select.replaceChildren(...panels.map((panel) => c2i.element("option", {}, panel.title)));
      this.select.selectedIndex = before;
      this.draw();
    }

    draw() {
      const panel = this.panels[this.select.selectedIndex];
      if (!panel) return;
      this.note.textContent = panel.note;
      this.bar.replaceChildren(panel.bar.cloneNode(true));
      for (const each of this.halves) each.draw(panel.colour);
    }
  }

  return Surface;
})();
