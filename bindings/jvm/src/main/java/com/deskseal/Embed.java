package com.deskseal;

import java.util.Map;

/**
 * The Ticket Center's markup for one customer (SPEC 6).
 *
 * @param attributes the script tag's attributes, unescaped, in order and without defaults.
 * @param html the container and the script tag, escaped. Write it into the page as it is.
 */
public record Embed(Map<String, String> attributes, String html) {
    /** Keeps an unmodifiable copy of the attributes. */
    public Embed {
        attributes = Answers.frozen(attributes);
    }

    /** Returns a text without the signature or token, with which anyone can sign in as the customer. */
    @Override
    public String toString() {
        return "Embed[attributes=[hidden], html=[hidden]]";
    }
}
