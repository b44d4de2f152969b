<?php

// Prints how much faster the library is than what a user would write instead.
//
//     php tests/bench.php AUTOLOADER [EXTENSION]

declare(strict_types=1);

use Deskseal\Signer;
use Deskseal\Verifier;

require $argv[1];

const SECRET = 'example-secret-for-documentation';
const EMAIL = 'ada.lovelace@example.com';
const HOST = 'help.company.com';
const USER = 'user-42';
const DESK = 'desk-1';
const ROUNDS = 200;
const CALLS = 1000;
const STARTS = 30;

$signer = new Signer(SECRET);
$verifier = new Verifier(SECRET);
[$key, $email, $signature] = [SECRET, EMAIL, $signer->signEmail(EMAIL)->signature];
[$now, $link] = [time(), $signer->portalLink('https://' . HOST, USER)];
$customer = ['email' => EMAIL, 'userId' => USER, 'name' => 'Ada Lovelace', 'attributes' => ['plan' => 'pro', 'seats' => 5]];
$token = $signer->identityToken(DESK, ...$customer);
$base64url = fn (string $bytes): string => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');

// Each pair of loops is what a user would write, and ours; then how many times faster ours must be.
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
        2.5,
    ],
    'ticketCenter' => [
        function () use ($key, $email): void {
            for ($call = 0; $call < CALLS; $call++) {
                $address = strtolower(trim($email));
                $signature = hash_hmac('sha256', $address, $key);
                $markup = "<div id=\"hdh-ticket-center\"></div>\n"
                    . '<script src="https://helpdesky.io/ticket-center.js" data-helpdesk-id="' . htmlspecialchars(DESK)
                    . '" data-email="' . htmlspecialchars($address) . "\" data-signature=\"$signature\"></script>";
            }
        },
        function () use ($signer, $email): void {
            for ($call = 0; $call < CALLS; $call++) {
                $signer->ticketCenter($email, DESK)->html;
            }
        },
        2.0,
    ],
    'portalLink' => [
        function () use ($key): void {
            for ($call = 0; $call < CALLS; $call++) {
                $timestamp = time();
                $signature = hash_hmac('sha256', HOST . ':' . USER . ":$timestamp", $key);
                $link = 'https://' . HOST . '/submit-ticket?' . http_build_query([
                    'user_id' => USER,
                    'user_id_timestamp' => $timestamp,
                    'user_id_signature' => $signature,
                ]);
            }
        },
        function () use ($signer): void {
            for ($call = 0; $call < CALLS; $call++) {
                $signer->portalLink('https://' . HOST, USER);
            }
        },
        2.0,
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
        2.5,
    ],
    'verifyLink' => [
        function () use ($key, $link): void {
            for ($call = 0; $call < CALLS; $call++) {
                parse_str((string) parse_url($link, PHP_URL_QUERY), $query);
                $message = HOST . ":{$query['user_id']}:{$query['user_id_timestamp']}";
                hash_equals(hash_hmac('sha256', $message, $key), $query['user_id_signature'])
                    && abs(time() - (int) $query['user_id_timestamp']) <= 300;
            }
        },
        function () use ($verifier, $link, $now): void {
            for ($call = 0; $call < CALLS; $call++) {
                $verifier->verifyLink(HOST, $link, $now);
            }
        },
        2.0,
    ],
    // Without checks of the arguments and claims, which a JWT library and core make.
    'identityToken' => [
        function () use ($key, $base64url): void {
            for ($call = 0; $call < CALLS; $call++) {
                $issued = time();
                $message = $base64url(json_encode(['alg' => 'HS256', 'typ' => 'JWT'])) . '.' . $base64url(json_encode([
                    'aud' => DESK,
                    'sub' => USER,
                    'email' => strtolower(trim(EMAIL)),
                    'name' => 'Ada Lovelace',
                    'attributes' => ['plan' => 'pro', 'seats' => 5],
                    'iat' => $issued,
                    'exp' => $issued + 600,
                    'jti' => bin2hex(random_bytes(16)),
                ]));
                $token = $message . '.' . $base64url(hash_hmac('sha256', $message, $key, true));
            }
        },
        function () use ($signer, $customer): void {
            for ($call = 0; $call < CALLS; $call++) {
                $signer->identityToken(DESK, ...$customer);
            }
        },
        1.0,
    ],
    'verify token' => [
        function () use ($key, $token): void {
            for ($call = 0; $call < CALLS; $call++) {
                [$header, $payload, $signature] = explode('.', $token);
                $expected = hash_hmac('sha256', "$header.$payload", $key, true);
                $claims = json_decode(base64_decode(strtr($payload, '-_', '+/')), true);
                hash_equals($expected, base64_decode(strtr($signature, '-_', '+/')))
                    && json_decode(base64_decode($header))->alg === 'HS256'
                    && $claims['aud'] === DESK
                    && time() < $claims['exp'];
            }
        },
        function () use ($verifier, $token): void {
            for ($call = 0; $call < CALLS; $call++) {
                $verifier->verifyIdentityToken(DESK, $token);
            }
        },
        1.0,
    ],
];

foreach ($promises as $name => [$snippet, $ours, $times]) {
    [$theirTime, $ourTime] = array_map(fn ($time) => $time / CALLS, medians(ROUNDS, $snippet, $ours));
    $reached = $theirTime / $ourTime;
    $measured = sprintf('%d ns, the snippet %d ns: %.1f times faster', $ourTime, $theirTime, $reached);
    report($name, $measured, "$times times", $reached >= $times);
}
$extension = realpath($argv[2] ?? '');
if ($extension !== false) {
    [$bare, $with] = medians(STARTS, fn () => start(), fn () => start("extension=$extension"));
    $milliseconds = ($with - $bare) / 1e6;
    report('start', sprintf('%.1f ms', $milliseconds), 'at most 15 ms', $milliseconds <= 15);
    $megabytes = filesize($extension) / 1e6;
    report('extension', sprintf('%.2f MB', $megabytes), 'at most 1.7 MB', $megabytes <= 1.7);
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
