// What the usual JavaScript snippet makes of every character; see README.md beside this file.

for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue
  const character = String.fromCodePoint(codePoint)
  if (character.trim() === '') console.log(`trimmed ${codePoint}`)
  const lower = character.toLowerCase()
  if (lower !== character) console.log(`lower ${codePoint} ${Buffer.from(lower).toString('hex')}`)
}
