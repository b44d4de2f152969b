import com.deskseal.Signer;

/** Prints how many milliseconds it takes to load the package and to sign for the first time. */
final class FirstSignature {
    public static void main(String[] arguments) {
        long before = System.nanoTime();
        String signature = new Signer(arguments[0]).signEmail("ada@example.com").signature();
        long time = System.nanoTime() - before;
        System.out.println(signature.length() == 64 ? time / 1e6 : Double.NaN);
    }
}
