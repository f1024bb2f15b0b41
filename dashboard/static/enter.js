// Posts the code that stands behind the # of the address, and takes it out of the address at once.
"use strict";

async function enter() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  const said = document.getElementById("said");
  said.textContent = "One moment …";
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
      cache: "no-store",
    });
    if (answer.ok) location.replace("dashboard/");
    else said.textContent = (await answer.json()).detail;
  } catch {
    said.textContent = "Nothing answers here just now: is `python start.py serve` still running?";
  }
}

enter();
addEventListener("hashchange", enter);
