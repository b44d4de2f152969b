<?php

// Proves that memory stays flat over two million calls, including rejected ones.
//
//     php tests/leak.php [CALLS]

declare(strict_types=1);

use Deskseal\Signer;

const BYTES_ALLOWED = 4096;
const KIBIBYTES_ALLOWED = 1024;
const LEAKED_ON_PURPOSE = 20_000;

/** Returns how much PHP's own memory and the process's resident memory grow, in bytes and KiB. */
function grown(callable $run): array
{
    $before = [memory_get_usage(), resident_kibibytes()];
    $run();
    gc_collect_cycles();
    return [memory_get_usage() - $before[0], resident_kibibytes() - $before[1]];
}

function resident_kibibytes(): int
{
    gc_mem_caches();
    preg_match('/^VmRSS:\s+(\d+) kB$/m', file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
}

$run = require __DIR__ . '/everything.php';
$calls = (int) ($argv[1] ?? 2_000_000);
$run(intdiv($calls, 10), 500);
[$bytes, $kibibytes] = grown(fn () => $run($calls, 500));
printf(
    "%d calls: PHP's memory grew by %d bytes, %d are allowed; resident memory by %d KiB, %d are allowed\n",
    $calls,
    $bytes,
    BYTES_ALLOWED,
    $kibibytes,
    KIBIBYTES_ALLOWED,
);
$isFlat = $bytes <= BYTES_ALLOWED && $kibibytes <= KIBIBYTES_ALLOWED;

$kept = [];
[$bytes, $kibibytes] = grown(function () use (&$kept): void {
    for ($count = 0; $count < LEAKED_ON_PURPOSE; $count++) {
        $kept[] = new Signer('example-secret-for-documentation');
    }
});
$isSeen = $bytes > BYTES_ALLOWED && $kibibytes > KIBIBYTES_ALLOWED;
printf("%d objects kept on purpose: %d bytes, %d KiB, %s\n", count($kept), $bytes, $kibibytes, $isSeen ? 'seen' : 'NOT SEEN');
exit($isFlat && $isSeen ? 0 : 1);
