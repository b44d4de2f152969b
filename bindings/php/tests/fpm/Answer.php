<?php

declare(strict_types=1);

namespace Deskseal\Tests\Fpm;

/**
 * A page's response: its status, headers and text.
 */
final readonly class Answer
{
    private function __construct(public int $status, public string $headers, public string $text)
    {
    }

    /**
     * @param resource $process
     * @param resource $output
     */
    public static function read($process, $output): self
    {
        $answer = stream_get_contents($output);
        proc_close($process);
        [$headers, $text] = [...explode("\r\n\r\n", $answer, 2), ''];
        $isStatus = preg_match('/^Status: (\d+)/m', $headers, $status) === 1;
        return new self($isStatus ? (int) $status[1] : 200, $headers, $text);
    }

    /** Returns the process that answered; every page sends it. */
    public function worker(): int
    {
        preg_match('/^X-Worker: (\d+)\r?$/m', $this->headers, $worker);
        return (int) $worker[1];
    }
}
