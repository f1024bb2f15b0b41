// Sets the chosen theme before the first paint. Nothing is stored where storage is shut off.
"use strict";
document.documentElement.classList.add("js");
try {
  const chosen = localStorage.getItem("everheard-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // A page opened from disk may have no storage: the system's theme is shown.
}
