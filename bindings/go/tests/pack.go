//go:build ignore

// Packs the module as a proxy serves it: `go run tests/pack.go VERSION FOLDER` writes the files of the module in the
// working folder below FOLDER, which may then be in GOPROXY. Tests are packed too, and folders with a module of their
// own are not, as a proxy does it.
package main

import (
	"archive/zip"
	"encoding/json"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	version, folder := os.Args[1], os.Args[2]
	manifest, err := os.ReadFile("go.mod")
	check(err)
	line, _, _ := strings.Cut(string(manifest), "\n")
	module := strings.TrimPrefix(line, "module ")
	versions := filepath.Join(folder, module, "@v")
	check(os.MkdirAll(versions, 0o755))
	info, err := json.Marshal(map[string]string{"Version": version, "Time": "2026-01-01T00:00:00Z"})
	check(err)
	check(os.WriteFile(filepath.Join(versions, "list"), []byte(version+"\n"), 0o644))
	check(os.WriteFile(filepath.Join(versions, version+".info"), info, 0o644))
	check(os.WriteFile(filepath.Join(versions, version+".mod"), manifest, 0o644))
	file, err := os.Create(filepath.Join(versions, version+".zip"))
	check(err)
	archive := zip.NewWriter(file)
	check(filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		check(err)
		if entry.IsDir() {
			_, missing := os.Stat(filepath.Join(path, "go.mod"))
			if path != "." && missing == nil {
				return filepath.SkipDir
			}
			return nil
		}
		content, err := os.ReadFile(path)
		check(err)
		packed, err := archive.Create(module + "@" + version + "/" + filepath.ToSlash(path))
		check(err)
		_, err = packed.Write(content)
		return err
	}))
	check(archive.Close())
	check(file.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
