@if ($publicLink !== null)
<p><a href="{{ $publicLink }}">{{ __('Contact support') }}</a></p>
@endif
