<?php

use Deskseal\Laravel\Http\DeskController;
use Illuminate\Support\Facades\Route;

Route::group(config('deskseal.routes'), function (): void {
    Route::get('/portal', [DeskController::class, 'portal'])->name('deskseal.portal');
    Route::get('/identity', [DeskController::class, 'identity'])->name('deskseal.identity');
});
