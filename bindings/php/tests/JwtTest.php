<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Signer;
use Deskseal\Verifier;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Rejections.php';

/** Identity tokens are JSON Web Tokens: what a few lines of PHP make of the secret's text and HS256. */
final class JwtTest extends TestCase
{
    use Rejections;

    private const SECRET = 'example-secret-for-documentation';
    private const SECOND = 1767225600;

    /** The example of SPEC 12.8, in the order of its bytes. */
    private const CLAIMS = [
        'aud' => 'desk-1',
        'sub' => 'user-42',
        'email' => 'ada@example.com',
        'name' => 'Ada Lovelace',
        'attributes' => ['plan' => 'pro', 'seats' => 5],
        'iat' => self::SECOND,
        'exp' => self::SECOND + 600,
        'jti' => 'token-1',
    ];

    public function testTheExampleOfTheSpecificationIsMadeByteForByte(): void
    {
        $token = (new Signer(self::SECRET))->identityToken(
            'desk-1',
            email: 'Ada@Example.com',
            userId: 'user-42',
            name: 'Ada Lovelace',
            attributes: ['seats' => 5, 'plan' => 'pro'],
            tokenId: 'token-1',
            now: self::SECOND,
        );
        self::assertSame(self::token(['alg' => 'HS256', 'typ' => 'JWT'], self::CLAIMS), $token);
        self::assertStringEndsWith('.d9SaOwVFwrQ_T6TnJPaDdjglpvaFenrYzq-PO1BrWQQ', $token);
    }

    public function testATokenMadeByHandIsVerified(): void
    {
        foreach ([['alg' => 'HS256'], ['typ' => 'JWT', 'alg' => 'HS256', 'kid' => '1']] as $header) {
            $verifier = new Verifier(self::SECRET);
            $verified = $verifier->verifyIdentityToken('desk-1', self::token($header, self::CLAIMS), now: self::SECOND);
            self::assertSame(['user-42', 'ada@example.com'], [$verified->userId, $verified->email]);
            self::assertSame(self::CLAIMS['attributes'], $verified->attributes);
        }
    }

    public function testATokenOfAnotherAlgorithmIsRejected(): void
    {
        foreach (['none', 'HS512', 'hs256'] as $algorithm) {
            $token = self::token(['alg' => $algorithm], self::CLAIMS);
            $verify = fn () => (new Verifier(self::SECRET))->verifyIdentityToken('desk-1', $token, now: self::SECOND);
            self::assertSame('identity_token_malformed', self::code($verify));
        }
    }

    public function testTheOtherPlacesOfATokenHaveTheSameAudience(): void
    {
        $signer = new Signer(self::SECRET);
        $verifier = new Verifier(self::SECRET);
        $embed = $signer->ticketCenterWithToken('desk-1', userId: 'user-42');
        $token = $embed->attributes['data-identity'];
        self::assertSame('user-42', $verifier->verifyIdentityToken('desk-1', $token)->userId);
        $link = $signer->portalLinkWithToken('https://help.company.com:8443/tickets', userId: 'user-42');
        parse_str(parse_url($link, PHP_URL_QUERY), $query);
        $verified = $verifier->verifyIdentityToken('help.company.com', $query['identity']);
        self::assertSame(['user-42', 300], [$verified->userId, $verified->expiresAt - $verified->issuedAt]);
        $code = self::code(fn () => $verifier->verifyIdentityToken('desk-1', $query['identity']));
        self::assertSame('identity_token_audience', $code);
    }

    private static function token(array $header, array $claims): string
    {
        $message = self::encoded(json_encode($header)) . '.' . self::encoded(json_encode($claims));
        return $message . '.' . self::encoded(hash_hmac('sha256', $message, self::SECRET, true));
    }

    private static function encoded(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
