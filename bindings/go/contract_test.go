package deskseal

import (
	"encoding/json"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"
)

// The API contract, as `cargo xtask api` prints it.
type contractJSON struct {
	Errors   map[string][]string
	Findings map[string][]string
	Results  map[string][]parameterJSON
	Call     []callJSON
}

type callJSON struct {
	Class, Name, Returns string
	Parameters           []parameterJSON
}

type parameterJSON struct {
	Name, Type, By string
	Default        any
}

// What Go has beyond the contract: the types of options, parts of results, and what makes values printable.
var own = []string{
	"Attribute", "Attributes", "Attributes.Get", "Attributes.MarshalJSON", "Code", "Code.Error", "Error", "Error.Error",
	"Error.Is", "ExplainOptions", "FindingCode", "IdentityTokenOptions", "Kind", "Kind.Error", "KindInput", "KindSecret",
	"KindVerification", "PortalLinkOptions", "PortalLinkWithTokenOptions", "PreviousSecret", "Ptr", "SignUserOptions",
	"Signer.Format", "Signer.GoString", "Signer.MarshalJSON", "Signer.String", "TicketCenterOptions",
	"TicketCenterWithTokenOptions", "UserClaim", "Verifier.Format", "Verifier.GoString", "Verifier.MarshalJSON",
	"Verifier.String", "VerifierOptions", "VerifyEmailOptions", "VerifyIdentityTokenOptions", "VerifyLinkOptions",
}

func TestThePackageOffersWhatTheContractSaysAndNothingElse(t *testing.T) {
	contract, scope := readContract(t), checkedScope(t)
	expected := slices.Clone(own)
	for _, call := range contract.Call {
		name := call.goName()
		expected = append(expected, name)
		signature, isFunction := signatureOf(scope, name)
		if !isFunction {
			t.Errorf("%s is missing", name)
			continue
		}
		checkParameters(t, scope, name, call, signature)
		checkReturns(t, name, call, signature)
	}
	for name, fields := range contract.Results {
		expected = append(expected, goName(name))
		checkFields(t, scope, goName(name), fields, resultType)
	}
	expected = append(expected, "Signer", "Verifier")
	expected = append(expected, checkCodes(t, scope, "Code", "Code", flattened(contract.Errors))...)
	expected = append(expected, checkCodes(t, scope, "Finding", "FindingCode", flattened(contract.Findings))...)
	offered := exported(scope)
	for _, name := range offered {
		if !slices.Contains(expected, name) {
			t.Errorf("%s is not in the contract", name)
		}
	}
	for _, name := range own {
		if !slices.Contains(offered, name) {
			t.Errorf("%s is missing", name)
		}
	}
}

func readContract(t *testing.T) (contract contractJSON) {
	file := os.Getenv("DESKSEAL_CONTRACT")
	if file == "" {
		t.Skip("DESKSEAL_CONTRACT names no file; write one with `cargo xtask api`")
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &contract)
	}
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

