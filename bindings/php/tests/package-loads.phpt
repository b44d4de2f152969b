--TEST--
The extension that `make` has built signs and verifies
--EXTENSIONS--
deskseal
--FILE--
<?php

require __DIR__ . '/autoload.php';
$secret = 'example-secret-for-documentation';
$signed = (new Deskseal\Signer($secret))->signEmail('  Ada@Example.com ');
echo $signed->email, "\n", $signed->signature, "\n";
echo json_encode((new Deskseal\Verifier($secret))->verifyEmail('ada@example.com', $signed->signature)), "\n";
?>
--EXPECT--
ada@example.com
52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92
{"email":"ada@example.com","secretIndex":0}
