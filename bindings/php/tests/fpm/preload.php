<?php

declare(strict_types=1);

namespace Deskseal\Tests\Fpm;

use Deskseal\SignedEmail;
use Deskseal\Signer;

require dirname(__DIR__) . '/autoload.php';

/**
 * A class that php-fpm loads once for all requests, and that uses the library's classes.
 */
final class Preloaded
{
    public function __construct(private readonly Signer $signer)
    {
    }

    public function sign(string $email): SignedEmail
    {
        return $this->signer->signEmail($email);
    }
}
