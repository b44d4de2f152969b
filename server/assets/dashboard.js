// What pages do better where there is JavaScript. All of them work without it.
"use strict";
