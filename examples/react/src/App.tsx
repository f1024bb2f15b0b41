import { useState } from "react";
import { NowPlaying, type State } from "./NowPlaying";

/** Where the watcher's stream is; `VITE_STREAM=… npm run build` names another place. */
const STREAM: string = import.meta.env.VITE_STREAM ?? "http://127.0.0.1:8765/now-playing/stream";

export function App() {
  const [heard, setHeard] = useState<string[]>([]);
  const [token, setToken] = useState("");

  // Every change comes as an event; what is shown of it is the page's own.
  function note(state: State) {
    const name = state.item?.name;
    if (name) setHeard((before) => (before[0] === name ? before : [name, ...before].slice(0, 5)));
  }

  return (
    <main>
      <h1>What I listen to</h1>
      <NowPlaying src={STREAM} token={token} onChange={note} />
      <section>
        <h2>Since you came</h2>
        <ol>
          {heard.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ol>
      </section>
      <form
        action={(data) => {
          setToken(String(data.get("token") ?? ""));
        }}
      >
        <label>
          Token, where the stream wants one <input name="token" type="password" autoComplete="off" />
        </label>
        <button>Use it</button>
      </form>
    </main>
  );
}
