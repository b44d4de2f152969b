package com.deskseal;

/** The function of the native library that panics, which only the build for this test has. */
final class Panicking {
    private Panicking() {}

    static native byte[] panic(byte[] arguments, int length);

    /** Panics, and signs afterwards. */
    public static void main(String[] arguments) {
        Signer signer = new Signer(Deskseal.generateSecret());
        try {
            Arguments none = new Arguments();
            Answers.checked(none.answer(panic(none.bytes(), none.length())));
        } catch (IllegalStateException exception) {
            System.out.println(exception.getMessage());
        }
        System.out.println(signer.signEmail("Ada@example.com").email());
    }
}
