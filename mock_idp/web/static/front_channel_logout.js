// Goes on when every frame has loaded; without a script the person follows the link.
"use strict";
const after = document.querySelector("a#after").href;
window.addEventListener("load", () => window.location.replace(after));
