<?php

// A panic becomes an exception, which the page catches or not.

declare(strict_types=1);

header('X-Worker: ' . getmypid());
if (isset($_GET['uncaught'])) {
    Deskseal\Internal\Answer::text(Deskseal\Internal\panic());
}
try {
    Deskseal\Internal\Answer::text(Deskseal\Internal\panic());
} catch (Exception $error) {
    echo $error::class, ': ', $error->getMessage();
}
