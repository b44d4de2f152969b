<?php

declare(strict_types=1);

namespace Deskseal\Tests\Fpm;

/**
 * A php-fpm with two workers, on a socket of its own. It ends with the test.
 */
final class Server
{
    public const WORKERS = 2;

    /** The timeout for starting, in seconds. */
    private const START_TIMEOUT = 20;

    /** As in production, but with arguments in stack traces. */
    private const SETTINGS = ['display_errors' => '0', 'log_errors' => '1', 'zend.exception_ignore_args' => '0'];

    private readonly string $folder;

    /** @var resource */
    private $process;

    /**
     * Returns a server that answers.
     *
     * @param array<string, string> $settings settings of php.ini
     */
    public static function started(string $extension, array $settings, string $secret): self
    {
        // The destructor also ends a server that does not start.
        $server = new self($extension, $settings, $secret);
        $server->waitForSocket();
        return $server;
    }

    /** @param array<string, string> $settings */
    private function __construct(string $extension, array $settings, string $secret)
    {
        $this->folder = sys_get_temp_dir() . '/deskseal-fpm-' . bin2hex(random_bytes(8));
        mkdir($this->folder);
        file_put_contents("$this->folder/fpm.conf", implode("\n", [
            '[global]',
            "error_log = {$this->log()}",
            '[www]',
            "listen = {$this->socket()}",
            'pm = static',
            'pm.max_children = ' . self::WORKERS,
            'catch_workers_output = yes',
            'request_terminate_timeout = 120',
            "env[HELPDESKY_HMAC_SECRET] = $secret",
            '',
        ]));
        $command = [
            self::program(), '--nodaemonize', '--allow-to-run-as-root', '--fpm-config', "$this->folder/fpm.conf",
            '--no-php-ini', '--define', "extension=$extension",
            '--define', 'auto_prepend_file=' . dirname(__DIR__) . '/autoload.php',
        ];
        foreach ([...self::SETTINGS, ...$settings] as $name => $value) {
            array_push($command, '--define', "$name=$value");
        }
        $output = ['file', $this->log(), 'a'];
        $this->process = proc_open($command, [0 => ['file', '/dev/null', 'r'], 1 => $output, 2 => $output], $pipes);
    }

    public function __destruct()
    {
        proc_terminate($this->process);
        proc_close($this->process);
        array_map(unlink(...), glob("$this->folder/*"));
        rmdir($this->folder);
    }

    /**
     * Returns the responses to requests that are sent at the same time.
     *
     * @param list<string> $pages names of pages, with queries
     * @return list<Answer>
     */
    public function answers(array $pages): array
    {
        $running = array_map(fn ($page) => $this->ask($page, []), $pages);
        return array_map(fn ($request) => Answer::read(...$request), $running);
    }

    /** @param array<string, string> $headers request headers, as the web server names them */
    public function answer(string $page, array $headers = []): Answer
    {
        return Answer::read(...$this->ask($page, $headers));
    }

    /** Returns the log of the server and its workers so far. */
    public function reports(): string
    {
        return file_get_contents($this->log());
    }

    /**
     * @param array<string, string> $headers
     * @return array{resource, resource}
     */
    private function ask(string $page, array $headers): array
    {
        [$path, $query] = [...explode('?', $page, 2), ''];
        $environment = [
            ...$headers,
            'SCRIPT_FILENAME' => __DIR__ . "/pages/$path.php",
            'SCRIPT_NAME' => "/$path.php",
            'REQUEST_METHOD' => 'GET',
            'REQUEST_URI' => "/$page",
            'QUERY_STRING' => $query,
            'PATH' => getenv('PATH'),
        ];
        $command = ['cgi-fcgi', '-bind', '-connect', $this->socket()];
        // A request's error messages are sent back with its response.
        $files = [['file', '/dev/null', 'r'], ['pipe', 'w'], ['file', $this->log(), 'a']];
        $process = proc_open($command, $files, $pipes, null, $environment);
        return [$process, $pipes[1]];
    }

    private function waitForSocket(): void
    {
        $end = microtime(true) + self::START_TIMEOUT;
        while (!file_exists($this->socket())) {
            if (microtime(true) > $end || !proc_get_status($this->process)['running']) {
                throw new \RuntimeException("php-fpm does not start:\n" . $this->reports());
            }
            usleep(10_000);
        }
    }

    private function socket(): string
    {
        return "$this->folder/socket";
    }

    private function log(): string
    {
        return "$this->folder/log";
    }

    /** Returns the program: Debian has one for each version. */
    private static function program(): string
    {
        $name = 'php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
        foreach (explode(PATH_SEPARATOR, getenv('PATH') . ':/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin') as $folder) {
            foreach (["$folder/$name", "$folder/php-fpm"] as $program) {
                if (is_executable($program)) {
                    return $program;
                }
            }
        }
        throw new \RuntimeException("$name is not installed");
    }
}
