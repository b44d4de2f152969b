// Unicode functions that the scripts of this folder share.

/** Exits unless Node has exactly this version of Unicode, since Node's answers are the expected values. */
export function requireUnicode(version) {
  if (process.versions.unicode === version) return
  console.error(`This needs a Node with Unicode ${version}; Node ${process.version} has ${process.versions.unicode}.`)
  process.exit(1)
}

/** Every Unicode scalar value: all code points but the surrogates. */
export function* scalarValues() {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield codePoint
  }
}

/**
 * Joins sorted pairs [code point, answer] with the same answer into runs: of every code point (stride 1), or of
 * every second one (stride 2), as in ranges where upper and lower case alternate.
 */
export function runsOf(pairs) {
  const runs = []
  for (const [codePoint, answer] of pairs) {
    const run = runs.at(-1)
    const step = codePoint - run?.last
    if (run?.answer === answer && (step === run.stride || (run.first === run.last && step === 2))) {
      run.last = codePoint
      run.stride = step
    } else {
      runs.push({ first: codePoint, last: codePoint, stride: 1, answer })
    }
  }
  return runs
}
