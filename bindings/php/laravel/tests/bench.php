<?php

// Compares a view with the directive and a view with the code that a user would write instead.
//
//     php tests/bench.php

declare(strict_types=1);

use Deskseal\Laravel\Tests\Shop;
use Illuminate\Auth\GenericUser;

require __DIR__ . '/bootstrap.php';

const ENVIRONMENT = [
    'HELPDESKY_HMAC_SECRET' => 'the-secret-of-this-benchmark-alone',
    'HELPDESKY_HELPDESK_ID' => 'desk-1',
];
const SNIPPET = <<<'BLADE'
    @php($address = strtolower(trim(request()->user()->email)))
    <div id="hdh-ticket-center"></div>
    <script src="https://helpdesky.io/ticket-center.js" data-helpdesk-id="{{ config('services.desk.id') }}"
      data-email="{{ $address }}"
      data-signature="{{ hash_hmac('sha256', $address, config('services.desk.secret')) }}"></script>
    BLADE;
const ROUNDS = 200;
const VIEWS = 50;

foreach (ENVIRONMENT as $name => $value) {
    $_ENV[$name] = $value;
}
$shop = new Shop();
$shop->view('directive', '@ticketCenter');
$shop->view('snippet', SNIPPET);
config(['services.desk' => ['id' => 'desk-1', 'secret' => ENVIRONMENT['HELPDESKY_HMAC_SECRET']]]);
$user = new GenericUser(['id' => 42, 'email' => 'ada.lovelace@example.com']);
$shop->app->make('request')->setUserResolver(fn () => $user);
$views = $shop->app->make('view');

$times = ['directive' => [], 'snippet' => []];
for ($round = 0; $round < ROUNDS; $round++) {
    foreach (array_keys($times) as $name) {
        $start = hrtime(true);
        for ($view = 0; $view < VIEWS; $view++) {
            $views->make($name)->render();
        }
        $times[$name][] = hrtime(true) - $start;
    }
}
['directive' => $ours, 'snippet' => $theirs] = array_map(function (array $measured): float {
    sort($measured);
    return $measured[intdiv(ROUNDS, 2)] / VIEWS / 1000;
}, $times);
$reached = $theirs / $ours;
printf(
    "%-14s %-48s %-16s %s\n",
    '@ticketCenter',
    sprintf('%.1f µs a view, the snippet %.1f µs: %.1f times', $ours, $theirs, $reached),
    '1 times',
    $reached >= 1 ? 'kept' : 'MISSED',
);
