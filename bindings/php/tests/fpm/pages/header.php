<?php

// Reads a variable that has the name of a request header.

declare(strict_types=1);

use Deskseal\Exception\SecretException;
use Deskseal\Signer;

header('X-Worker: ' . getmypid());
try {
    Signer::fromEnv('HTTP_DESKSEAL_SECRET');
    echo 'accepted';
} catch (SecretException $error) {
    echo $error->errorCode(), ', although PHP has ', $_SERVER['HTTP_DESKSEAL_SECRET'];
}
