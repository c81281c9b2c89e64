// The settings of the study, searched as one types.
"use strict";

(() => {
  const find = document.getElementById("find");
  const chosen = document.getElementById("chosen");
  const rows = [...document.querySelectorAll("#settings tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());

  function show() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, number) => {
      const wanted = words.every((word) => texts[number].includes(word));
      row.hidden = !wanted || (chosen.checked && !row.classList.contains("best"));
      count += row.hidden ? 0 : 1;
    });
    document.getElementById("found").textContent = `${count} of ${rows.length}`;
  }

  find.addEventListener("input", show);
  chosen.addEventListener("change", show);
  // Browsers keep what was typed when a page is opened again.
  show();
})();
