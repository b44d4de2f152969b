<?php

// Exits inside a callback, after an error, with a destructor that still signs.

declare(strict_types=1);

use Deskseal\Exception\DesksealException;
use Deskseal\Signer;

header('X-Worker: ' . getmypid());
$signer = Signer::fromEnv('HELPDESKY_HMAC_SECRET');
$lastWord = new class ($signer) {
    public function __construct(private readonly Signer $signer)
    {
    }

    public function __destruct()
    {
        echo ' ', $this->signer->signEmail('last@example.com')->email;
    }
};
array_map(function (string $email) use ($signer) {
    try {
        $signer->signEmail($email);
    } catch (DesksealException $error) {
        exit($error->errorCode());
    }
}, ['ada@example.com', 'not an address', 'never@example.com']);
