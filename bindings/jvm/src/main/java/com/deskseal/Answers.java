package com.deskseal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Reads the answers of the native library. */
final class Answers {
    /** The number before an answer that is nothing. A smaller one is minus the number of a failure's bytes. */
    private static final int NOTHING = -1;

    /** The number of the bytes before an answer, which are a number: that of the answer's bytes. */
    private static final int HEAD = 4;

    private static final int SIGNATURE_DIGITS = 64;

    /** The lists of attribute names, by their numbers. */
    private static final AtomicReferenceArray<@Nullable List<String>> NAMES = new AtomicReferenceArray<>(128);

    private Answers() {}

    /**
     * Returns the answer, or null for nothing.
     *
     * @throws DesksealException for a failure of a secret or an argument.
     * @throws IllegalStateException for a fault of this package.
     */
    static byte @Nullable [] checked(byte[] answer) {
        int number = number(answer);
        if (number >= 0) {
            return answer;
        }
        if (number == NOTHING) {
            return null;
        }
        List<String> parts = partsOf(text(answer));
        String kind = parts.get(0);
        String code = parts.get(1);
        String message = parts.get(2);
        boolean isAboutCustomer = parts.get(3).equals("true");
        throw switch (kind) {
            case "secret" -> new SecretException(code, message, isAboutCustomer);
            case "input" -> new InputException(code, message, isAboutCustomer);
            case "verification" -> new VerificationException(code, message, isAboutCustomer);
            default -> new IllegalStateException(message);
        };
    }

    /** Returns an answer that is never nothing. */
    static byte[] given(byte[] answer) {
        byte[] checked = checked(answer);
        if (checked == null) {
            throw new IllegalStateException("The native library of deskseal gave no answer. Please report this bug.");
        }
        return checked;
    }

    static String text(byte[] answer) {
        return new String(answer, HEAD, Math.abs(number(answer)), StandardCharsets.UTF_8);
    }

    private static int number(byte[] answer) {
        return answer[0] & 0xFF | (answer[1] & 0xFF) << 8 | (answer[2] & 0xFF) << 16 | answer[3] << 24;
    }

    /** Returns the signature with which the answer begins. */
    static String signature(byte[] answer) {
        return new String(answer, HEAD, SIGNATURE_DIGITS, StandardCharsets.ISO_8859_1);
    }

    /** Returns the text after the signature. */
    static String afterSignature(byte[] answer) {
        int rest = number(answer) - SIGNATURE_DIGITS;
        return new String(answer, HEAD + SIGNATURE_DIGITS, rest, StandardCharsets.UTF_8);
    }

    /** Returns the parts of a text, each of which ends with a zero. */
    private static List<String> partsOf(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int end;
        while ((end = text.indexOf('\0', start)) >= 0) {
            parts.add(unescaped(text.substring(start, end)));
            start = end + 1;
        }
        return parts;
    }

    /** Returns the part as it was before it was written. */
    private static String unescaped(String part) {
        return part.indexOf('\1') < 0 ? part : part.replace("\0010", "\0").replace("\0011", "\1");
    }

    /** Reads the e-mail, and the secret's index unless it is 0. */
    static VerifiedEmail verifiedEmail(byte[] answer) {
        String text = text(answer);
        int end = text.indexOf(' ');
        return end < 0
                ? new VerifiedEmail(text, 0)
                : new VerifiedEmail(text.substring(0, end), Integer.parseInt(text.substring(end + 1)));
    }

    /** Reads the secret's index, the timestamp and the user id. */
    static VerifiedUser verifiedUser(byte[] answer) {
        String text = text(answer);
        int afterIndex = text.indexOf(' ');
        int afterTimestamp = text.indexOf(' ', afterIndex + 1);
        return new VerifiedUser(
                text.substring(afterTimestamp + 1),
                Long.parseLong(text.substring(afterIndex + 1, afterTimestamp)),
                Integer.parseInt(text.substring(0, afterIndex)));
    }

    /** Reads eight parts, and for each attribute its type and name, and its value. */
    static VerifiedIdentity verifiedIdentity(byte[] answer) {
        List<String> parts = partsOf(text(answer));
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (int index = 8; index + 1 < parts.size(); index += 2) {
            String named = parts.get(index);
            String value = parts.get(index + 1);
            Object typed = switch (named.charAt(0)) {
                case 't' -> value;
                case 'b' -> Boolean.valueOf(value);
                default -> Long.valueOf(value);
            };
            attributes.put(named.substring(1), typed);
        }
        return new VerifiedIdentity(
                optional(parts.get(4)),
                optional(parts.get(5)),
                optional(parts.get(6)),
                optional(parts.get(7)),
                attributes,
                optional(parts.get(3)),
                Long.parseLong(parts.get(1)),
                Long.parseLong(parts.get(2)),
                Integer.parseInt(parts.get(0)));
    }

    private static Optional<String> optional(String part) {
        return part.isEmpty() ? Optional.empty() : Optional.of(part);
    }

    /** Reads the number of the list of attribute names, the attributes' values, and the markup. */
    static Embed embed(byte[] answer) {
        String text = text(answer);
        Map<String, String> attributes = new LinkedHashMap<>();
        int start = 1;
        for (String name : attributeNames(text.charAt(0))) {
            int end = text.indexOf('\0', start);
            attributes.put(name, text.substring(start, end));
            start = end + 1;
        }
        return new Embed(attributes, text.substring(start));
    }

    private static List<String> attributeNames(int number) {
        List<String> names = NAMES.get(number);
        if (names == null) {
            Arguments given = new Arguments().integer(number);
            names = partsOf(text(given(given.answer(Native.attributeNames(given.bytes(), given.length())))));
            NAMES.set(number, names);
        }
        return names;
    }

    /** Reads code, message, code, message … */
    static Explanation explanation(byte[] answer) {
        List<String> parts = partsOf(text(answer));
        List<Finding> findings = new ArrayList<>();
        for (int index = 0; index + 1 < parts.size(); index += 2) {
            findings.add(new Finding(parts.get(index), parts.get(index + 1)));
        }
        return new Explanation(findings);
    }

    /** Reads status, body, and header name, value, name, value … */
    static HttpResponse httpResponse(byte[] answer) {
        List<String> parts = partsOf(text(answer));
        Map<String, String> headers = new LinkedHashMap<>();
        for (int index = 2; index + 1 < parts.size(); index += 2) {
            headers.put(parts.get(index), parts.get(index + 1));
        }
        return new HttpResponse(Integer.parseInt(parts.get(0)), headers, parts.get(1));
    }

    /** Returns a copy that cannot be changed and keeps the order. */
    static <V> Map<String, V> frozen(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
