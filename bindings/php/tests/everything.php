<?php

// Every call of the extension, including rejected ones, for the tests of memory.

declare(strict_types=1);

namespace Deskseal\Tests;

use DateTimeImmutable;
use Deskseal\Exception\DesksealException;
use Deskseal\Exception\VerificationException;
use Deskseal\Signer;
use Deskseal\Verifier;
use Error;
use Exception;

use function Deskseal\response_unless_click;
use function Deskseal\canonical_email;
use function Deskseal\canonical_host;
use function Deskseal\generate_secret;
use function Deskseal\portal_host;
use function Deskseal\public_form_url;

require_once __DIR__ . '/autoload.php';
require_once __DIR__ . '/Moment.php';

const SECRET = 'example-secret-for-documentation';
const OLD = 'an-older-secret-now-being-replaced';
const HOST = 'help.company.com';
const BAD = "bad \xFF byte";
const SECOND = 1767225600;

const READ = 'the-secret-of-these-tests-alone';

putenv('DESKSEAL_EVERYTHING=' . READ);
$_ENV['DESKSEAL_EVERYTHING_BAD'] = BAD;
putenv('DESKSEAL_EVERYTHING_OTHER=' . READ . '-2');
$_SERVER['DESKSEAL_EVERYTHING_SERVER'] = READ;

$moment = new DateTimeImmutable('2026-01-01 UTC');
$throwing = new Moment(fn () => throw new Exception('from inside'));
$changing = new Moment(function () use (&$changed): int {
    $changed = generate_secret();
    return SECOND;
});
$signer = new Signer(SECRET);
$verifier = new Verifier(SECRET, [[OLD, $moment]]);
$signed = $signer->signEmail('ada@example.com');
$user = $signer->signUser(HOST, 'user-42', SECOND);
$link = $signer->portalLink('https://' . HOST, 'user-42', SECOND);
$claim = ['portalHost' => HOST, 'userId' => 'user-42', 'timestamp' => (string) SECOND, 'signature' => $user->signature];
$customer = ['email' => 'Ada@Example.com', 'userId' => 'user-42', 'name' => 'Ada', 'attributes' => ['plan' => 'pro', 'seats' => 5]];
$token = $signer->identityToken('desk-1', ...$customer, now: SECOND);
$results = [
    $signed,
    $user,
    $signer->ticketCenter('ada@example.com', 'desk-1', nonce: 'abc'),
    $verifier->verifyEmail('ada@example.com', $signed->signature),
    $verifier->verifyUser(...$claim, now: SECOND),
    $verifier->verifyIdentityToken('desk-1', $token, now: SECOND),
    $signer->ticketCenterWithToken('desk-1', userId: 'user-42'),
    $verifier->explainEmail('ada@example.com', $signed->signature),
    $verifier->explainEmail('ada@example.com', $signed->signature)->findings[0],
];
$used = function () use ($results, $signer): void {
    foreach ($results as $result) {
        json_encode($result);
        print_r($result, true);
        (array) $result;
        clone $result == $result;
        $result == $signer;
        foreach ($result as $name => $value) {
            $result->$name;
        }
    }
    (string) $results[2] . $results[2]->toHtml();
    print_r($signer, true);
};

