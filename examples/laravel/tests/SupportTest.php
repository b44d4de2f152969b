<?php

namespace Tests;

use Deskseal\Verifier;
use Illuminate\Contracts\Console\Kernel;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Testing\TestCase;

/** Tests what a customer of the shop sees; run `phpunit`. */
class SupportTest extends TestCase
{
    public function createApplication(): Application
    {
        $app = require __DIR__ . '/../bootstrap/app.php';
        $app->make(Kernel::class)->bootstrap();
        return $app;
    }

    /**
     * @testWith ["ada", "1"]
     *           ["grace", "2"]
     */
    public function testCustomersSeeTheirOwnTicketCenter(string $name, string $id): void
    {
        $secret = \Deskseal\generate_secret();
        config(['deskseal.portal.secret' => $secret, 'deskseal.ticket_center.helpdesk_id' => 'desk-1']);
        config(['deskseal.ticket_center.secret' => \Deskseal\generate_secret()]);

        $page = $this->followingRedirects()->post('/sign-in', ['name' => $name, 'password' => 'example']);
        $page->assertSee("data-email=\"$name@example.com\"", false);
        $link = $this->get('/deskseal/portal')->headers->get('Location');
        self::assertSame($id, (new Verifier($secret))->verifyLink('help.company.com', $link)->userId);
        $this->followingRedirects()->post('/sign-out')->assertDontSee('data-email');
    }
}
