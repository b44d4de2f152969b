<?php

// Throws an error that is not caught, while objects of every class exist.

declare(strict_types=1);

use Deskseal\Signer;
use Deskseal\Verifier;

header('X-Worker: ' . getmypid());
$signer = new Signer($_GET['secret']);
$verifier = new Verifier($_GET['secret'], previous: [[$_GET['secret'], time() + 60]]);
$signed = $signer->signEmail('ada@example.com');
$verifier->verifyEmail($signed->email, str_repeat('0', 64));
