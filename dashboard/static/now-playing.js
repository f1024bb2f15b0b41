// <now-playing src="https://…/now-playing/stream">: what a listener of Everheard plays, live.
//
// src         the stream, as the watcher serves it
// token-from  an address of your own site that answers with a token as plain text (asked with
//             POST); a script can set the property `token` instead
// listener    whom to show, by name; else whoever plays, or was told of last
//
// No dependencies, no HTML from anywhere: what is told is put in as text.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** The stream gives a sign of life every 15 seconds; after three that are missing it is dead. */
const SILENCE_MS = 45_000;

const STYLE = `
:host { display: block; container-type: inline-size; color: var(--now-playing-ink, inherit);
  font: var(--now-playing-font, inherit); max-width: var(--now-playing-width, 30rem); }
:host([hidden]) { display: none; }
.box { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--now-playing-gap, 1rem);
  align-items: center; background: var(--now-playing-paper, transparent); }
[hidden] { display: none !important; }
.cover { inline-size: var(--now-playing-cover-size, 5rem); block-size: var(--now-playing-cover-size, 5rem);
  object-fit: contain; border-radius: var(--now-playing-cover-radius, 4px); display: block; }
p { margin: 0; overflow-wrap: anywhere; }
.title { font-weight: 600; }
.artists, .said, .time, .source { color: var(--now-playing-ink-2, inherit);
  font-size: var(--now-playing-small, .875em); }
a { color: inherit; }
a:focus-visible { outline: 2px solid var(--now-playing-accent, currentColor); outline-offset: 2px; }
.progress { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center;
  gap: .75em; margin-block-start: .35em; }
.track { block-size: var(--now-playing-bar, 3px); overflow: hidden;
  background: var(--now-playing-rule, color-mix(in srgb, currentColor 25%, transparent)); }
.filled { block-size: 100%; background: var(--now-playing-accent, currentColor);
  transform: scaleX(0); transform-origin: left; will-change: transform; }
:host(:dir(rtl)) .filled { transform-origin: right; }
.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
.source { margin-block-start: .35em; }
@container (max-width: 15rem) { .box { grid-template-columns: minmax(0, 1fr); } }
`;

const SAID = {
  ad: "An advertisement plays.",
  unknown: "Something plays that Spotify does not name.",
  nothing: "Nothing plays just now.",
};

class NowPlaying extends HTMLElement {
  static observedAttributes = ["src", "token-from", "listener"];

  #parts = {};
  #states = new Map();
  #shown = null;
  #token = "";
  #given = "";
  #lastEventId = "";
  #skewMs = 0;
  #waitMs = FIRST_WAIT_MS;
  #leastWaitMs = FIRST_WAIT_MS;
  #running = null;
  #endWait = null;
  #filling = null;
  #ticking = 0;
  #stillness = matchMedia("(prefers-reduced-motion: reduce)");

  constructor() {
    super();
    this.#build(this.attachShadow({ mode: "open" }));
  }

  /** A token, as `python start.py token create NAME` makes it; never put one into an address. */
  get token() {
    return this.#given;
  }

