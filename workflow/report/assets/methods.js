// The methods text on the clipboard.
"use strict";

document.getElementById("copy-methods").addEventListener("click", async () => {
  const said = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(await c2i.load("methods"));
    said.textContent = "Copied.";
  } catch (error) {
    // Pages opened from disk may not write to the clipboard in every browser; the file is always there.
    said.textContent = "This browser does not let the page copy: take the text file.";
  }
});
