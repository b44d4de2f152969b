package com.deskseal;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** A signer or a verifier in the native library. It is freed when it is closed, or when the program no longer uses it. */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final String what;
    private final Freeing freeing;
    private final Cleaner.Cleanable cleanable;

    /** Takes the word for it in messages, and the answer of the function that made it. */
    Handle(String what, byte[] answer) {
        this.what = what;
        freeing = new Freeing(Long.parseLong(Answers.text(answer)));
        cleanable = CLEANER.register(this, freeing);
    }

    /**
     * Returns the number that the native library knows.
     *
     * @throws IllegalStateException if it is closed.
     */
    long value() {
        long value = freeing.value;
        if (value == 0) {
            throw new IllegalStateException("The " + what + " is closed. Make a new one.");
        }
        return value;
    }

    /** Returns the answer of a call with this handle, which is not freed before. */
    byte[] given(byte[] answer) {
        try {
            return Answers.given(answer);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Returns the answer of a call with this handle, or null for nothing. */
    byte @Nullable [] checked(byte[] answer) {
        try {
            return Answers.checked(answer);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    void close() {
        cleanable.clean();
    }

    /** Frees the object. It does not refer to the handle, which would then never be unused. */
    private static final class Freeing implements Runnable {
        private volatile long value;

        Freeing(long value) {
            this.value = value;
        }

        @Override
        public void run() {
            long freed = value;
            value = 0;
            Native.free(freed);
        }
    }
}