$calls = [
    fn () => new Signer(SECRET),
    fn () => Signer::fromEnv('DESKSEAL_EVERYTHING'),
    fn () => Signer::fromEnv('DESKSEAL_EVERYTHING_SERVER'),
    fn () => new Verifier(SECRET, previous: [[OLD, SECOND], [OLD, $moment]], tolerance: 60),
    fn () => Verifier::fromEnv('DESKSEAL_EVERYTHING', previous: [[OLD, $moment]]),
    fn () => new Verifier(SECRET, [[&$changed, $changing]]),
    fn () => generate_secret(),
    fn () => canonical_email('  Ada@Example.com '),
    fn () => canonical_email('ΟΔΥΣΣΕΥΣ@Example.GR'),
    fn () => canonical_host('bücher.example'),
    fn () => portal_host('https://help.company.com'),
    fn () => public_form_url('https://help.company.com'),
    fn () => response_unless_click('/help', ['hx-request' => 'true', 'accept' => BAD]),
    fn () => response_unless_click('/help', []),
    fn () => Signer::fromEnv(['DESKSEAL_EVERYTHING_UNSET', 'DESKSEAL_EVERYTHING']),
    fn () => $signer->identity('ada@example.com', 'desk-1'),
    fn () => $signer->signEmail('Ada@Example.com'),
    fn () => $signer->signEmail(...)('Ada@Example.com'),
    fn () => $signer->signUser(HOST, 'user-42', timestamp: $moment),
    fn () => $signer->portalLink('https://' . HOST, 'user-42'),
    fn () => $signer->ticketCenter('ada@example.com', 'desk-1', align: 'left', maxWidth: '60rem', nonce: 'abc'),
    fn () => $signer->identityToken('desk-1', ...$customer),
    fn () => $signer->identityToken('desk-1', ...$customer, now: $moment, tokenId: 'token-1', expiresIn: 60),
    fn () => $signer->ticketCenterWithToken('desk-1', ...$customer, nonce: 'abc'),
    fn () => $signer->portalLinkWithToken('https://' . HOST, userId: 'user-42'),
    fn () => $verifier->verifyIdentityToken('desk-1', $token, now: $moment),
    fn () => $verifier->explainIdentityToken('desk-1', $token, now: SECOND),
    fn () => $verifier->verifyEmail($signed->email, $signed->signature),
    fn () => $verifier->verifyUser(...$claim, now: SECOND),
    fn () => $verifier->verifyLink(HOST, $link, now: $moment),
    fn () => $verifier->verifyLink(HOST, '/'),
    fn () => $verifier->explainEmail($signed->email, $signed->signature),
    fn () => (new VerificationException('A sentence.', 0, null, 'a_code'))->errorCode(),
    fn () => (new VerificationException(errorCode: 'email_empty'))->isAboutCustomer(),
    $used,
    // Rejected.
    fn () => new Signer(null),
    fn () => new Signer(false),
    fn () => new Signer('short'),
    fn () => new Signer(BAD),
    fn () => Signer::fromEnv('VITE_SECRET'),
    fn () => Signer::fromEnv('DESKSEAL_EVERYTHING_UNSET'),
    fn () => Signer::fromEnv('DESKSEAL_EVERYTHING_BAD'),
    fn () => Signer::fromEnv('HTTP_SECRET'),
    fn () => Signer::fromEnv(BAD),
    fn () => new Verifier(SECRET, [[OLD, SECOND], [OLD, -1]]),
    fn () => new Verifier(SECRET, [[OLD, SECOND], [BAD, SECOND]]),
    fn () => new Verifier(SECRET, tolerance: PHP_INT_MAX),
    fn () => canonical_email(BAD),
    fn () => canonical_host('host:80'),
    fn () => portal_host('http://help.company.com'),
    fn () => public_form_url('help.company.com'),
    fn () => $signer->identity('ada@example.com', ''),
    fn () => Signer::fromEnv(['DESKSEAL_EVERYTHING', 'DESKSEAL_EVERYTHING_OTHER']),
    fn () => $signer->signEmail('Ada'),
    fn () => $signer->signUser(HOST, 'user-42', timestamp: -1),
    fn () => $signer->portalLink('http://example.com', 'user-42'),
    fn () => $signer->ticketCenter('ada@example.com', 'desk-1', align: 'middle'),
    fn () => $verifier->verifyEmail($signed->email, str_repeat('0', 64)),
    fn () => $verifier->verifyEmail($signed->email, BAD),
    fn () => $verifier->verifyUser(...$claim),
    fn () => $verifier->verifyLink(HOST, '/?user_id=user-42'),
    fn () => $verifier->explainEmail('', '', otherSecrets: ['short']),
    fn () => (new Signer(READ))->identityToken('desk-1', userId: 'user-42'),
    fn () => $signer->identityToken('desk-1'),
    fn () => $signer->identityToken('desk-1', userId: 'user-42', attributes: ['a' => 1, 'b' => BAD]),
    fn () => $signer->identityToken('desk-1', userId: 'user-42', attributes: ['a' => 'x', 5 => 'y']),
    fn () => $signer->ticketCenterWithToken('desk-1', ...$customer, nonce: BAD),
    fn () => $signer->portalLinkWithToken('https://' . HOST, userId: 'user-42', expiresIn: 301),
    fn () => $verifier->verifyIdentityToken('desk-2', $token, now: SECOND),
    fn () => $verifier->verifyIdentityToken('desk-1', "{$token}A", now: SECOND),
    fn () => $verifier->explainIdentityToken('host:80', $token),
    fn () => $verifier->explainLink('host:80', $link),
    // Wrong types, wrong uses, and exceptions from inside.
    fn () => new Signer(42),
    fn () => $signer->signEmail(null),
    fn () => $signer->signEmail(),
    fn () => $signer->signUser(HOST, 'user-42', timestamp: true),
    fn () => new Verifier(SECRET, [[OLD, SECOND], OLD]),
    fn () => new Verifier(SECRET, [[OLD, $throwing]]),
    fn () => $verifier->verifyEmail('', '', $throwing),
    fn () => $verifier->explainEmail('', '', [OLD, 42]),
    fn () => $signer->identityToken('desk-1', attributes: ['a' => 'x', 'b' => 1.5]),
    fn () => $signer->identityToken('desk-1', ...$customer, now: $throwing),
    fn () => $verifier->verifyIdentityToken('desk-1', null),
    fn () => $signer->__construct(SECRET),
    fn () => clone $verifier,
    fn () => serialize($signer),
    fn () => $signed->email = 'changed',
    fn () => new VerificationException([]),
    fn () => response_unless_click('/help', ['accept' => 1]),
    fn () => Signer::fromEnv([1]),
];
// Explaining searches, and takes a thousand times longer than the rest: it gets fewer calls.
$rare = [
    fn () => $verifier->explainEmail('Ada@example.com', str_repeat('0', 64), otherSecrets: [OLD], now: SECOND),
    fn () => $verifier->explainLink(HOST, $link, otherSecrets: [OLD], now: SECOND + 9000),
    fn () => $verifier->explainIdentityToken('desk-1', strrev($token), otherSecrets: [OLD], now: SECOND),
    fn () => $verifier->explainIdentityToken('desk-1', substr($token, 0, -1) . 'A', otherSecrets: [OLD], now: SECOND),
];

$attempt = function (callable $call): void {
    try {
        $call();
    } catch (DesksealException | Error | Exception) {
    }
};

/** Makes about so many calls. */
return function (int $count, int $rareEvery) use ($calls, $rare, $attempt): void {
    for ($round = 0; $round < intdiv($count, count($calls)); $round++) {
        array_walk($calls, $attempt);
        if ($round % $rareEvery === 0) {
            array_walk($rare, $attempt);
        }
    }
};
