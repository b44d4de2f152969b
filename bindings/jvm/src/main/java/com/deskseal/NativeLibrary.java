package com.deskseal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/**
 * Finds the native library: in {@code java.library.path}, else in this jar, from where it is copied into a new folder that
 * only this user can read.
 */
final class NativeLibrary {
    private static final String NAME = "deskseal_jvm";

    /** The system property that names the folder for the copy. */
    private static final String FOLDER = "deskseal.native.folder";

    private NativeLibrary() {}

    /**
     * Loads the library.
     *
     * @throws UnsatisfiedLinkError if there is none for this system, or if it cannot be loaded. The message says what to do.
     */
    static void load() {
        if (!isInLibraryPath()) {
            loadCopy(platform());
        }
        Arguments none = new Arguments();
        String version = Answers.text(Answers.given(none.answer(Native.version(none.bytes(), none.length()))));
        if (!version.equals(Contract.VERSION)) {
            throw new UnsatisfiedLinkError("The native library of deskseal has version " + version
                    + ", and the jar has version " + Contract.VERSION
                    + ". Remove the library from java.library.path, or install the same version of both.");
        }
    }

    private static boolean isInLibraryPath() {
        try {
            System.loadLibrary(NAME);
            return true;
        } catch (UnsatisfiedLinkError missing) {
            return false;
        }
    }

    /** Returns the name of the library's folder in this jar, such as {@code linux-x86_64-musl}. */
    static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String shortSystem = system.startsWith("mac") ? "macos" : system.startsWith("windows") ? "windows" : system;
        String shortProcessor = switch (processor) {
            case "amd64", "x86-64", "x64" -> "x86_64";
            case "arm64" -> "aarch64";
            default -> processor;
        };
        return shortSystem + "-" + shortProcessor + (shortSystem.equals("linux") && isMusl() ? "-musl" : "");
    }

    /** Tells whether this process runs with musl, as in Alpine: then its loader is in the process's memory. */
    private static boolean isMusl() {
        try {
            return Files.readString(Path.of("/proc/self/maps")).contains("/ld-musl-");
        } catch (IOException | RuntimeException unreadable) {
            return false;
        }
    }

    private static void loadCopy(String platform) {
        String file = System.mapLibraryName(NAME);
        String resource = "/native/" + platform + "/" + file;
        try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
            if (library == null) {
                throw new UnsatisfiedLinkError("This jar of deskseal has no native library for " + platform
                        + ". Build the crate deskseal-jvm on that system, and put " + file
                        + " into a folder of java.library.path.");
            }
            loadCopy(library, file);
        } catch (IOException failure) {
            throw cannot("copy", folder(), failure);
        }
    }

    private static void loadCopy(InputStream library, String file) throws IOException {
        Path base = Path.of(folder());
        // The folder is new, and its name cannot be guessed: no other user can have put a file there.
        Path own = Files.createTempDirectory(base, "deskseal-", permissions(base, "rwx------"));
        Path copy = own.resolve(file);
        try {
            Files.createFile(copy, permissions(base, "rw-------"));
            try (var output = Files.newOutputStream(copy, StandardOpenOption.WRITE)) {
                library.transferTo(output);
            }
            System.load(copy.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError failure) {
            throw cannot("load", own.toString(), failure);
        } finally {
            remove(copy.toFile(), own.toFile());
        }
    }

    private static String folder() {
        return System.getProperty(FOLDER, System.getProperty("java.io.tmpdir", "."));
    }

    /** Returns the permissions, or nothing where the file system has none of this kind. */
    private static FileAttribute<?>[] permissions(Path base, String permissions) {
        return base.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }

    /** Removes both at once or, where a loaded library cannot be removed, when the program ends: the last one first. */
    private static void remove(File copy, File own) {
        boolean isRemoved = copy.delete() && own.delete();
        if (!isRemoved) {
            own.deleteOnExit();
            copy.deleteOnExit();
        }
    }

    private static UnsatisfiedLinkError cannot(String what, String where, Throwable cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        UnsatisfiedLinkError error = new UnsatisfiedLinkError("Cannot " + what + " the native library of deskseal in "
                + where + " (" + reason + "). If that file system is read-only or mounted with noexec, name another "
                + "folder: -D" + FOLDER + "=FOLDER.");
        error.initCause(cause);
        return error;
    }
}
