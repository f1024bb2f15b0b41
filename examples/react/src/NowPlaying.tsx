import type { DetailedHTMLProps, HTMLAttributes } from "react";
// The element itself, as every page gets it; in a project of your own: a copy beside this file.
import "../../../dashboard/static/now-playing.js";

export interface State {
  listener: string;
  kind: "track" | "episode" | "local" | "ad" | "unknown" | "nothing";
  is_playing: boolean;
  item: { name: string; artists: string[]; url: string | null } | null;
}

interface NowPlayingAttributes extends HTMLAttributes<HTMLElement> {
  src: string;
  listener?: string;
  token?: string;
  "token-from"?: string;
  onstatechange?: (event: CustomEvent<State>) => void;
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "now-playing": DetailedHTMLProps<NowPlayingAttributes, HTMLElement>;
    }
  }
}

interface Props {
  src: string;
  token?: string;
  onChange?: (state: State) => void;
}

/** React 19 sets `token` as a property, `src` as an attribute, and listens to the event. */
export function NowPlaying({ src, token = "", onChange }: Props) {
  return (
    <now-playing src={src} token={token} onstatechange={(event) => onChange?.(event.detail)}>
      <a href="https://open.spotify.com/">What I listen to, at Spotify</a>
    </now-playing>
  );
}
