<?php
// What the usual PHP snippet makes of every character; see README.md beside this file.

for ($codePoint = 0; $codePoint <= 0x10FFFF; $codePoint++) {
    if ($codePoint >= 0xD800 && $codePoint <= 0xDFFF) {
        continue;
    }
    $character = mb_chr($codePoint, 'UTF-8');
    if (trim($character) === '') {
        echo "trimmed $codePoint\n";
    }
    $lower = strtolower($character);
    if ($lower !== $character) {
        echo "lower $codePoint ", bin2hex($lower), "\n";
    }
}
