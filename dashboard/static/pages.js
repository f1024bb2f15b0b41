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

// Names what a path draws by an invisible mark over each day and hour: thousands of titles
// would weigh too much as text. The numbers are those of dashboard/drawings.
function nameDays(drawing) {
  if (drawing.querySelector("rect")) return;
  const isUpright = drawing.classList.contains("upright");
  const { first, minutes } = (isUpright ? drawing.previousElementSibling : drawing).dataset;
  const start = new Date(first + "T12:00:00Z");
  const offset = (start.getUTCDay() + 6) % 7;
  minutes.split(",").forEach((said, number) => {
    const [week, weekday] = [Math.floor((number + offset) / 7), (number + offset) % 7];
    const day = new Date(start.getTime() + number * 86400000);
    const named = day.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
    const place = isUpright
      ? { x: 44 + weekday * 28, y: 20 + week * 12, width: 28, height: 12 }
      : { x: 32 + week * 16, y: 20 + weekday * 16, width: 16, height: 16 };
    addName(drawing, "rect", place, `${named}: ${said === "?" ? "not seen" : (said[0] === "+" ? "at least " : "") + sayTime(Number(said))}`);
  });
}

function nameHours(drawing) {
  if (drawing.querySelector("circle")) return;
  const isUpright = drawing.classList.contains("upright");
  const source = isUpright ? drawing.previousElementSibling : drawing;
  source.dataset.minutes.split(",").forEach((minutes, number) => {
    if (minutes === "0") return;
    const [weekday, hour] = [Math.floor(number / 24), number % 24];
    const place = isUpright
      ? { cx: 56 + weekday * 40, cy: 35 + hour * 22, r: 11 }
      : { cx: 69 + hour * 35, cy: 37 + weekday * 27, r: 13 };
    addName(drawing, "circle", place, `${WEEKDAYS[weekday]} ${String(hour).padStart(2, "0")}:00, ${sayTime(Number(minutes))}`);
  });
}

function addName(drawing, tag, place, name) {
  const mark = document.createElementNS(drawing.namespaceURI, tag);
  for (const key in place) mark.setAttribute(key, place[key]);
  const title = document.createElementNS(drawing.namespaceURI, "title");
  title.textContent = name;
  mark.append(title);
  drawing.append(mark);
}

function sayTime(minutes) {
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60).toLocaleString("en-GB")} h ${String(minutes % 60).padStart(2, "0")}`;
}

// A drawing wider than the screen begins with its newest part.
function showNewest(under) {
  for (const box of under.querySelectorAll(".scroll")) {
    if (box.querySelector(".bars")) box.scrollLeft = box.scrollWidth;
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
function startPage() {
  showPeriod(location.hash.slice(1));
  showNewest(document);
  keepPeriodInLinks();
}
startPage();

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
    names = readNames(window.EVERHEARD_NAMES);
    find();
  });
  document.head.append(script);
}

// A song names its artist by the place in the list, or in full: see dashboard/names.py.
function readNames({ artists, songs }) {
  const known = artists.map(([name, ...figures]) => ({ kind: "artist", name, under: "artist", figures, folded: fold(name) }));
  const rows = songs.map(([name, credit, ...figures]) => {
    const under = typeof credit === "number" ? artists[credit][0] : credit;
    return { kind: "track", name, under, figures, folded: fold(name + " " + under) };
  });
  return known.concat(rows).sort((one, other) => other.figures[0] - one.figures[0]);
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
  for (const { kind, name, under, figures } of hits) {
    const [minutes, plays, first, last, id] = figures;
    const line = body.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.append(id ? link(name, `${kind}/${id}`) : name);
    const small = document.createElement("small");
    small.textContent = under;
    head.append(" ", small);
    line.append(head);
    const months = `${sayMonth(first)} to ${sayMonth(last)}`;
    const said = `${plays.toLocaleString("en-GB")} ${plays === 1 ? "play" : "plays"}`;
    for (const [text, css] of [[sayTime(minutes), "n"], [said, "n plays"], [months, "late"]]) {
      const cell = line.insertCell();
      cell.textContent = text;
      cell.className = css;
    }
  }
  return table;
}

function sayMonth(month) {
  const first = new Date(Date.UTC(Math.floor(month / 12), month % 12));
  return first.toLocaleDateString("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
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
