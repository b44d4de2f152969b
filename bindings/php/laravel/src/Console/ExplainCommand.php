<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Console;

use Deskseal\Exception\DesksealException;
use Deskseal\Explanation;
use Deskseal\Laravel\Desk;
use Illuminate\Console\Command;

/** The command that says why a signature is invalid. */
class ExplainCommand extends Command
{
    protected $signature = 'deskseal:explain
        {identity : An e-mail with its signature, or a link to the portal}
        {signature? : The signature of the e-mail; none for a link}';

    protected $description = 'Says why a signature is invalid, using the secrets in the configuration';

    public function handle(Desk $desk): int
    {
        try {
            $explanation = $this->explained($desk);
        } catch (DesksealException $error) {
            $this->error("{$error->errorCode()}: {$error->getMessage()}");
            return 1;
        }
        foreach ($explanation->findings as $finding) {
            $this->line("$finding->code: $finding->message");
        }
        return 0;
    }

    private function explained(Desk $desk): Explanation
    {
        $identity = (string) $this->argument('identity');
        $signature = $this->argument('signature');
        if ($signature === null) {
            $others = $desk->usableSecrets('ticket_center');
            return $desk->verifier('portal')->explainLink($desk->portalHost(), $identity, otherSecrets: $others);
        }
        $others = $desk->usableSecrets('portal');
        return $desk->verifier('ticket_center')->explainEmail($identity, (string) $signature, otherSecrets: $others);
    }
}
