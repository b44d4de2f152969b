package com.deskseal;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call, as the native library reads them.
 *
 * <p>An argument is its length, as four bytes with the lowest first, and its bytes; none is the length -1 alone. A list is
 * an argument whose bytes are its elements, written like arguments.
 */
final class Arguments {
    private static final int NONE = -1;

    /** How many bytes of arguments, and of an answer, need no second array. The native library relies on this number. */
    private static final int USUAL_BYTES = 192;

    /** The longest array of every Java machine. */
    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

    private byte[] bytes = new byte[USUAL_BYTES];
    private int length;

    /** Returns the array that holds the arguments. */
    byte[] bytes() {
        return bytes;
    }

    /** Returns the number of the array's bytes that are used. */
    int length() {
        return length;
    }

    /** Returns the array that holds the answer: that of the arguments, if the native library returned none. */
    byte[] answer(byte @Nullable [] returned) {
        return returned == null ? bytes : returned;
    }

    /** Adds a text that must be given. Its name is for the exception. */
    Arguments text(String name, String text) {
        return write(required(name, text));
    }

    Arguments optionalText(@Nullable String text) {
        return text == null ? none() : write(text);
    }

    Arguments integer(long value) {
        reserve(12);
        writeInt(8);
        writeInt((int) value);
        writeInt((int) (value >>> 32));
        return this;
    }

    Arguments optionalInteger(@Nullable Long value) {
        return value == null ? none() : integer(value);
    }

    Arguments flag(boolean value) {
        reserve(5);
        writeInt(1);
        bytes[length++] = (byte) (value ? 1 : 0);
        return this;
    }

    /** Adds a time in Unix seconds. A fraction of a second is dropped. */
    Arguments time(String name, Instant time) {
        return integer(required(name, time).getEpochSecond());
    }

    Arguments timeOrNow(@Nullable Instant time) {
        return integer(time == null ? now() : time.getEpochSecond());
    }

    /** Returns the current time in Unix seconds. */
    static long now() {
        return Math.floorDiv(System.currentTimeMillis(), 1000L);
    }

    Arguments none() {
        reserve(4);
        writeInt(NONE);
        return this;
    }

    /** Begins a list. Returns where it begins, for {@link #endList}. */
    int beginList() {
        reserve(4);
        writeInt(0);
        return length;
    }

    Arguments endList(int start) {
        int end = length;
        length = start - 4;
        writeInt(end - start);
        length = end;
        return this;
    }

    /** Adds a list of texts, each of which may be null. */
    Arguments texts(List<? extends @Nullable String> texts) {
        int start = beginList();
        for (String text : texts) {
            optionalText(text);
        }
        return endList(start);
    }

    /**
     * Adds attributes as one text, or none. Each attribute is t, i or b for its type and its name, then its value, with a
     * zero after name and value.
     */
    Arguments attributes(@Nullable Map<String, ?> attributes) {
        if (attributes == null) {
            return none();
        }
        StringBuilder written = new StringBuilder();
        attributes.forEach((name, value) -> {
            required("The name of an attribute", name);
            String text = attributeText(name, value);
            char letter = value instanceof String ? 't' : value instanceof Boolean ? 'b' : 'i';
            written.append(letter).append(escaped(name)).append('\0').append(escaped(text)).append('\0');
        });
        return write(written.toString());
    }

    private static String attributeText(String name, @Nullable Object value) {
        if (value instanceof String || value instanceof Boolean || value instanceof Long || value instanceof Integer
                || value instanceof Short || value instanceof Byte) {
            return value.toString();
        }
        if (value instanceof BigInteger integer) {
            // The core rejects integers that JSON does not keep exactly, and reads no longer ones.
            return integer.max(MIN_LONG).min(MAX_LONG).toString();
        }
        throw new IllegalArgumentException("The attribute " + name + " must be a String, an integer or a Boolean, and is "
                + (value == null ? "null" : value.getClass().getName()));
    }

    /** Within attributes, U+0000, which ends a part, and U+0001 are written as U+0001 and a digit. */
    private static String escaped(String text) {
        return text.replace("\1", "\0011").replace("\0", "\0010");
    }

    /** Overwrites arguments that contain a secret. */
    void wipe() {
        Arrays.fill(bytes, (byte) 0);
    }

    static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new NullPointerException(name + " must not be null");
        }
        return value;
    }

    /**
     * Adds a text in UTF-8. A surrogate without its other half becomes the three bytes that its code would have, which are
     * not UTF-8: the core decides about ill-formed text.
     */
    private Arguments write(String text) {
        int count = text.length();
        reserve(4 + 3L * count);
        int start = length + 4;
        byte[] target = bytes;
        int end = start;
        int index = 0;
        char unit;
        while (index < count && (unit = text.charAt(index)) < 0x80) {
            target[end++] = (byte) unit;
            index++;
        }
        while (index < count) {
            int point = text.codePointAt(index);
            index += Character.charCount(point);
            if (point < 0x80) {
                target[end++] = (byte) point;
                continue;
            }
            int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
            target[end++] = (byte) (0xFF00 >> more + 1 | point >> 6 * more);
            while (more-- > 0) {
                target[end++] = (byte) (0x80 | point >> 6 * more & 0x3F);
            }
        }
        writeInt(end - start);
        length = end;
        return this;
    }

    private void writeInt(int value) {
        bytes[length] = (byte) value;
        bytes[length + 1] = (byte) (value >>> 8);
        bytes[length + 2] = (byte) (value >>> 16);
        bytes[length + 3] = (byte) (value >>> 24);
        length += 4;
    }

    /** Makes place for more bytes. The array before may have a secret, and is overwritten. */
    private void reserve(long more) {
        long needed = length + more;
        if (needed <= bytes.length) {
            return;
        }
        if (needed > MAX_BYTES) {
            throw new IllegalArgumentException("The arguments are longer than 2 GiB. Pass shorter ones.");
        }
        byte[] grown = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * bytes.length)));
        wipe();
        bytes = grown;
    }
}
