// Tables of many rows that are made from data, filtered, sorted and saved by the reader; and what they are made of.
"use strict";

const listing = (() => {
  const SHOWN_AT_FIRST = 60;

  // The rows of a table that was packed by columns (report/packed.py).
  function unpacked(table) {
    const names = Object.keys(table);
    const columns = names.map((name) => {
      const column = table[name];
      return Array.isArray(column) ? column : column.codes.map((code) => column.levels[code] ?? null);
    });
    const rows = columns[0].map((_, i) => Object.fromEntries(names.map((name, j) => [name, columns[j][i]])));
    return { rows, levels: (name) => table[name].levels };
  }

  // A name in words with its explanation, as the macro `word` of the templates makes it.
  function term(word) {
    const attributes = { type: "button", class: "term", "data-explanation": word.what, "aria-description": word.what };
    return c2i.element("button", attributes, word.title);
  }

  function drawn(tag, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // A spreadsheet takes a cell that begins with = + - @ for a formula; numbers are none.
  function csv(rows, columns) {
    const cell = (value) => {
      if (value === null || value === undefined) return "";
      if (typeof value === "number") return String(value);
      const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return [columns.join(","), ...rows.map((row) => columns.map((name) => cell(row[name])).join(","))].join("\n") + "\n";
  }

  function save(content, type, name) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    c2i.element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  let count = 0;
  // labelled("Metric", element): a control with its label before it.
  function labelled(text, control) {
    control.id = `choice-${(count += 1)}`;
    return c2i.element("span", { class: "choice" }, c2i.element("label", { for: control.id }, text), control);
  }

  // choices: [value, title] pairs, or { title, choices } groups of them.
  function select(choices, chosen, changed) {
    const option = ([value, title]) => c2i.element("option", { value, selected: value === chosen }, title);
    const made = choices.map((choice) =>
      Array.isArray(choice) ? option(choice) : c2i.element("optgroup", { label: choice.title }, ...choice.choices.map(option)),
    );
    const element = c2i.element("select", { onchange: () => changed(element.value) }, ...made);
    return element;
  }

  // A table of many rows. Rows are filtered and sorted as data; elements exist for those that are shown. In their
  // own order they stand in groups; a heading sorts them up, then down, then not any more.
  class Listing {
    constructor(place, { name, rows, group, columns, filters, text, exported }) {
      Object.assign(this, { rows, group, columns, filters, text, shown: SHOWN_AT_FIRST, words: "", sorted: null });
      this.chosen = Object.fromEntries(filters.map((filter) => [filter.column, filter.first]));
      this.head = c2i.element("tr", {}, ...columns.map((column, i) => this.heading(column, i)));
      this.body = c2i.element("tbody");
      this.status = c2i.element("span", { role: "status" });
      this.more = c2i.element("button", { type: "button", class: "more", onclick: () => this.show(this.shown * 4) }, "Show more");
      const take = () => save(csv(this.found(), exported), "text/csv", `${name}.csv`);
      const table = c2i.element("table", {}, c2i.element("thead", {}, this.head), this.body);
      const frame = { class: "scroll", tabindex: 0, role: "region", "aria-label": place.dataset.label ?? name };
      place.append(
        c2i.element("div", { class: "filters" }, ...filters.map((filter) => this.filter(filter)), this.search()),
        c2i.element("div", frame, table),
        c2i.element("p", { class: "tools" }, this.status, this.more,
          c2i.element("button", { type: "button", class: "command save", onclick: take }, "data of these rows (CSV)")),
      );
      this.show(SHOWN_AT_FIRST);
    }

    filter({ title, column, choices, first }) {
      const changed = (value) => {
        this.chosen[column] = value;
        this.show(SHOWN_AT_FIRST);
      };
      return labelled(title, select(choices, first, changed));
    }

    search() {
      const input = c2i.element("input", {
        type: "search",
        oninput: () => {
          this.words = input.value.trim().toLowerCase();
          this.show(SHOWN_AT_FIRST);
        },
      });
      return labelled("Search", input);
    }

    heading(column, i) {
      const button = c2i.element("button", { type: "button", class: "sort", onclick: () => this.sort(i) }, column.title);
      return c2i.element("th", { scope: "col", class: column.number && "number" }, column.key ? button : column.title);
    }

    sort(i) {
      const before = this.sorted?.column === i ? this.sorted : null;
      this.sorted = before && !before.up ? null : { column: i, up: !before };
      [...this.head.cells].forEach((cell) => cell.removeAttribute("aria-sort"));
      if (this.sorted) this.head.cells[i].setAttribute("aria-sort", this.sorted.up ? "ascending" : "descending");
      this.show(this.shown);
    }

    found() {
      const wanted = this.filters.filter(({ column }) => this.chosen[column] !== "");
      const found = this.rows.filter(
        (row) =>
          wanted.every(({ column }) => row[column] === this.chosen[column]) &&
          this.words.split(/\s+/).every((word) => this.text(row).includes(word)),
      );
      if (!this.sorted) return found;
      const { key } = this.columns[this.sorted.column];
      const sign = this.sorted.up ? 1 : -1;
      // Rows without a value stand last in either direction.
      const compare = (x, y) => {
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * (typeof x === "string" ? x.localeCompare(y) : x - y);
      };
      return found.sort((a, b) => compare(key(a), key(b)));
    }

    show(shown) {
      this.shown = shown;
      const found = this.found();
      const rows = found.slice(0, shown);
      // A column that would say the same in every row is left out.
      const columns = this.columns.filter((column) => !column.unlessChosen || !this.chosen[column.unlessChosen]);
      [...this.head.cells].forEach((cell, i) => (cell.hidden = !columns.includes(this.columns[i])));
      this.body.replaceChildren(...rows.flatMap((row, i) => [
        ...(this.sorted || rows[i - 1]?.[this.group.column] === row[this.group.column] ? [] : [this.groupRow(row, columns.length)]),
        this.row(row, columns)]));
      this.status.textContent = `${rows.length} of ${found.length} rows`;
      this.more.hidden = rows.length === found.length;
    }

    groupRow(row, width) {
      const heading = c2i.element("th", { scope: "rowgroup", colspan: width }, ...this.group.cell(row));
      return c2i.element("tr", { class: "group" }, heading);
    }

    row(row, columns) {
      const cells = columns.map((column) => {
        const content = [column.cell(row)].flat();
        if (!column.heads) return c2i.element("td", { class: column.number ? "number" : null }, ...content);
        const of = this.sorted ? c2i.element("small", {}, this.group.title(row)) : null;
        return c2i.element("th", { scope: "row" }, ...content, of);
      });
      return c2i.element("tr", { class: row.p >= 0.05 && "chance" }, ...cells);
    }
  }

  // What is shown where the data of a part of the page do not come.
  const missing = (place) => (error) => place.append(c2i.element("p", { class: "gap" }, error.message));

  return { Listing, csv, drawn, labelled, missing, save, select, term, unpacked };
})();
