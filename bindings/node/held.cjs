'use strict'

/** The compiled build, where a module sets it that imports it. */
module.exports = { module: undefined }
