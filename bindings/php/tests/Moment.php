<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Closure;
use DateTimeImmutable;

/** A moment whose second comes from the caller's code. */
final class Moment extends DateTimeImmutable
{
    private Closure $second;

    public function __construct(Closure $second)
    {
        parent::__construct();
        $this->second = $second;
    }

    public function getTimestamp(): int
    {
        return ($this->second)();
    }
}
