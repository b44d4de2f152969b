<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Tests;

use Deskseal\Laravel\DesksealServiceProvider;
use Illuminate\Auth\AuthServiceProvider;
use Illuminate\Auth\GenericUser;
use Illuminate\Cache\CacheServiceProvider;
use Illuminate\Contracts\Console\Kernel as ConsoleKernel;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel as HttpKernel;
use Illuminate\Database\DatabaseServiceProvider;
use Illuminate\Filesystem\Filesystem;
use Illuminate\Filesystem\FilesystemServiceProvider;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Console\Kernel as FoundationConsoleKernel;
use Illuminate\Foundation\Exceptions\Handler;
use Illuminate\Foundation\Http\Kernel as FoundationHttpKernel;
use Illuminate\Foundation\Providers\ConsoleSupportServiceProvider;
use Illuminate\Foundation\Support\Providers\RouteServiceProvider;
use Illuminate\Http\Request;
use Illuminate\Queue\QueueServiceProvider;
use Illuminate\Translation\TranslationServiceProvider;
use Illuminate\View\ViewServiceProvider;
use Symfony\Component\Console\Output\BufferedOutput;
use Symfony\Component\HttpFoundation\Response;

/** An application of Laravel in a folder of its own, which is removed at the end. */
final class Shop
{
    private const PROVIDERS = [
        FilesystemServiceProvider::class,
        ViewServiceProvider::class,
        TranslationServiceProvider::class,
        AuthServiceProvider::class,
        CacheServiceProvider::class,
        QueueServiceProvider::class,
        DatabaseServiceProvider::class,
        ConsoleSupportServiceProvider::class,
        DesksealServiceProvider::class,
        RouteServiceProvider::class,
    ];

    public Application $app;

    private readonly string $folder;

    public function __construct(bool $debug = false, bool $routes = true)
    {
        $this->folder = sys_get_temp_dir() . '/deskseal-laravel-' . bin2hex(random_bytes(8));
        foreach (['bootstrap/cache', 'config', 'resources/views', 'storage/framework/views', 'storage/logs'] as $name) {
            mkdir("$this->folder/$name", recursive: true);
        }
        foreach ($this->configuration($debug) as $name => $settings) {
            $this->write("config/$name.php", '<?php return ' . var_export($settings, true) . ';');
        }
        $deskseal = self::class . '::deskseal(' . var_export($routes, true) . ')';
        $this->write('config/deskseal.php', "<?php return $deskseal;");
        $this->write('bootstrap/app.php', '<?php return ' . self::class . '::made(dirname(__DIR__));');
        $this->view('page', '<h1>Support</h1>@ticketCenter');
        $this->app = $this->booted();
    }

    public function __destruct()
    {
        (new Filesystem())->deleteDirectory($this->folder);
    }

    /** Makes the application, as `bootstrap/app.php` does. */
    public static function made(string $folder): Application
    {
        $app = new Application($folder);
        $app->singleton(HttpKernel::class, FoundationHttpKernel::class);
        $app->singleton(ConsoleKernel::class, FoundationConsoleKernel::class);
        $app->singleton(ExceptionHandler::class, Handler::class);
        return $app;
    }

    /**
     * Returns the package's own configuration. The tests have no session, so the routes have no middleware.
     *
     * @return array<string, mixed>
     */
    public static function deskseal(bool $routes): array
    {
        $settings = require __DIR__ . '/../config/deskseal.php';
        $settings['routes'] = $routes ? ['middleware' => []] + $settings['routes'] : null;
        return $settings;
    }

    /** Boots the application as a new process does, with the cached files. */
    public function booted(): Application
    {
        $app = self::made($this->folder);
        self::keepingHandlers(fn () => $app->make(ConsoleKernel::class)->bootstrap());
        $app->make('auth')->viaRequest('anonymous', fn () => null);
        $router = $app->make('router');
        $router->get('/page', fn () => view('page'));
        $router->get('/public', fn () => response(view('page'))->header('Cache-Control', 'public, max-age=600'));
        $router->get('/stream', fn () => response()->stream(function (): void {
            echo view('page')->render();
        }));
        $router->getRoutes()->refreshNameLookups();
        return $app;
    }

    /** Boots the application again. */
    public function restart(): void
    {
        $this->app = $this->booted();
    }

    public function view(string $name, string $template): void
    {
        $this->write("resources/views/$name.blade.php", $template);
    }

    /**
     * @param ?array<string, mixed> $user the signed-in user
     * @param array<string, string> $headers
     */
    public function get(string $target, ?array $user = null, array $headers = []): Response
    {
        $request = Request::create($target);
        $request->headers->add($headers);
        $this->app->make('auth')->resolveUsersUsing(fn () => $user === null ? null : new GenericUser($user));
        return $this->app->make(HttpKernel::class)->handle($request);
    }

    /** Runs an artisan command, and returns its output. */
    public function artisan(string $line): string
    {
        $output = new BufferedOutput();
        self::keepingHandlers(fn () => $this->app->make(ConsoleKernel::class)->call($line, [], $output));
        return $output->fetch();
    }

    public function log(): string
    {
        return (string) @file_get_contents("$this->folder/storage/logs/laravel.log");
    }

    public function has(string $file): bool
    {
        return is_file("$this->folder/$file");
    }

    /** Takes away the handlers of errors that an application sets: they are for whole processes. */
    private static function keepingHandlers(callable $run): void
    {
        $handlers = self::handlers();
        $run();
        while (self::handlers()[0] !== $handlers[0]) {
            restore_error_handler();
        }
        while (self::handlers()[1] !== $handlers[1]) {
            restore_exception_handler();
        }
        error_reporting(E_ALL & ~E_DEPRECATED);
    }

    /** @return array{?callable, ?callable} those of errors and of exceptions */
    private static function handlers(): array
    {
        $handlers = [set_error_handler(null), set_exception_handler(null)];
        restore_error_handler();
        restore_exception_handler();
        return $handlers;
    }

    private function write(string $file, string $text): void
    {
        file_put_contents("$this->folder/$file", $text);
    }

    /** @return array<string, array<string, mixed>> */
    private function configuration(bool $debug): array
    {
        return [
            'app' => [
                'env' => 'production',
                'debug' => $debug,
                'timezone' => 'UTC',
                'locale' => 'en',
                'fallback_locale' => 'en',
                'aliases' => [],
                'providers' => self::PROVIDERS,
            ],
            'auth' => ['defaults' => ['guard' => 'web'], 'guards' => ['web' => ['driver' => 'anonymous']]],
            'cache' => ['default' => 'array', 'stores' => ['array' => ['driver' => 'array']]],
            'logging' => [
                'default' => 'single',
                'channels' => ['single' => ['driver' => 'single', 'path' => "$this->folder/storage/logs/laravel.log"]],
            ],
            'view' => [
                'paths' => ["$this->folder/resources/views"],
                'compiled' => "$this->folder/storage/framework/views",
            ],
        ];
    }
}
