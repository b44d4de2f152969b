<?php

namespace App\Providers;

use App\Customers;
use Illuminate\Foundation\Support\Providers\RouteServiceProvider;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Route;

class AppServiceProvider extends RouteServiceProvider
{
    public function boot(): void
    {
        Auth::viaRequest('customer', fn (Request $request) => Customers::named($request->session()->get('name', '')));
        $this->routes(fn () => Route::middleware('web')->group(base_path('routes/web.php')));
    }
}
