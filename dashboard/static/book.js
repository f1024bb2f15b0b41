// Periods without a reload, search over names, the theme. Without this file the page still reads.
"use strict";

const root = document.documentElement;
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const byId = (id) => document.getElementById(id);

function showPeriod(anchor) {
  const panels = [...document.querySelectorAll(".panel")];
  if (!panels.length) return;
  const chosen = panels.find((panel) => panel.id === anchor) || document.querySelector(".panel.first");
  for (const panel of panels) panel.classList.toggle("on", panel === chosen);
  for (const link of document.querySelectorAll(".periods a")) {
    if (link.hash === "#" + chosen.id) {
      link.setAttribute("aria-current", "true");
      link.parentElement.scrollLeft = link.offsetLeft - link.parentElement.clientWidth / 2;
    } else link.removeAttribute("aria-current");
  }
  chosen.querySelectorAll("svg.days").forEach(nameDays);
  chosen.querySelectorAll("svg.clock").forEach(nameHours);
  showNewest(chosen);
}

// Gives each day of a calendar its name and time: thousands of days would weigh too much as text.
function nameDays(drawing) {
  if (drawing.querySelector("rect")) return;
  const first = new Date(drawing.dataset.first + "T12:00:00Z");
  const offset = (first.getUTCDay() + 6) % 7;
  drawing.dataset.minutes.split(",").forEach((minutes, number) => {
    const day = new Date(first.getTime() + number * 86400000);
    const named = day.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
    const cell = document.createElementNS(drawing.namespaceURI, "rect");
    cell.setAttribute("x", 32 + Math.floor((number + offset) / 7) * 16);
    cell.setAttribute("y", 20 + ((number + offset) % 7) * 16);
    const title = document.createElementNS(drawing.namespaceURI, "title");
    title.textContent = `${named}: ${minutes[0] === "+" ? "at least " : ""}${sayTime(Number(minutes))}`;
    cell.append(title);
    drawing.append(cell);
  });
}

// Gives each hour of the week its name and time.
function nameHours(drawing) {
  const dots = [...drawing.querySelectorAll("circle")];
  if (dots.some((dot) => dot.firstChild)) return;
  drawing.dataset.minutes.split(",").forEach((minutes, number) => {
    const [x, y] = [52 + (number % 24) * 35 + 17, 24 + Math.floor(number / 24) * 27 + 13.5];
    const dot = dots.find((one) => one.cx.baseVal.value === x && one.cy.baseVal.value === y);
    if (!dot) return;
    const title = document.createElementNS(drawing.namespaceURI, "title");
    const hour = String(number % 24).padStart(2, "0");
    title.textContent = `${WEEKDAYS[Math.floor(number / 24)]} ${hour}:00, ${sayTime(Number(minutes))}`;
    dot.append(title);
  });
}

function sayTime(minutes) {
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

// A drawing wider than the screen begins with its newest part, the hours of a week with the morning.
function showNewest(under) {
  for (const box of under.querySelectorAll(".scroll")) {
    if (box.querySelector(".clock")) box.scrollLeft = box.scrollWidth / 4;
    else if (box.querySelector(".bars, .days")) box.scrollLeft = box.scrollWidth;
  }
}

function keepPeriodInLinks() {
  for (const link of document.querySelectorAll("a[data-page]")) {
    link.hash = link.pathname.endsWith("coverage.html") ? "" : location.hash;
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".periods a");
  if (!link || !link.hash || !byId(link.hash.slice(1))) return;
  event.preventDefault();
  history.pushState(null, "", link.hash);
  showPeriod(link.hash.slice(1));
  keepPeriodInLinks();
});
for (const name of ["popstate", "hashchange"]) {
  addEventListener(name, () => {
    showPeriod(location.hash.slice(1));
    keepPeriodInLinks();
  });
}
showPeriod(location.hash.slice(1));
showNewest(document);
keepPeriodInLinks();

// Theme
const button = byId("theme");
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : darkSystem.matches);
const nameTheme = () => { button.textContent = isDark() ? "Light" : "Dark"; };
button.hidden = false;
button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
  try {
    localStorage.setItem("everheard-theme", root.dataset.theme);
  } catch {
    // Shown all the same, until the page is left.
  }
});
darkSystem.addEventListener("change", nameTheme);
nameTheme();

// Search: the names are fetched with the first letter, as a script, because file:// has no fetch.
const MOST_FOUND = 12;
const search = byId("search");
const found = byId("found");
let names = null;

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function loadNames() {
  if (names) return;
  names = [];
  const script = document.createElement("script");
  script.src = search.dataset.names;
  script.addEventListener("load", () => {
    names = window.EVERHEARD_NAMES.rows.map((row) => ({ row, folded: fold(row[1] + " " + row[2]) }));
    find();
  });
  document.head.append(script);
}

function find() {
  const wanted = fold(search.value.trim());
  found.hidden = !wanted;
  if (!wanted) return;
  const words = wanted.split(/\s+/);
  if (!window.EVERHEARD_NAMES) {
    found.replaceChildren(say("Looking …"));
    return;
  }
  const hits = names.filter((name) => words.every((word) => name.folded.includes(word)));
  hits.sort((one, other) => other.folded.startsWith(wanted) - one.folded.startsWith(wanted));
  found.replaceChildren(hits.length ? listHits(hits.slice(0, MOST_FOUND)) : say("Nothing by that name."));
  if (hits.length > MOST_FOUND) found.append(say(`And ${hits.length - MOST_FOUND} more.`, "note"));
  found.append(say(window.EVERHEARD_NAMES.said, "note"));
}

function listHits(hits) {
  const table = document.createElement("table");
  const body = table.createTBody();
  for (const { row } of hits) {
    const [kind, name, artist, time, plays, first, last, url] = row;
    const line = body.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.append(url ? link(name, url) : name);
    const under = document.createElement("small");
    under.textContent = kind === "a" ? "artist" : artist;
    head.append(" ", under);
    line.append(head);
    for (const [text, css] of [[time, "n"], [`${plays} plays`, "n plays"], [`${first} to ${last}`, "late"]]) {
      const cell = line.insertCell();
      cell.textContent = text;
      cell.className = css;
    }
  }
  return table;
}

function link(text, path) {
  const made = document.createElement("a");
  made.href = "https://open.spotify.com/" + path;
  made.rel = "noopener noreferrer";
  made.textContent = text;
  return made;
}

function say(text, css = "") {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = css;
  return made;
}

if (search) {
  search.addEventListener("focus", loadNames);
  search.addEventListener("input", () => { loadNames(); find(); });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; find(); }
  });
}
