// Three slices of a subject's own grid through one voxel, for any number of maps.
"use strict";

brain.Slices = (() => {
  // The axes of the page: to the right of the picture, upwards in the picture, and through it.
  const PLANES = [
    { name: "from above", across: 0, up: 1, through: 2, left: "L", right: "R" },
    { name: "from the back", across: 0, up: 2, through: 1, left: "L", right: "R" },
    { name: "from the right", across: 1, up: 2, through: 0, left: "back", right: "front" },
  ];
  const GAP = 10, NARROW = 560, LABEL = 16;
  // Highest slices, in pixels, of a single map and of several, which fit below each other on a screen.
  const ALONE = 300, SEVERAL = 200;

  class Slices {
    // box: where the panels go. cross: { place, outlines, move(place) } that all viewers of the page share.
    constructor(box, subject, cross) {
      Object.assign(this, { box, subject, cross, panels: [] });
      const lengths = [0, 1, 2].map((axis) => Math.hypot(...subject.index.affine.map((row) => row[axis])));
      this.millimetres = lengths;
    }

    // panels: [{ title, note, colour(voxel) -> [r, g, b] or null, label }]
    show(panels) {
      this.panels = panels.map((panel) => ({ ...panel, ...this.frame(panel) }));
      this.box.replaceChildren(...this.panels.map((panel) => panel.figure));
      this.draw();
    }

    frame(panel) {
      const canvas = c2i.element("canvas", {
        tabindex: 0, role: "application", "aria-label": `${panel.title}, three slices`, "aria-describedby": "viewer-help",
        onpointerdown: (event) => this.pointed(event), onpointermove: (event) => event.buttons && event.pointerType === "mouse" && this.pointed(event),
        onkeydown: (event) => this.pressed(event),
      });
      const heading = c2i.element("h4", {}, panel.title, c2i.element("small", {}, panel.note));
      return { canvas, figure: c2i.element("figure", { class: "brain-panel" }, heading, canvas, panel.bar) };
    }

    // Where each slice lies, in CSS pixels: side by side, on a narrow page in two rows.
    layout(width) {
      const shape = this.subject.index.shape;
      const sizes = PLANES.map((plane) => [plane.across, plane.up].map((axis) => shape[axis] * this.millimetres[axis]));
      const rows = width < NARROW ? [[0], [1, 2]] : [[0, 1, 2]];
      const across = Math.max(...rows.map((row) => row.reduce((sum, i) => sum + sizes[i][0], 0)));
      const scale = Math.min((width - GAP * 2) / across, (this.panels.length > 1 ? SEVERAL : ALONE) / Math.max(...sizes.map((size) => size[1])));
      const slices = [];
      let top = 0;
      for (const row of rows) {
        let left = 0;
        const height = Math.max(...row.map((i) => sizes[i][1])) * scale;
        for (const i of row) {
          const [w, h] = sizes[i].map((mm) => mm * scale);
          slices.push({ plane: PLANES[i], left, top: top + LABEL + height - h, width: w, height: h });
          left += w + GAP;
        }
        top += height + LABEL;
      }
      return { slices, height: top };
    }

    draw() {
      const theme = brain.theme();
      for (const panel of this.panels) {
        const width = panel.canvas.clientWidth || 300;
        const { slices, height } = this.layout(width);
        panel.slices = slices;
        const dots = Math.min(2, window.devicePixelRatio || 1);
        panel.canvas.width = Math.round(width * dots);
        panel.canvas.height = Math.round(height * dots);
        panel.canvas.style.height = `${height}px`;
        const context = panel.canvas.getContext("2d");
        context.scale(dots, dots);
        context.imageSmoothingEnabled = false;
        for (const slice of slices) this.drawSlice(context, slice, panel, theme);
      }
    }

    // The voxel at (u, v) of a slice: u to the right, v upwards.
    voxel(plane, u, v) {
      const place = [...this.cross.place];
      place[plane.across] = u;
      place[plane.up] = v;
      return this.subject.at(...place);
    }

    drawSlice(context, slice, panel, theme) {
      const { plane } = slice;
      const shape = this.subject.index.shape;
      const [across, up] = [shape[plane.across], shape[plane.up]];
      const picture = new ImageData(across, up);
      for (let v = 0; v < up; v += 1) {
        for (let u = 0; u < across; u += 1) {
          const voxel = this.voxel(plane, u, v);
          if (voxel < 0) continue;
          const [red, green, blue] = panel.colour(voxel) ?? theme.hidden;
          picture.data.set([red, green, blue, 255], 4 * (u + across * (up - 1 - v)));
        }
      }
      const small = document.createElement("canvas");
      [small.width, small.height] = [across, up];
      small.getContext("2d").putImageData(picture, 0, 0);
      context.drawImage(small, slice.left, slice.top, slice.width, slice.height);
      if (this.cross.outlines) this.drawOutlines(context, slice, theme);
      this.drawCross(context, slice, theme);
    }

    // Lines between neighbouring voxels of different regions; outside counts as a region.
    drawOutlines(context, slice, theme) {
      const { plane } = slice;
      const shape = this.subject.index.shape;
      const [across, up] = [shape[plane.across], shape[plane.up]];
      const [w, h] = [slice.width / across, slice.height / up];
      const region = (u, v) => {
        const voxel = this.voxel(plane, u, v);
        return voxel < 0 ? -1 : this.subject.region[voxel];
      };
      context.beginPath();
      for (let v = 0; v < up; v += 1) {
        for (let u = 0; u < across; u += 1) {
          const [x, y] = [slice.left + u * w, slice.top + (up - 1 - v) * h];
          if (u + 1 < across && region(u, v) !== region(u + 1, v)) { context.moveTo(x + w, y); context.lineTo(x + w, y + h); }
          if (v + 1 < up && region(u, v) !== region(u, v + 1)) { context.moveTo(x, y); context.lineTo(x + w, y); }
        }
      }
      context.strokeStyle = theme.ink;
      context.lineWidth = 0.8;
      context.stroke();
    }

    drawCross(context, slice, theme) {
      const { plane } = slice;
      const shape = this.subject.index.shape;
      // On the middle of a pixel, where a line is sharp.
      const sharp = (value) => Math.floor(value) + 0.5;
      const x = sharp(slice.left + ((this.cross.place[plane.across] + 0.5) / shape[plane.across]) * slice.width);
      const y = sharp(slice.top + slice.height - ((this.cross.place[plane.up] + 0.5) / shape[plane.up]) * slice.height);
      context.strokeStyle = "#d55e00";
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(slice.left, y); context.lineTo(slice.left + slice.width, y);
      context.moveTo(x, slice.top); context.lineTo(x, slice.top + slice.height);
      context.stroke();
      context.fillStyle = theme.soft;
      context.font = "11px system-ui, sans-serif";
      context.textBaseline = "alphabetic";
      context.textAlign = "left";
      context.fillText(plane.left, slice.left, slice.top - 4);
      context.textAlign = "right";
      context.fillText(plane.right, slice.left + slice.width, slice.top - 4);
    }

    pointed(event) {
      const panel = this.panels.find((each) => each.canvas === event.currentTarget);
      const [x, y] = [event.offsetX, event.offsetY];
      const slice = panel.slices.find((s) => x >= s.left && x < s.left + s.width && y >= s.top && y < s.top + s.height);
      if (!slice) return;
      const shape = this.subject.index.shape;
      const place = [...this.cross.place];
      const { across, up } = slice.plane;
      place[across] = Math.floor(((x - slice.left) / slice.width) * shape[across]);
      place[up] = Math.floor(((slice.top + slice.height - y) / slice.height) * shape[up]);
      this.cross.move(place);
    }

    pressed(event) {
      const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1], PageDown: [2, -1], PageUp: [2, 1] };
      const step = steps[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const place = [...this.cross.place];
      const [axis, by] = step;
      place[axis] = Math.min(this.subject.index.shape[axis] - 1, Math.max(0, place[axis] + by));
      this.cross.move(place);
    }
  }

  return Slices;
})();
