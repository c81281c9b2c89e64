// What every page shares: data from scripts, theme, explanations, commands, tables that sort.
"use strict";

const c2i = (() => {
  const waiting = new Map();

  // Data of a page, from data/NAME.js, or below another folder of the report. Pages opened from disk cannot fetch
  // files, but can run scripts.
  function load(name, folder = "data") {
    if (!waiting.has(name)) {
      const entry = {};
      entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
      waiting.set(name, entry);
      const script = document.createElement("script");
      script.src = `${folder}/${name.split("/").map(encodeURIComponent).join("/")}.js`;
      script.onerror = () => entry.reject(new Error(`${script.src} is missing: copy the whole folder of the report`));
      document.head.append(script);
    }
    return waiting.get(name).promise;
  }

  function data(name, value) {
    waiting.get(name)?.resolve(value);
  }

  // element("a", { href: "x", class: "y" }, child, "text"): text is never parsed as markup.
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  function number(value, digits = 3) {
    if (value === null || Number.isNaN(value)) return "–";
    // Never a zero with a sign.
    return value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");
  }

  // Random numbers in [0, 1) that follow from a seed, the same on every machine (mulberry32).
  function random(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  function shuffled(items, seed) {
    const next = random(seed);
    const order = [...items];
    for (let i = order.length - 1; i > 0; i -= 1) {
      const j = Math.floor(next() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  return { load, data, element, number, random, shuffled };
})();

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const shown = root.dataset.theme ?? (dark ? "dark" : "light");
  root.dataset.theme = shown === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("c2i-theme", root.dataset.theme);
  } catch (error) {
    // Without storage the choice lasts as long as the page.
  }
});

// Explanations of terms and commands of figures share one box beside the pointer or the focus.
(() => {
  const box = c2i.element("div", { class: "explanation", role: "tooltip", hidden: true });
  document.body.append(box);
  let held = null;
  function show(button) {
    box.textContent = button.dataset.explanation ?? button.dataset.command;
    box.classList.toggle("code", "command" in button.dataset);
    box.hidden = false;
    const at = button.getBoundingClientRect();
    const left = Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8);
    box.style.left = `${Math.max(8, left) + scrollX}px`;
    box.style.top = `${at.bottom + scrollY + 4}px`;
  }
  const hide = () => {
    box.hidden = true;
    held = null;
  };
  const asked = (event) => event.target.closest?.("[data-explanation], [data-command]");
  document.addEventListener("mouseover", (event) => {
    const button = asked(event);
    if (button) show(button);
    else if (!held) box.hidden = true;
  });
  document.addEventListener("focusin", (event) => (asked(event) ? show(asked(event)) : hide()));
  document.addEventListener("click", (event) => {
    const button = asked(event);
    if (!button) return hide();
    held = button;
    show(button);
    if ("command" in button.dataset) navigator.clipboard?.writeText(button.dataset.command).catch(() => {});
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();

// <table class="sortable">: a click on a heading sorts the rows by its column, a second one turns them round.
for (const table of document.querySelectorAll("table.sortable")) {
  table.querySelectorAll("thead th").forEach((heading, column) => {
    const button = c2i.element("button", { type: "button", class: "sort" });
    // A heading that explains itself is a button already, and buttons hold no buttons.
    const explained = heading.querySelector(".term");
    if (explained) button.setAttribute("aria-label", `Sort by ${explained.textContent.trim()}`);
    else button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      for (const other of table.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => (row.cells[column].dataset.value ?? row.cells[column].textContent.trim()).replace("\u2212", "-");
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)];
        const difference = x !== "" && y !== "" ? Number(x) - Number(y) : NaN;
        return Number.isNaN(difference) ? x.localeCompare(y) : difference;
      };
      const rows = [...table.tBodies[0].rows].sort((a, b) => (up ? compare(a, b) : compare(b, a)));
      table.tBodies[0].append(...rows);
    });
  });
}

// A table or drawing that is wider than its column scrolls, by keyboard too.
for (const box of document.querySelectorAll(".scroll")) {
  const heading = box.closest("section, details")?.querySelector("h2, h3, summary");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", heading?.textContent.trim() ?? document.title);
}
