import { defineConfig } from "vite";

// Vite turns JSX into React by itself; the plugin for React would add hot reloading of state.
export default defineConfig({ base: "./", server: { fs: { allow: ["../.."] } } });
