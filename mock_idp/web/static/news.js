// Better with a script, complete without: asks whether there is news and shows the next page, and counts seconds down.
"use strict";

const EVERY_MS = 1500;
const OUT_OF_REACH = 503;
const GIVEN_UP_MS = 10000;

// Whoever pressed a button is on the way already, and what is news then may be their own doing: nobody is called back.
// Not for ever: the way may come to nothing. iPhones know no "beforeunload".
let leftAt = -Infinity;
const leaving = () => performance.now() - leftAt < GIVEN_UP_MS;
for (const sign of ["submit", "beforeunload"]) {
  window.addEventListener(sign, () => {
    leftAt = performance.now();
  });
}

const page = document.querySelector("[data-news]");
if (page) {
  const { news, seen, next, field = "state" } = page.dataset;
  const ask = async () => {
    try {
      const answer = await fetch(news, { headers: { Accept: "application/json" }, cache: "no-store" });
      const told = answer.ok ? String((await answer.json())[field]) : "gone";
      // while the simulator's store is out of reach nobody knows: ask again
      if (answer.status !== OUT_OF_REACH && told !== seen && !leaving()) {
        window.location.replace(next);
        return;
      }
    } catch {
      // the simulator is away for a moment; ask again
    }
    window.setTimeout(ask, EVERY_MS);
  };
  window.setTimeout(ask, EVERY_MS);
}

for (const place of document.querySelectorAll("[data-countdown]")) {
  const end = Date.now() + Number(place.dataset.countdown) * 1000;
  const timer = window.setInterval(() => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    place.textContent = String(left);
    if (left === 0 && !leaving()) {
      window.clearInterval(timer);
      // what the time was for is over: the next page says so
      if (page) window.location.replace(page.dataset.next);
    }
  }, 1000);
}

// a login that ends inside the desk view gives the whole window back to the portal
const leave = document.querySelector("[data-leave]");
if (leave) window.top.location.replace(leave.href);
