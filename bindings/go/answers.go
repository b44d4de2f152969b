package deskseal

import (
	"encoding/json"
	"errors"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"github.com/deskseal/deskseal/bindings/go/internal/core"
)

// The length of a signature, with which some answers begin.
const signatureLength = 64

// failure returns the error for a failure's parts: kind, code, message, and whether it is about the customer.
func failure(answer string) error {
	parts := partsOf(answer)
	if parts[0] == "internal" {
		return errors.New("deskseal: " + parts[2])
	}
	return &Error{
		Kind:            Kind(parts[0]),
		Code:            Code(parts[1]),
		Message:         parts[2],
		IsAboutCustomer: parts[3] == "true",
	}
}

// partsOf returns the parts of an answer, each of which ends with a zero.
func partsOf(answer string) []string {
	parts := strings.Split(strings.TrimSuffix(answer, "\x00"), "\x00")
	for index, part := range parts {
		parts[index] = unescaped(part)
	}
	return parts
}

// unescaped returns the part that was written within attributes or as a message.
func unescaped(part string) string {
	if !strings.Contains(part, "\x01") {
		return part
	}
	return unescape.Replace(part)
}

func verifiedEmail(answer string) (VerifiedEmail, error) {
	email, index, isPrevious := strings.Cut(answer, " ")
	if !isPrevious {
		return VerifiedEmail{Email: email}, nil
	}
	secretIndex, err := strconv.Atoi(index)
	return VerifiedEmail{Email: email, SecretIndex: secretIndex}, err
}

// verifiedUser reads the secret's index, the timestamp and the user id.
func verifiedUser(answer string) (VerifiedUser, error) {
	index, rest, _ := strings.Cut(answer, " ")
	timestamp, userID, _ := strings.Cut(rest, " ")
	secretIndex, err := strconv.Atoi(index)
	if err != nil {
		return VerifiedUser{}, err
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	return VerifiedUser{UserID: userID, Timestamp: seconds, SecretIndex: secretIndex}, err
}

// verifiedIdentity reads eight parts, and the attributes.
func verifiedIdentity(answer string) (*VerifiedIdentity, error) {
	var parts [8]string
	for index := range parts {
		parts[index], answer, _ = strings.Cut(answer, "\x00")
	}
	secretIndex, indexErr := strconv.Atoi(parts[0])
	issuedAt, issuedErr := strconv.ParseInt(parts[1], 10, 64)
	expiresAt, expiresErr := strconv.ParseInt(parts[2], 10, 64)
	attributes, err := attributesOf(answer)
	if err := errors.Join(indexErr, issuedErr, expiresErr, err); err != nil {
		return nil, err
	}
	return &VerifiedIdentity{
		Email:           parts[4],
		UnverifiedEmail: parts[5],
		UserID:          parts[6],
		Name:            parts[7],
		Attributes:      attributes,
		TokenID:         parts[3],
		IssuedAt:        issuedAt,
		ExpiresAt:       expiresAt,
		SecretIndex:     secretIndex,
	}, nil
}

// attributesOf reads attributes as attributesText writes them.
func attributesOf(text string) (map[string]any, error) {
	attributes := map[string]any{}
	for text != "" {
		var named, written string
		named, text, _ = strings.Cut(text, "\x00")
		written, text, _ = strings.Cut(text, "\x00")
		written = unescaped(written)
		name := unescaped(named[1:])
		switch named[0] {
		case 't':
			attributes[name] = written
		case 'b':
			attributes[name] = written == "true"
		default:
			integer, err := strconv.ParseInt(written, 10, 64)
			if err != nil {
				return nil, err
			}
			attributes[name] = integer
		}
	}
	return attributes, nil
}

// embed reads the number of the list of attribute names, the attributes' values, and the markup.
func embed(answer string) (*Embed, error) {
	names, err := attributeNames(answer[0])
	if err != nil {
		return nil, err
	}
	rest := answer[1:]
	made := &Embed{Attributes: make(Attributes, len(names))}
	for index, name := range names {
		var value string
		value, rest, _ = strings.Cut(rest, "\x00")
		made.Attributes[index] = Attribute{Name: name, Value: value}
	}
	made.HTML = template.HTML(rest)
	return made, nil
}

// The lists of attribute names, by their numbers.
var namesByNumber sync.Map

func attributeNames(number byte) ([]string, error) {
	if names, isKnown := namesByNumber.Load(number); isKnown {
		return names.([]string), nil
	}
	ask := func(module *core.Module, _ int32) int32 {
		return module.Xdeskseal_attribute_names(int32(number))
	}
	answer, err := pool.use(func(own *instance) (string, error) { return own.run(ask, nil) })
	if err != nil {
		return nil, err
	}
	names := partsOf(answer)
	namesByNumber.Store(number, names)
	return names, nil
}

// explanation reads code, message, code, message …
func explanation(answer string) *Explanation {
	parts := partsOf(answer)
	findings := make([]Finding, 0, len(parts)/2)
	for index := 0; index+1 < len(parts); index += 2 {
		findings = append(findings, Finding{FindingCode(parts[index]), parts[index+1]})
	}
	return &Explanation{Findings: findings}
}

// httpResponse reads status, body, and header name, value, name, value …
func httpResponse(answer string) (*HTTPResponse, error) {
	parts := partsOf(answer)
	status, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, err
	}
	headers := map[string]string{}
	for index := 2; index+1 < len(parts); index += 2 {
		headers[parts[index]] = parts[index+1]
	}
	return &HTTPResponse{Status: status, Headers: headers, Body: parts[1]}, nil
}

// MarshalJSON writes the attributes as an object, in their order.
func (attributes Attributes) MarshalJSON() ([]byte, error) {
	written := []byte{'{'}
	for index, attribute := range attributes {
		name, err := json.Marshal(attribute.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(attribute.Value)
		if err != nil {
			return nil, err
		}
		if index > 0 {
			written = append(written, ',')
		}
		written = append(append(append(written, name...), ':'), value...)
	}
	return append(written, '}'), nil
}

// Get returns the value of the attribute with this name, or "" if there is none.
func (attributes Attributes) Get(name string) string {
	for _, attribute := range attributes {
		if attribute.Name == name {
			return attribute.Value
		}
	}
	return ""
}
