<?php

// Signs with a class that was loaded before the first request.

declare(strict_types=1);

use Deskseal\Signer;
use Deskseal\Tests\Fpm\Preloaded;

header('X-Worker: ' . getmypid());
$preloaded = new Preloaded(Signer::fromEnv('HELPDESKY_HMAC_SECRET'));
echo json_encode($preloaded->sign($_GET['email']));
