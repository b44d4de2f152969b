<?php

// Signs with the secret of this request, and shows that earlier requests have left nothing.

declare(strict_types=1);

use Deskseal\Signer;

header('X-Worker: ' . getmypid());
$leftOver = isset($signer);
$signer = isset($_GET['secret']) ? new Signer($_GET['secret']) : Signer::fromEnv('HELPDESKY_HMAC_SECRET');
echo json_encode(['leftOver' => $leftOver, 'signed' => $signer->signEmail($_GET['email'])]);