  set token(text) {
    if (this.#given === (text ?? "")) return;
    this.#given = text ?? "";
    this.#restart();
  }

  /** The state that is shown, as the stream told it; null before the first. */
  get state() {
    return this.#shown;
  }

  connectedCallback() {
    this.#stillness.addEventListener("change", this.#show);
    document.addEventListener("visibilitychange", this.#wake);
    addEventListener("online", this.#wake);
    this.#restart();
  }

  disconnectedCallback() {
    this.#stillness.removeEventListener("change", this.#show);
    document.removeEventListener("visibilitychange", this.#wake);
    removeEventListener("online", this.#wake);
    this.#running?.abort();
    this.#running = null;
    this.#rest();
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === "listener") this.#show();
    else this.#restart();
  }

  // What is seen

  #build(root) {
    const sheet = new CSSStyleSheet(); // a <style> would need style-src 'unsafe-inline'
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const add = (parent, tag, name, attributes = {}) => {
      const made = document.createElement(tag);
      made.className = name;
      made.part = name;
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      parent.append(made);
      this.#parts[name] = made;
      return made;
    };
    root.append(document.createElement("slot"));
    const box = add(root, "div", "box", { role: "group", "aria-label": "Now playing", hidden: "" });
    const way = add(box, "a", "cover-link", { rel: "noopener", tabindex: "-1", "aria-hidden": "true" });
    add(way, "img", "cover", { alt: "", decoding: "async", referrerpolicy: "no-referrer" });
    const words = add(box, "div", "words");
    const told = add(words, "div", "told", { "aria-live": "polite", "aria-atomic": "true" });
    add(told, "p", "said");
    add(add(told, "p", "title"), "a", "title-link", { rel: "noopener" });
    add(told, "p", "artists");
    const progress = add(words, "div", "progress");
    const track = add(progress, "div", "track", { role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0" });
    add(track, "div", "filled");
    add(progress, "span", "time", { "aria-hidden": "true" });
    const source = add(words, "p", "source");
    add(source, "a", "source-link", { rel: "noopener" });
    this.#parts.cover.addEventListener("error", () => this.#hide("cover-link", true));
  }

  #hide(name, isHidden) {
    this.#parts[name].hidden = isHidden;
  }

  /** Write only what differs: nothing is laid out, and nothing read aloud, twice. */
  #write(name, text) {
    const part = this.#parts[name];
    if (part.textContent !== text) part.textContent = text;
    part.hidden = !text;
  }

  #link(name, url) {
    const part = this.#parts[name];
    if (!url) part.removeAttribute("href");
    else if (part.getAttribute("href") !== url) part.setAttribute("href", url);
  }

  #show = () => {
    const state = this.#choose();
    this.#shown = state;
    this.shadowRoot.querySelector("slot").hidden = state !== null;
    this.#hide("box", state === null);
    if (state === null) return this.#rest();
    const item = state.item ?? (state.kind in SAID && state.kind !== "nothing" ? null : state.last_played?.item);
    const url = toSpotify(item?.url);
    this.toggleAttribute("playing", Boolean(state.is_playing));
    this.#write("said", say(state));
    this.#write("title-link", toText(item?.name));
    this.#hide("title", !item?.name);
    this.#link("title-link", url);
    this.#write("artists", toTexts(item?.artists).join(", "));
    this.#showCover(item, url);
    this.#link("source-link", url ?? "https://open.spotify.com/");
    this.#write("source-link", url ? "Listen on Spotify" : "From Spotify");
    this.#move();
  };

  #choose() {
    const wanted = this.getAttribute("listener");
    const known = [...this.#states.values()].filter((one) => !wanted || one.listener === wanted);
    const byMoment = (one, other) => Date.parse(other.as_of) - Date.parse(one.as_of);
    known.sort((one, other) => other.is_playing - one.is_playing || byMoment(one, other));
    return known[0] ?? null;
  }

  #showCover(item, url) {
    const { cover } = this.#parts;
    const image = toCover(item?.image_url);
    this.#link("cover-link", url);
    if (!image) cover.removeAttribute("src");
    else if (cover.getAttribute("src") !== image) cover.src = image;
    else return;
    this.#hide("cover-link", !image);
  }

  // How far it is

