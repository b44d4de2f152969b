'use strict'

throw new Error(
  '"deskseal" was imported by code for browsers. It signs with a secret, and anyone who has the secret ' +
    'can sign in as any customer: keep it on the server, and send only signatures to the browser. In Jest, ' +
    'set `testEnvironment: "node"` for tests of server code.',
)
