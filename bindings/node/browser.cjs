'use strict'

throw new Error(
  '"deskseal" was imported by code for browsers. It signs with a secret, and whoever has the secret ' +
    'can sign in as any customer: keep it on the server, and send the browser what it signed. In Jest, ' +
    'give tests of server code `testEnvironment: "node"`.',
)
