<?php

declare(strict_types=1);

namespace Deskseal\Laravel;

use Deskseal\Laravel\Console\ExplainCommand;
use Illuminate\Contracts\Events\Dispatcher;
use Illuminate\Foundation\Http\Events\RequestHandled;
use Illuminate\Support\ServiceProvider;
use Illuminate\View\Compilers\BladeCompiler;

/** Registers the package's routes, views, directive and command. */
class DesksealServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->mergeConfigFrom(__DIR__ . '/../config/deskseal.php', 'deskseal');
        // A new object for each request, even if one process serves many.
        $this->app->scoped(Desk::class);
    }

    public function boot(): void
    {
        if ($this->app->make('config')->get('deskseal.routes') !== null) {
            $this->loadRoutesFrom(__DIR__ . '/../routes/deskseal.php');
        }
        $this->loadViewsFrom(__DIR__ . '/../resources/views', 'deskseal');
        $this->callAfterResolving('blade.compiler', $this->addDirective(...));
        $this->app->make(Dispatcher::class)->listen(RequestHandled::class, Desk::keepPrivate(...));
        if ($this->app->runningInConsole()) {
            $this->commands(ExplainCommand::class);
            $this->publishes([__DIR__ . '/../config/deskseal.php' => config_path('deskseal.php')], 'deskseal-config');
            $views = [__DIR__ . '/../resources/views' => resource_path('views/vendor/deskseal')];
            $this->publishes($views, 'deskseal-views');
        }
    }

    private function addDirective(BladeCompiler $blade): void
    {
        $desk = '\\' . Desk::class . '::class';
        $blade->directive(
            'ticketCenter',
            fn (string $options): string => "<?php echo app($desk)->ticketCenter($options); ?>",
        );
    }
}