  /** Milliseconds into the item now; null where nobody can say. */
  #readProgress() {
    const { item, is_playing: isPlaying, progress_ms: atThen, as_of: asOf } = this.#shown ?? {};
    if (!item || !Number.isFinite(atThen)) return null;
    const since = isPlaying ? Date.now() - this.#skewMs - Date.parse(asOf) : 0;
    const now = Math.max(0, atThen + (Number.isFinite(since) ? since : 0));
    return Number.isFinite(item.duration_ms) ? Math.min(now, item.duration_ms) : now;
  }

  #move() {
    this.#rest();
    const now = this.#readProgress();
    const whole = this.#shown.item?.duration_ms ?? 0;
    this.#hide("progress", now === null);
    if (now === null) return;
    const { track, filled } = this.#parts;
    track.hidden = !(whole > 0);
    track.setAttribute("aria-valuemax", String(Math.round(whole / 1000)));
    track.setAttribute("aria-valuenow", String(Math.round(now / 1000)));
    track.setAttribute("aria-valuetext", sayTime(now, whole));
    const runs = this.#shown.is_playing && whole > now;
    if (runs && !this.#stillness.matches) {
      // The compositor moves it: no script runs, and nothing is laid out.
      const way = [{ transform: `scaleX(${now / whole})` }, { transform: "scaleX(1)" }];
      this.#filling = filled.animate(way, { duration: whole - now, fill: "forwards" });
    }
    this.#tick();
  }

  #tick() {
    const now = this.#readProgress();
    const whole = this.#shown?.item?.duration_ms ?? 0;
    if (now === null) return;
    this.#write("time", sayTime(now, whole));
    if (!this.#filling) this.#parts.filled.style.transform = `scaleX(${whole ? now / whole : 0})`;
    if (this.#shown.is_playing && !(whole && now >= whole) && !document.hidden) {
      this.#ticking = setTimeout(() => this.#tick(), 1000 - (now % 1000));
    }
  }

  #rest() {
    clearTimeout(this.#ticking);
    this.#filling?.cancel();
    this.#filling = null;
  }

  // The stream

  #restart() {
    this.#running?.abort();
    this.#running = null;
    const src = this.getAttribute("src");
    if (!this.isConnected || !src) return;
    this.#running = new AbortController();
    this.#states.clear();
    this.#lastEventId = "";
    this.#token = "";
    this.#waitMs = FIRST_WAIT_MS;
    this.#follow(src, this.#running.signal);
  }

  #wake = () => {
    if (document.hidden) return;
    this.#endWait?.();
    if (this.#shown) this.#move();
  };

  async #follow(src, signal) {
    while (!signal.aborted) {
      try {
        await this.#listen(src, signal);
      } catch {
        // It is away, or ended: it is asked again. The browser's console names what went wrong.
      }
      if (signal.aborted) return;
      await this.#wait(this.#waitMs * (0.75 + Math.random() / 2), signal);
      this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  #wait(milliseconds, signal) {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
      this.#endWait = resolve;
      signal.addEventListener("abort", resolve, { once: true });
    });
  }

  async #listen(src, outer) {
    const inner = new AbortController();
    const stop = () => inner.abort();
    outer.addEventListener("abort", stop, { once: true });
    let silence = setTimeout(stop, SILENCE_MS);
    try {
      const headers = { Accept: "text/event-stream" };
      const token = this.#given || (await this.#fetchToken(inner.signal));
      if (token) headers.Authorization = `Bearer ${token}`;
      if (this.#lastEventId) headers["Last-Event-ID"] = this.#lastEventId;
      const asked = { headers, signal: inner.signal, cache: "no-store", credentials: "omit" };
      const answer = await fetch(src, asked);
      if (!answer.ok) return this.#take(answer.status);
      const read = makeReader((block) => this.#takeBlock(block));
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(stop, SILENCE_MS);
        read(value);
      }
    } finally {
      clearTimeout(silence);
      outer.removeEventListener("abort", stop);
    }
  }

  /** After a refusal: a new token where one is to be had, and no hurry where there is nothing. */
  #take(status) {
    if (status === 401) this.#token = "";
    if (status === 404 || status === 403) this.#waitMs = LONGEST_WAIT_MS;
  }

  async #fetchToken(signal) {
    const from = this.getAttribute("token-from");
    if (!from || this.#token) return this.#token;
    const asked = { method: "POST", signal, cache: "no-store", credentials: "same-origin" };
    const answer = await fetch(from, { ...asked, headers: { "Content-Type": "application/json" }, body: "{}" });
    if (!answer.ok) return "";
    this.#token = (await answer.text()).trim();
    return this.#token;
  }

  #takeBlock({ event, data, id, retry }) {
    if (id) this.#lastEventId = id;
    if (retry) this.#leastWaitMs = Math.min(Number(retry), LONGEST_WAIT_MS);
    if (event === "clock") this.#skewMs = Date.now() - Date.parse(JSON.parse(data).now);
    if (event !== "state") return;
    this.#waitMs = this.#leastWaitMs;
    const state = JSON.parse(data);
    this.#states.set(state.listener, state);
    this.#show();
    this.dispatchEvent(new CustomEvent("statechange", { detail: state }));
  }
}

/** Return what takes pieces of a stream, and calls back with each whole block. */
function makeReader(take) {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = {};
      for (const line of block.split(/\r?\n/)) {
        const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
        if (name) fields[name] = name === "data" && "data" in fields ? `${fields.data}\n${value}` : value;
      }
      take(fields);
    }
  };
}

function toText(text) {
  return typeof text === "string" ? text : "";
}

function toTexts(texts) {
  return Array.isArray(texts) ? texts.filter((text) => typeof text === "string") : [];
}

function parseUrl(text) {
  try {
    return new URL(toText(text));
  } catch {
    return null;
  }
}

/** Only Spotify's own pages are linked to. */
function toSpotify(text) {
  const url = parseUrl(text);
  return url?.protocol === "https:" && url.host === "open.spotify.com" ? url.href : null;
}

/** Only Spotify's own pictures are shown, as they are. */
function toCover(text) {
  const url = parseUrl(text);
  const isSpotify = url && /(^|\.)(scdn\.co|spotifycdn\.com)$/.test(url.hostname);
  return isSpotify && url.protocol === "https:" && !url.port ? url.href : null;
}

function say({ kind, is_playing: isPlaying, item, last_played: last }) {
  if (kind === "nothing" || (!item && !SAID[kind])) return last ? sayLast(last) : SAID.nothing;
  if (!item) return SAID[kind];
  return isPlaying ? "" : "Paused";
}

function sayLast({ ended_at: endedAt }) {
  const ended = new Date(endedAt);
  if (Number.isNaN(ended.getTime())) return "Last played";
  const isToday = ended.toDateString() === new Date().toDateString();
  const options = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return `Last played, ${ended.toLocaleString(document.documentElement.lang || undefined, options)}`;
}

function sayTime(now, whole) {
  return whole ? `${sayMinutes(now)} of ${sayMinutes(whole)}` : sayMinutes(now);
}

function sayMinutes(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

if (!customElements.get("now-playing")) customElements.define("now-playing", NowPlaying);
