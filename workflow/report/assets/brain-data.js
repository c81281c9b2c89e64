// The maps and responses of one subject, loaded from scripts when they are asked for.
"use strict";

const brain = (() => {
  const TYPES = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, float32: Float32Array };
  const R_STEPS = 32767, Q_STEPS = 4096, SHARE_STEPS = 65534, UNKNOWN = 65535;
  const LEAST_CEILING = 0.05;

  // Numbers that cortex2image.report.scripts.packed wrote: lowest byte first, as in all browsers of today.
  function unpack(text, type) {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
    return new TYPES[type](bytes.buffer);
  }

  const load = (subject, name) => c2i.load(`brain/${subject}/${name}`, ".");

  class Subject {
    static async open(name) {
      return new Subject(name, await load(name, "index"));
    }

    constructor(name, index) {
      this.name = name;
      this.index = index;
      this.count = index.voxels;
      this.region = unpack(index.region, "uint16");
      const ceiling = unpack(index.ceiling, "uint16");
      this.ceiling = Float32Array.from(ceiling, (code) => (code === UNKNOWN ? NaN : code / SHARE_STEPS));
      this.maps = new Map();
      if (index.shape) this.fill(unpack(index.position, "uint32"));
      else this.vertex = unpack(index.indices, "uint32");
      const kept = index.responses.kept;
      if (kept) {
        this.kept = unpack(kept, "uint32");
        this.placeOfKept = new Int32Array(this.count).fill(-1);
        this.kept.forEach((voxel, place) => (this.placeOfKept[voxel] = place));
      }
    }

    // volume[x + X (y + Y z)] is the voxel at a place, -1 where there is none.
    fill(position) {
      const [x, y, z] = this.index.shape;
      this.position = position;
      this.volume = new Int32Array(x * y * z).fill(-1);
      position.forEach((place, voxel) => (this.volume[place] = voxel));
    }

    at(x, y, z) {
      const [width, depth, height] = this.index.shape;
      const inside = x >= 0 && y >= 0 && z >= 0 && x < width && y < depth && z < height;
      return inside ? this.volume[x + width * (y + depth * z)] : -1;
    }

    place(voxel) {
      const [width, depth] = this.index.shape;
      const flat = this.position[voxel];
      return [flat % width, Math.floor(flat / width) % depth, Math.floor(flat / (width * depth))];
    }

    // Three rows of a matrix with an offset, applied to a place.
    static moved(rows, place) {
      return rows.map((row) => row[0] * place[0] + row[1] * place[1] + row[2] * place[2] + row[3]);
    }

    indices(voxel) {
      return this.index.shape ? Subject.moved(this.index.to_indices, this.place(voxel)) : [this.vertex[voxel]];
    }

    millimetres(voxel) {
      return Subject.moved(this.index.affine, this.place(voxel));
    }

    regionName(voxel) {
      return this.index.regions[this.region[voxel]];
    }

    // r, q and significance of every voxel by one model.
    async map(model) {
      if (!this.maps.has(model)) {
        const number = this.index.models.findIndex((each) => each.name === model);
        const stored = await load(this.name, `map-${number}`);
        const bits = unpack(stored.significant, "uint8");
        this.maps.set(model, {
          model,
          r: Float32Array.from(unpack(stored.r, "int16"), (code) => code / R_STEPS),
          q: Float32Array.from(unpack(stored.q, "uint16"), (code) => 10 ** (-code / Q_STEPS)),
          significant: Uint8Array.from({ length: this.count }, (_, v) => (bits[v >> 3] >> (v & 7)) & 1),
        });
      }
      return this.maps.get(model);
    }

    shareOfCeiling(map) {
      return map.r.map((r, v) => (this.ceiling[v] >= LEAST_CEILING ? r / Math.sqrt(this.ceiling[v]) : NaN));
    }

    get knowsCeiling() {
      return this.ceiling.some((value) => value >= LEAST_CEILING);
    }

    // One end of colours for the maps of all models, chosen or not.
    get end() {
      return Math.max(0.05, Math.ceil(20 * Math.max(...this.index.models.map((each) => each.end)) - 1e-6) / 20);
    }

    get stimuli() {
      return this.index.responses.stimuli;
    }

    // Responses of every voxel to one stimulus; NaN for voxels whose responses are not kept.
    async responsesTo(stimulus, source) {
      const { tile, steps, count } = this.index.responses;
      const block = Math.floor(stimulus / tile[0]);
      const scale = await this.scale(source);
      const values = new Float32Array(this.count).fill(NaN);
      for (let first = 0; first < count; first += tile[1]) {
        const width = Math.min(tile[1], count - first);
        const codes = await this.tile(source, block, first / tile[1]);
        const row = (stimulus % tile[0]) * width;
        for (let i = 0; i < width; i += 1) {
          const place = first + i;
          values[this.kept ? this.kept[place] : place] = (codes[row + i] / steps) * scale[place];
        }
      }
      return values;
    }

    // Responses of one voxel to every stimulus; null if they are not kept.
    async responsesOf(voxel, source) {
      const { tile, steps, count } = this.index.responses;
      const place = this.kept ? this.placeOfKept[voxel] : voxel;
      if (place < 0) return null;
      const scale = (await this.scale(source))[place];
      const block = Math.floor(place / tile[1]);
      const width = Math.min(tile[1], count - block * tile[1]);
      const values = new Float32Array(this.stimuli.length);
      for (let first = 0; first < values.length; first += tile[0]) {
        const codes = await this.tile(source, first / tile[0], block);
        const rows = Math.min(tile[0], values.length - first);
        for (let i = 0; i < rows; i += 1) values[first + i] = (codes[i * width + (place % tile[1])] / steps) * scale;
      }
      return values;
    }

    // Mean responses of a region to every stimulus.
    async responsesOfRegion(region, source) {
      const { regions } = await load(this.name, `${source}/scale`);
      const scale = unpack(regions.scale, "float32")[region];
      const count = this.stimuli.length;
      const codes = unpack(regions.values, "int16").subarray(region * count, (region + 1) * count);
      return Float32Array.from(codes, (code) => (code / R_STEPS) * scale);
    }

    async scale(source) {
      return unpack((await load(this.name, `${source}/scale`)).scale, "float32");
    }

    async tile(source, i, j) {
      return unpack(await load(this.name, `${source}/${i}-${j}`), "int8");
    }

    async surface() {
      return this.index.surface ? load(this.name, "surface") : null;
    }
  }

  // Colours from 0 to 1 on a list of colours as #rrggbb, as [red, green, blue].
  function colours(stops) {
    const parts = stops.map((text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16)));
    return (share) => {
      const at = Math.min(1, Math.max(0, share)) * (parts.length - 1);
      const low = Math.min(parts.length - 2, Math.floor(at));
      return parts[low].map((value, i) => value + (at - low) * (parts[low + 1][i] - value));
    };
  }

  // Pearson correlation over the pairs that are both numbers.
  function correlation(a, b) {
    let n = 0, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
    for (let i = 0; i < a.length; i += 1) {
      if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
      n += 1; sa += a[i]; sb += b[i]; aa += a[i] * a[i]; bb += b[i] * b[i]; ab += a[i] * b[i];
    }
    const spread = Math.sqrt((aa - (sa * sa) / n) * (bb - (sb * sb) / n));
    return { n, r: spread > 0 ? (ab - (sa * sb) / n) / spread : NaN };
  }

  // Colours of the page that canvases need, which do not know CSS.
  function theme() {
    const style = getComputedStyle(document.body);
    const value = (name) => style.getPropertyValue(name).trim();
    const shade = document.createElement("canvas").getContext("2d");
    const parts = (colour) => {
      shade.fillStyle = colour;
      return [1, 3, 5].map((i) => parseInt(shade.fillStyle.slice(i, i + 2), 16));
    };
    return { ink: value("--ink"), soft: value("--soft"), line: value("--line"), hidden: parts(value("--line")) };
  }

  return { Subject, unpack, colours, correlation, theme };
})();