// checkedScope returns the package's names, after type-checking its sources.
func checkedScope(t *testing.T) *types.Scope {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".go") && !strings.HasSuffix(entry.Name(), "_test.go") {
			file, err := parser.ParseFile(set, entry.Name(), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	settings := types.Config{Importer: importer.ForCompiler(set, "source", nil)}
	checked, err := settings.Check("deskseal", set, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return checked.Scope()
}

// exported returns the exported names, and those of methods after their type's name.
func exported(scope *types.Scope) (names []string) {
	for _, name := range scope.Names() {
		if !token.IsExported(name) {
			continue
		}
		names = append(names, name)
		if named, isType := scope.Lookup(name).Type().(*types.Named); isType && scope.Lookup(name).Name() == named.Obj().Name() {
			for method := range named.NumMethods() {
				if named.Method(method).Exported() {
					names = append(names, name+"."+named.Method(method).Name())
				}
			}
		}
	}
	return names
}

func signatureOf(scope *types.Scope, name string) (*types.Signature, bool) {
	class, method, isMethod := strings.Cut(name, ".")
	object := scope.Lookup(class)
	if object != nil && isMethod {
		object, _, _ = types.LookupFieldOrMethod(types.NewPointer(object.Type()), true, object.Pkg(), method)
	}
	if object == nil {
		return nil, false
	}
	signature, isFunction := object.Type().(*types.Signature)
	return signature, isFunction
}

// checkParameters checks names and types: positional parameters, then options as a pointer to a struct. The names of
// variables come last, since there may be several.
func checkParameters(t *testing.T, scope *types.Scope, name string, call callJSON, signature *types.Signature) {
	var positional, named []parameterJSON
	for _, parameter := range call.Parameters {
		if parameter.By == "name" {
			named = append(named, parameter)
		} else {
			positional = append(positional, parameter)
		}
	}
	var expected []string
	for _, parameter := range positional {
		expected = append(expected, parameterName(parameter.Name)+" "+parameterType(parameter))
	}
	if len(named) > 0 {
		options, text := optionsOf(call)
		expected = append(expected, text)
		checkFields(t, scope, options, named, parameterType)
	}
	if call.Name == "from_env" {
		expected = append(expected[1:], "names []string")
	}
	var found []string
	for parameter := range signature.Params().Variables() {
		found = append(found, parameter.Name()+" "+typeName(parameter.Type()))
	}
	if !slices.Equal(found, expected) {
		t.Errorf("%s takes %q, and not %q", name, found, expected)
	}
}

// optionsOf returns the name of the struct with a call's options, and the parameter.
func optionsOf(call callJSON) (name, parameter string) {
	switch {
	case call.Name == "verify_user":
		return "UserClaim", "claim UserClaim"
	case strings.HasPrefix(call.Name, "explain_"):
		name = "ExplainOptions"
	case call.Name == "new" || call.Name == "from_env":
		name = call.Class + "Options"
	default:
		name = goName(call.Name) + "Options"
	}
	return name, "options *" + name
}

func checkReturns(t *testing.T, name string, call callJSON, signature *types.Signature) {
	results := signature.Results()
	if results.Len() != 2 || typeName(results.At(1).Type()) != "error" {
		t.Errorf("%s does not return a value and an error", name)
		return
	}
	found := typeName(results.At(0).Type())
	expected := goName(strings.TrimSuffix(call.Returns, "?"))
	if call.Returns == "text" {
		expected = "string"
	}
	isPointer := strings.HasPrefix(found, "*")
	if strings.TrimPrefix(found, "*") != expected || strings.HasSuffix(call.Returns, "?") && !isPointer {
		t.Errorf("%s returns %s, and not %s", name, found, call.Returns)
	}
}

func checkFields(t *testing.T, scope *types.Scope, name string, fields []parameterJSON, typeOf func(parameterJSON) string) {
	object := scope.Lookup(name)
	if object == nil {
		t.Errorf("%s is missing", name)
		return
	}
	expected := map[string]string{}
	for _, field := range fields {
		expected[goName(field.Name)] = typeOf(field)
	}
	found := fieldsOf(object.Type())
	for field, class := range found {
		// Go's own words for an integer, for markup, for an ordered map and for a code.
		isInteger := class == "int" && expected[field] == "int64"
		isMarkup := class == "HTML" && field == "HTML" || class == "Attributes" && field == "Attributes"
		isCode := class == "FindingCode" && field == "Code"
		if class != expected[field] && !isInteger && !isMarkup && !isCode {
			t.Errorf("%s.%s is %s, and not %q", name, field, class, expected[field])
		}
	}
	for field := range expected {
		if found[field] == "" {
			t.Errorf("%s.%s is missing", name, field)
		}
	}
}

// fieldsOf returns the types of a struct's fields, and of the fields of structs in it, by their names.
func fieldsOf(class types.Type) map[string]string {
	fields := map[string]string{}
	for field := range class.Underlying().(*types.Struct).Fields() {
		if !field.Embedded() {
			fields[field.Name()] = typeName(field.Type())
			continue
		}
		for name, class := range fieldsOf(field.Type()) {
			fields[name] = class
		}
	}
	return fields
}

// checkCodes checks the constants of a type, and returns their names.
func checkCodes(t *testing.T, scope *types.Scope, prefix, class string, codes []string) (names []string) {
	values := map[string]bool{}
	for _, name := range scope.Names() {
		object, isConstant := scope.Lookup(name).(*types.Const)
		if !isConstant || typeName(object.Type()) != class {
			continue
		}
		value := constant.StringVal(object.Val())
		values[value] = true
		names = append(names, name)
		if !slices.Contains(codes, value) || !strings.EqualFold(name, prefix+strings.ReplaceAll(value, "_", "")) {
			t.Errorf("the contract has no code %s = %s", name, value)
		}
	}
	for _, code := range codes {
		if !values[code] {
			t.Errorf("no constant has the code %s", code)
		}
	}
	return names
}

func flattened(lists map[string][]string) (all []string) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

func (call callJSON) goName() string {
	switch {
	case call.Class == "":
		return goName(call.Name)
	case call.Name == "new":
		return "New" + call.Class
	case call.Name == "from_env":
		return call.Class + "FromEnv"
	default:
		return call.Class + "." + goName(call.Name)
	}
}

// goName returns a name in PascalCase, with initialisms in capitals.
func goName(name string) string {
	var written strings.Builder
	for _, word := range strings.Split(strings.Replace(name, "Http", "HTTP", 1), "_") {
		if slices.Contains([]string{"html", "id", "url"}, word) {
			written.WriteString(strings.ToUpper(word))
		} else {
			written.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return written.String()
}

// parameterName returns a name in camelCase.
func parameterName(name string) string {
	first, rest, isLong := strings.Cut(name, "_")
	if !isLong {
		return first
	}
	return first + goName(rest)
}

func parameterType(parameter parameterJSON) string {
	switch parameter.Type {
	case "text", "received", "secret":
		return "string"
	case "text?":
		return "*string"
	case "map":
		return "map[string][]string"
	case "integer":
		return "*int64"
	case "time?":
		return "Time"
	case "flag":
		if parameter.Default == true {
			return "*bool"
		}
		return "bool"
	case "attributes?":
		return "map[string]any"
	case "[previous]":
		return "[]PreviousSecret"
	case "[secret]":
		return "[]string"
	default:
		return parameter.Type
	}
}

func resultType(field parameterJSON) string {
	switch field.Type {
	case "text", "text?":
		return "string"
	case "integer":
		return "int64"
	case "map":
		return "map[string]string"
	case "attributes":
		return "map[string]any"
	case "[Finding]":
		return "[]Finding"
	default:
		return field.Type
	}
}

// typeName returns the type's name without that of its package.
func typeName(class types.Type) string {
	return types.TypeString(class, func(*types.Package) string { return "" })
}
