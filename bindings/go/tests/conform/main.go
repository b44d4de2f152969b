// The conformance adapter: one JSON request a line, one JSON answer a line (tests/api.toml).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"deskseal.test/call"
	deskseal "github.com/deskseal/deskseal/bindings/go"
)

func main() {
	contract := call.Read(os.Getenv("DESKSEAL_CONTRACT"))
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var request call.Request
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			panic(err)
		}
		answer := map[string]any{"id": request.ID}
		if value, err := contract.Answer(request); err == nil {
			answer["value"] = call.Spelled(reflect.ValueOf(value))
		} else if rejected, ok := err.(*deskseal.Error); ok {
			answer["error"] = map[string]any{"kind": rejected.Kind, "code": rejected.Code}
		} else {
			panic(err)
		}
		written, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(written))
	}
}
