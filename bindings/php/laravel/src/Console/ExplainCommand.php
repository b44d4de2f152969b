<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Console;

use Deskseal\Exception\DesksealException;
use Deskseal\Explanation;
use Deskseal\Laravel\Desk;
use Illuminate\Console\Command;

/** Why a signature does not hold. */
class ExplainCommand extends Command
{
    protected $signature = 'deskseal:explain
        {identity : A link to the portal, or an e-mail}
        {signature? : The signature of the e-mail}';

    protected $description = 'Says why a signature does not hold, with the secrets of the configuration';

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
