<?php

// Verifies an e-mail, and shows the code of an error.

declare(strict_types=1);

use Deskseal\Exception\DesksealException;
use Deskseal\Verifier;

header('X-Worker: ' . getmypid());
try {
    $verifier = Verifier::fromEnv('HELPDESKY_HMAC_SECRET');
    echo json_encode($verifier->verifyEmail($_GET['email'], $_GET['signature']));
} catch (DesksealException $error) {
    echo $error->errorCode();
}
