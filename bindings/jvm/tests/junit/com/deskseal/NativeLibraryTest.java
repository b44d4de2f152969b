package com.deskseal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibraryTest {
    @Test
    void theCopyIsRemoved(@TempDir Path folder) throws IOException, InterruptedException {
        assertEquals(List.of("ada@example.com", "ada@example.com"), run("FirstCall", "-Ddeskseal.native.folder=" + folder));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aFolderThatCannotBeUsedIsNamed(@TempDir Path folder) throws IOException, InterruptedException {
        var missing = folder.resolve("missing").toString();
        var printed = run("FirstCall", "-Ddeskseal.native.folder=" + missing);
        assertTrue(printed.get(0).contains("Cannot copy the native library of deskseal in " + missing), printed.get(0));
        assertTrue(printed.get(0).endsWith("name another folder: -Ddeskseal.native.folder=FOLDER."), printed.get(0));
        assertTrue(printed.get(3).contains(missing), "a later call does not say why: " + printed);
    }

    @Test
    void aSystemWithoutALibraryIsNamed() throws IOException, InterruptedException {
        var printed = run("FirstCall", "-Dos.name=Plan 9", "-Dos.arch=amd64");
        assertTrue(printed.get(0).contains("This jar of deskseal has no native library for plan 9-x86_64."), printed.get(0));
        assertTrue(printed.get(0).endsWith("into a folder of java.library.path."), printed.get(0));
    }

    @Test
    void aLibraryOfTheLibraryPathIsPreferredAndAPanicIsCaught() throws IOException, InterruptedException {
        var folder = System.getenv("DESKSEAL_PANIC_LIBRARY");
        var printed = run("Panicking", "-Djava.library.path=" + folder, "-Ddeskseal.native.folder=/missing");
        assertEquals(
                List.of(
                        "Internal error in deskseal; nothing was signed or verified. Please report this bug.",
                        "ada@example.com"),
                printed);
    }

    /** Runs a program of this package in another process, and returns the lines that it prints. */
    private static List<String> run(String program, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "com.deskseal." + program));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        return printed.lines().toList();
    }
}
