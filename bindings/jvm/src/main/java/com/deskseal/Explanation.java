package com.deskseal;

import java.util.List;

/**
 * Why a signature or token is invalid (SPEC 8).
 *
 * @param findings one finding or more. Together they reproduce the signature, unless the last one is
 *     {@link FindingCodes#UNEXPLAINED}.
 */
public record Explanation(List<Finding> findings) {
    /** Keeps an unmodifiable copy of the findings. */
    public Explanation {
        findings = List.copyOf(findings);
    }
}
