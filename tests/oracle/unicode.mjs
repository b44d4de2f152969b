// What the scripts of this folder share about Unicode.

/** Stops unless Node has exactly this version of Unicode: its answers are the expected values. */
export function requireUnicode(version) {
  if (process.versions.unicode === version) return
  console.error(`This needs a Node with Unicode ${version}; Node ${process.version} has ${process.versions.unicode}.`)
  process.exit(1)
}

/** Every code point that can stand in a text: all but the surrogates. */
export function* scalarValues() {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield codePoint
  }
}

/**
 * Joins sorted pairs [code point, answer] with the same answer: neighbours (stride 1), or every
 * second one (stride 2), as where upper and lower case stand side by side.
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
