/**
 * Tells an embedded help desk who the signed-in customer is.
 *
 * <p>{@link com.deskseal.Signer} signs identities on the product's server, and {@link com.deskseal.Verifier} verifies them
 * on the help desk's. {@link com.deskseal.Deskseal} has the functions that need no secret. The rules are in the project's
 * {@code SPEC.md}.
 */
@NullMarked
package com.deskseal;

import org.jspecify.annotations.NullMarked;
