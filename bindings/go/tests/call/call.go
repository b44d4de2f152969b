// Package call makes calls by the names of the contract, for the conformance adapter.
package call

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"time"
	"unicode"

	deskseal "github.com/deskseal/deskseal/bindings/go"
)

// A Request is a line that the adapter reads.
type Request struct {
	ID, Class, Call string
	New, Args       map[string]any
}

// A Contract says which parameters of a call go by position.
type Contract struct {
	Call []struct {
		Class, Name string
		Parameters  []struct{ Name, By string }
	}
}

// Functions are the functions and constructors, which reflection does not find by name.
var functions = map[string]any{
	"canonical_email":       deskseal.CanonicalEmail,
	"canonical_host":        deskseal.CanonicalHost,
	"portal_host":           deskseal.PortalHost,
	"public_form_url":       deskseal.PublicFormURL,
	"response_unless_click": deskseal.ResponseUnlessClick,
	"Signer new":            deskseal.NewSigner,
	"Signer from_env":       func(names []string) (*deskseal.Signer, error) { return deskseal.SignerFromEnv(names...) },
	"Verifier new":          deskseal.NewVerifier,
	"Verifier from_env": func(names []string, options *deskseal.VerifierOptions) (*deskseal.Verifier, error) {
		return deskseal.VerifierFromEnv(options, names...)
	},
}

// Read reads the contract as `cargo xtask api` writes it.
func Read(file string) (contract Contract) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &contract)
	}
	if err != nil {
		panic(err)
	}
	return contract
}

// Answer makes the call that the request names.
func (contract Contract) Answer(request Request) (any, error) {
	if request.Class == "" {
		return contract.call(reflect.ValueOf(functions[request.Call]), "", request.Call, request.Args)
	}
	constructor := "new"
	if _, isNamed := request.New["name"]; isNamed {
		constructor = "from_env"
	}
	function := reflect.ValueOf(functions[request.Class+" "+constructor])
	made, err := contract.call(function, request.Class, constructor, request.New)
	if err != nil {
		return nil, err
	}
	name := spelled(request.Call)
	isMethod := func(method string) bool { return strings.EqualFold(method, name) }
	for index, class := 0, reflect.TypeOf(made); index < class.NumMethod(); index++ {
		if isMethod(class.Method(index).Name) {
			return contract.call(reflect.ValueOf(made).Method(index), request.Class, request.Call, request.Args)
		}
	}
	panic("no method " + request.Call)
}

// call calls the function. Arguments that go by name are fields of its last parameter.
func (contract Contract) call(function reflect.Value, class, name string, given map[string]any) (any, error) {
	var positions []string
	for _, call := range contract.Call {
		for _, parameter := range call.Parameters {
			if call.Class == class && call.Name == name && parameter.By == "position" {
				positions = append(positions, parameter.Name)
			}
		}
	}
	var values []reflect.Value
	for index := range function.Type().NumIn() {
		value := reflect.New(function.Type().In(index)).Elem()
		if index < len(positions) {
			assign(value, given[positions[index]])
		} else {
			assign(value, given)
		}
		values = append(values, value)
	}
	results := function.Call(values)
	err, _ := results[1].Interface().(error)
	return results[0].Interface(), err
}

// assign sets the target to what JSON has for it.
func assign(target reflect.Value, given any) {
	if members, isObject := given.(map[string]any); isObject && members["utf8"] != nil {
		text, _ := hex.DecodeString(members["utf8"].(string))
		given = string(text)
	}
	switch target.Kind() {
	case reflect.Pointer:
		if given != nil {
			target.Set(reflect.New(target.Type().Elem()))
			assign(target.Elem(), given)
		}
	case reflect.Slice:
		items, isList := given.([]any)
		if !isList {
			items = []any{given}
		}
		for _, item := range items {
			value := reflect.New(target.Type().Elem()).Elem()
			assign(value, item)
			target.Set(reflect.Append(target, value))
		}
	case reflect.Map:
		target.Set(reflect.MakeMap(target.Type()))
		for name, item := range given.(map[string]any) {
			value := reflect.New(target.Type().Elem()).Elem()
			assign(value, item)
			target.SetMapIndex(reflect.ValueOf(name), value)
		}
	case reflect.Struct:
		if pair, isPair := given.([]any); isPair {
			given = map[string]any{"secret": pair[0], "expires_at": pair[1]}
		}
		if _, isTime := target.Interface().(time.Time); isTime {
			target.Set(reflect.ValueOf(time.Unix(int64(given.(float64)), 0)))
			return
		}
		for name, item := range given.(map[string]any) {
			isField := func(field string) bool { return strings.EqualFold(field, spelled(name)) }
			if field := target.FieldByNameFunc(isField); field.IsValid() {
				assign(field, item)
			}
		}
	case reflect.Interface:
		if number, isNumber := given.(float64); isNumber {
			given = int64(number)
		}
		target.Set(reflect.ValueOf(given))
	case reflect.Int64:
		target.SetInt(int64(given.(float64)))
	case reflect.Bool:
		target.SetBool(given.(bool))
	case reflect.String:
		target.SetString(given.(string))
	}
}

func spelled(name string) string { return strings.ReplaceAll(name, "_", "") }

// Spelled returns a result with the names of the contract.
func Spelled(value reflect.Value) any {
	switch {
	case value.Kind() == reflect.Pointer && value.IsNil():
		return nil
	case value.Kind() == reflect.Pointer:
		return Spelled(value.Elem())
	case value.Kind() != reflect.Struct:
		return value.Interface()
	}
	result := map[string]any{}
	for index := range value.NumField() {
		name, option, _ := strings.Cut(value.Type().Field(index).Tag.Get("json"), ",")
		result[snakeCase(name)] = value.Field(index).Interface()
		if option == "omitempty" && value.Field(index).IsZero() {
			result[snakeCase(name)] = nil
		}
	}
	return result
}

func snakeCase(name string) string {
	var written strings.Builder
	for _, letter := range name {
		if unicode.IsUpper(letter) {
			written.WriteByte('_')
		}
		written.WriteRune(unicode.ToLower(letter))
	}
	return written.String()
}
