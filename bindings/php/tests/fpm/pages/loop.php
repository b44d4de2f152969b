<?php

// Long enough for the JIT to compile it.

declare(strict_types=1);

use Deskseal\Exception\InputException;
use Deskseal\Signer;
use Deskseal\Verifier;

header('X-Worker: ' . getmypid());
$signer = Signer::fromEnv('HELPDESKY_HMAC_SECRET');
$verifier = Verifier::fromEnv('HELPDESKY_HMAC_SECRET');
$right = 0;
for ($round = 0; $round < 20_000; $round++) {
    $signed = $signer->signEmail("Customer$round@example.com");
    $verified = $verifier->verifyEmail(email: $signed->email, signature: $signed->signature);
    try {
        $signer->signEmail("customer $round");
    } catch (InputException $error) {
        $right += (int) ($verified->email === "customer$round@example.com" && $error->errorCode() === 'email_malformed');
    }
}
echo $right;
