<?php

// Prints how much faster the extension is than what a user would write instead.
//
//     php tests/bench.php [EXTENSION]

declare(strict_types=1);

use Deskseal\Signer;
use Deskseal\Verifier;

const SECRET = 'example-secret-for-documentation';
const EMAIL = 'ada.lovelace@example.com';
const ROUNDS = 200;
const CALLS = 1000;
const STARTS = 30;

$signer = new Signer(SECRET);
$verifier = new Verifier(SECRET);
[$key, $email, $signature] = [SECRET, EMAIL, $signer->signEmail(EMAIL)->signature];

// Each pair of loops is what a user would write, and ours.
$promises = [
    'signEmail' => [
        function () use ($key, $email): void {
            for ($call = 0; $call < CALLS; $call++) {
                hash_hmac('sha256', strtolower(trim($email)), $key);
            }
        },
        function () use ($signer, $email): void {
            for ($call = 0; $call < CALLS; $call++) {
                $signer->signEmail($email);
            }
        },
        3.5,
    ],
    'verifyEmail' => [
        function () use ($key, $email, $signature): void {
            for ($call = 0; $call < CALLS; $call++) {
                hash_equals(hash_hmac('sha256', strtolower(trim($email)), $key), $signature);
            }
        },
        function () use ($verifier, $email, $signature): void {
            for ($call = 0; $call < CALLS; $call++) {
                $verifier->verifyEmail($email, $signature);
            }
        },
        3.5,
    ],
];

foreach ($promises as $name => [$snippet, $ours, $times]) {
    [$theirTime, $ourTime] = array_map(fn ($time) => $time / CALLS, medians(ROUNDS, $snippet, $ours));
    $reached = $theirTime / $ourTime;
    $measured = sprintf('%d ns, hash_hmac %d ns: %.1f times faster', $ourTime, $theirTime, $reached);
    report($name, $measured, "$times times", $reached >= $times);
}
$extension = realpath($argv[1] ?? '');
if ($extension !== false) {
    [$bare, $with] = medians(STARTS, fn () => start(), fn () => start("extension=$extension"));
    $milliseconds = ($with - $bare) / 1e6;
    report('start', sprintf('%.1f ms', $milliseconds), 'at most 15 ms', $milliseconds <= 15);
    $megabytes = filesize($extension) / 1e6;
    report('extension', sprintf('%.2f MB', $megabytes), 'at most 1.5 MB', $megabytes <= 1.5);
}

/**
 * Returns the median time of each, in nanoseconds, measured in turns.
 *
 * @param callable(): mixed $runs
 */
function medians(int $rounds, callable ...$runs): array
{
    $times = array_fill(0, count($runs), []);
    for ($round = 0; $round < $rounds; $round++) {
        foreach ($runs as $index => $run) {
            $start = hrtime(true);
            $run();
            $times[$index][] = hrtime(true) - $start;
        }
    }
    return array_map(median(...), $times);
}

/** @param list<int> $times */
function median(array $times): float
{
    sort($times);
    $middle = intdiv(count($times), 2);
    return count($times) % 2 === 1 ? $times[$middle] : ($times[$middle - 1] + $times[$middle]) / 2;
}

/** Starts and ends PHP with the settings. */
function start(string ...$settings): void
{
    $options = array_map(fn ($setting) => "-d$setting", $settings);
    proc_close(proc_open([PHP_BINARY, '-n', ...$options, '-r', ''], [], $pipes));
}

/** Prints a row. */
function report(string $name, string $measured, string $promised, bool $isKept): void
{
    printf("%-14s %-48s %-16s %s\n", $name, $measured, $promised, $isKept ? 'kept' : 'MISSED');
}
