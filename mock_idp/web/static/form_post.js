// OAuth 2.0 Form Post Response Mode: the form sends itself; without a script the person presses the button.
"use strict";
document.querySelector("form#response").submit();
