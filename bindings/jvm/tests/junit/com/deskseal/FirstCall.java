package com.deskseal;

/** A program that signs once. */
final class FirstCall {
    private FirstCall() {}

    /** Prints the canonical e-mail, or why there is no native library, twice. */
    public static void main(String[] arguments) {
        for (int time = 0; time < 2; time++) {
            try {
                System.out.println(Deskseal.canonicalEmail("Ada@example.com"));
            } catch (LinkageError error) {
                System.out.println(error);
                System.out.println(error.getCause());
            }
        }
    }
}
