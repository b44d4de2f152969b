package com.deskseal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class ThreadsTest {
    private static final int THREADS = 64;
    private static final int CALLS = 3000;

    private final Signer signer = new Signer("example-secret-for-documentation");

    @Test
    void manyThreadsUseOneSigner() throws InterruptedException {
        signAtTheSameTime(task -> {
            Thread thread = new Thread(task);
            thread.start();
            return thread;
        });
    }

    @Test
    void manyVirtualThreadsUseOneSigner() throws InterruptedException {
        Assumptions.assumeTrue(Runtime.version().feature() >= 21, "this JDK has no virtual threads");
        signAtTheSameTime(task -> {
            try {
                return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
            } catch (ReflectiveOperationException missing) {
                throw new AssertionError(missing);
            }
        });
    }

    private interface Starter {
        Thread start(Runnable task);
    }

    private void signAtTheSameTime(Starter starter) throws InterruptedException {
        var wrong = new ConcurrentLinkedQueue<Object>();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
            String email = "ada" + number + "@example.com";
            threads.add(starter.start(() -> {
                try (Signer own = new Signer("example-secret-for-documentation")) {
                    var expected = own.signEmail(email);
                    for (int call = 0; call < CALLS; call++) {
                        if (!signer.signEmail(email).equals(expected)) {
                            wrong.add(email);
                        }
                    }
                } catch (RuntimeException exception) {
                    wrong.add(exception);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(wrong));
    }
}
