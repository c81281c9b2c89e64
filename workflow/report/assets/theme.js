// Before anything is painted: the theme that a reader chose on an earlier page.
try {
  const chosen = localStorage.getItem("c2i-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch (error) {
  // Pages opened from disk may have no storage: the theme of the system stays.
}
