"""What the usual Python snippet makes of every character; see README.md beside this file."""

for code_point in range(0x110000):
    if 0xD800 <= code_point <= 0xDFFF:
        continue
    character = chr(code_point)
    if character.strip() == "":
        print("trimmed", code_point)
    lower = character.lower()
    if lower != character:
        print("lower", code_point, lower.encode().hex())
