// Keeps a served page fresh: asks once a minute, while somebody looks, whether there is anything new.
"use strict";

const LOOK_EVERY = 60_000;
const RENEWED = ["main", ".asof", "footer"];
let shownVersion = document.currentScript.dataset.version;

async function lookForNews() {
  if (document.hidden) return;
  try {
    const asked = { headers: { "If-None-Match": `"${shownVersion}"` }, cache: "no-store" };
    const answer = await fetch("news", asked);
    if (answer.status === 200) await renewPage();
  } catch {
    // The server is away: the page stays as it is, and is asked for again in a minute.
  }
}

// Puts the new page's content in place of the old one's: period, scroll, search and focus stay.
async function renewPage() {
  const answer = await fetch(location.pathname, { cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const version = fresh.querySelector("script[data-version]")?.dataset.version;
  if (!version || version === shownVersion) return;
  shownVersion = version;
  const focused = document.activeElement.closest("main a")?.getAttribute("href");
  for (const part of RENEWED) {
    document.querySelector(part).replaceWith(document.adoptNode(fresh.querySelector(part)));
  }
  startPage();
  const links = [...document.querySelectorAll("main a")];
  links.find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
}

setInterval(lookForNews, LOOK_EVERY);
document.addEventListener("visibilitychange", lookForNews);
