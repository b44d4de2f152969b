package com.deskseal;

import org.jspecify.annotations.Nullable;

/**
 * The functions of the native library. Each takes an array with the arguments, and the number of its bytes that are used.
 * Each writes the answer over the arguments and returns null or, where the answer is longer, returns a new array.
 */
final class Native {
    static {
        NativeLibrary.load();
    }

    private Native() {}

    static native byte @Nullable [] version(byte[] arguments, int length);

    static native byte @Nullable [] canonicalEmail(byte[] arguments, int length);

    static native byte @Nullable [] canonicalHost(byte[] arguments, int length);

    static native byte @Nullable [] generateSecret(byte[] arguments, int length);

    static native byte @Nullable [] publicFormUrl(byte[] arguments, int length);

    static native byte @Nullable [] portalHost(byte[] arguments, int length);

    static native byte @Nullable [] responseUnlessClick(byte[] arguments, int length);

    static native byte @Nullable [] attributeNames(byte[] arguments, int length);

    static native byte @Nullable [] createSigner(byte[] arguments, int length);

    static native byte @Nullable [] createVerifier(byte[] arguments, int length);

    static native void free(long handle);

    static native byte @Nullable [] signEmail(long handle, byte[] arguments, int length);

    static native byte @Nullable [] signUser(long handle, byte[] arguments, int length);

    static native byte @Nullable [] portalLink(long handle, byte[] arguments, int length);

    static native byte @Nullable [] ticketCenter(long handle, byte[] arguments, int length);

    static native byte @Nullable [] identity(long handle, byte[] arguments, int length);

    static native byte @Nullable [] identityToken(long handle, byte[] arguments, int length);

    static native byte @Nullable [] ticketCenterWithToken(long handle, byte[] arguments, int length);

    static native byte @Nullable [] portalLinkWithToken(long handle, byte[] arguments, int length);

    static native byte @Nullable [] verifyEmail(long handle, byte[] arguments, int length);

    static native byte @Nullable [] verifyUser(long handle, byte[] arguments, int length);

    static native byte @Nullable [] verifyLink(long handle, byte[] arguments, int length);

    static native byte @Nullable [] explainEmail(long handle, byte[] arguments, int length);

    static native byte @Nullable [] explainLink(long handle, byte[] arguments, int length);

    static native byte @Nullable [] verifyIdentityToken(long handle, byte[] arguments, int length);

    static native byte @Nullable [] explainIdentityToken(long handle, byte[] arguments, int length);
}
